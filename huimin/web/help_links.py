"""Where the handbook explains each page: the link "help" in the header leads there.

By endpoint, or by the blueprint for its other pages; a test goes over every page of the console and
every anchor named here.
"""

from __future__ import annotations

from flask import request, url_for

# Endpoint or blueprint → page of the handbook and the anchor of its section.
SECTIONS = {
    "desk": "console#finding-ones-way",
    "desk.today": "console#today",
    "access": "console#signing-in",
    "access.staff": "console#staff",
    "access.new_staff": "console#staff",
    "access.one_staff": "console#staff",
    "holders": "people#entering-and-deciding",
    "holders.people": "people#search",
    "holders.registers": "people#registers",
    "holders.register_job": "people#registers",
    "holders.register_tokens": "register-api#the-key",
    "holders.register_token": "register-api#the-key",
    "holders.endings": "people#ending-aid",
    "holders.ending": "people#ending-aid",
    "holders.ending_notice": "people#ending-aid",
    "holders.rows_left": "people#ending-aid",
    "requests.caller": "people#a-card-stopped-by-telephone",
    "requests": "people#holders-requests",
    "my_office": "people#my-card-at-the-counter",
    "cards": "console#cards",
    "why": "console#cards",
    "reach": "reach#people-to-contact",
    "reach.towns": "reach#whom-the-card-reaches",
    "messages": "messages#the-list-told-by-people",
    "messages.messages": "messages#setting-up-a-gateway",
    "messages.person": "messages#what-a-person-wants-to-be-told",
    "merchants": "console#merchants-outlets-terminals",
    "merchants.devices": "till#to-begin",
    "merchants.device": "till#to-begin",
    "checkout": "till#a-sale",
    "checkout.receipt": "receipts#printing-a-receipt",
    "practice": "till#practice-at-the-till",
    "practice_cards": "till#practice-at-the-till",
    "closing": "till#the-days-end",
    "claims": "receipts#claims-a-discount-that-was-missed",
    "offline": "offline#how-an-item-is-judged",
    "waiting": "offline#waiting-sales",
    "attempts": "alerts#what-tills-were-refused",
    "alerts": "alerts#alerts",
    "shelf_prices": "prices#comparing",
    "shelf_prices.choose_outlet": "prices#writing-prices-down",
    "shelf_prices.record": "prices#writing-prices-down",
    "shelf_prices.price_form": "prices#writing-prices-down",
    "shelf_prices.basket": "prices#the-basket",
    "ratings": "ratings#complaints",
    "ratings.own_scores": "ratings#an-outlets-score",
    "reports": "reports#a-month-or-any-days",
    "reports.rows": "reports#the-rows-behind-a-number",
    "reports.cards": "reports#the-rows-behind-a-number",
    "reports.claims": "reports#the-rows-behind-a-number",
    "reports.template_list": "reports#the-countys-own-workbook",
    "months": "months#the-states-of-a-month",
    "settlement": "settlement#its-states",
    "settlement.unpaid": "settlement#for-the-office",
    "settlement.paid_list": "settlement#for-the-office",
    "policies": "console#policies",
    "division_changes": "divisions#the-list",
    "report_mail": "months#reports-by-mail",
    "notices": "months#notices",
    "notices.webhook": "pos#news-for-the-merchants-own-system",
    "audit": "console#audit",
}


def help_section(endpoint: str | None) -> str | None:
    """The section for the page of that endpoint, as page#anchor; None where there is none."""
    if endpoint is None:
        return None
    return SECTIONS.get(endpoint) or SECTIONS.get(endpoint.partition(".")[0])


def help_address() -> str:
    """Where the handbook explains the page of this request; its contents where nothing does."""
    page, _, anchor = (help_section(request.endpoint) or "").partition("#")
    if not page:
        return url_for("handbook.contents")
    return url_for("handbook.page", name=page, _anchor=anchor)
