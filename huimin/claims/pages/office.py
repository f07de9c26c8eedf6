"""Claims at the office: the list, one with everything that decides it, and the decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.audit.event_words import event_words
from huimin.audit.export_list import workbook_response
from huimin.audit.record import events_of
from huimin.checkout.quote_answer import policy_answer, remaining
from huimin.claims.assess import Assessment, look_at_claim, same_sales
from huimin.claims.decide import approve_claim, reject_claim
from huimin.claims.find_claims import (
    Row,
    WantedClaims,
    claim_in,
    claims_before,
    outlets_with_claims,
)
from huimin.claims.pages import pages
from huimin.core.days import parse_day
from huimin.core.discount import explain
from huimin.core.kept_refusal import KeptRefusal
from huimin.core.money import money_text
from huimin.core.permissions import allows
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell
from huimin.web.language import request_language
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import COUNT_MAX, PAGE_ROWS, Listed, Place, listed
from huimin.web.words import STATES, minute_text

FILTERS = ("state", "outlet", "source", "number", "first", "last")
CLAIM_STATES = ("submitted", "approved", "rejected")
SOURCES = {"refusal": lazy_gettext("收银台被拒"), "missed": lazy_gettext("事后补办")}
# With no state chosen, open claims are shown; "all" is every state.
ALL = "all"


def own_division() -> str | None:
    """A registrar's town; None for those who see the whole county."""
    return member().division_code if member().role == "registrar" else None


@pages.get("/claims/")
@require("claim.read")
def claims() -> str | Response:
    """The list, what waits first."""
    form = Form.asked(FILTERS)
    form = Form({**form.values, "state": form.text("state") or "submitted"})
    as_workbook = request.args.get("format") == "xlsx"
    page = Listed([], 0, "", None)
    try:
        page = _page(form, size=ROWS_MAX if as_workbook else PAGE_ROWS)
    except FieldProblems as why:
        form = form.refused(why)
    if as_workbook:
        return workbook_response(_("补办登记"), _columns(), page.rows)
    return render_template(
        "claims/claims.html",
        form=form,
        page=page,
        arguments={name: value for name, value in form.values.items() if value},
        narrowed=any(form.text(name) for name in FILTERS if name != "state"),
        outlets=instance().engine.read(outlets_with_claims),
        states=[*((state, STATES[state]) for state in CLAIM_STATES), (ALL, _("全部"))],
        sources=list(SOURCES.items()),
        source_words=SOURCES,
    )


@pages.get("/claims/<claim_id>")
@require("claim.read")
def claim(claim_id: str) -> str:
    """One claim."""
    return _claim_page(claim_id, Form())


@pages.post("/claims/<claim_id>")
@require("claim.decide")
def decide(claim_id: str) -> Response | tuple[str, int]:
    """Approve it, or reject it with the reason."""
    form, now, actor = Form.sent(), instance().clock(), member().username
    reason = form.text("reason")
    try:
        if form.text("act") == "approve":
            row = change(
                lambda tx: approve_claim(tx, claim_id, reason=reason, now=now, actor=actor)
            )
            amount = money_text(row["discount_fen"])
            tell(_("已通过，补记优惠 {amount}；示范点凭补办单退给顾客。", amount=amount))
        else:
            change(lambda tx: reject_claim(tx, claim_id, reason=reason, now=now, actor=actor))
            tell(_("已作出不予通过的决定，示范点能看到理由。"))
    except FieldProblems as why:
        return _claim_page(claim_id, form.refused(why)), 422
    except Refusal as why:
        if why.code == "not_found":
            raise
        return _claim_page(claim_id, form.refused(why)), why.status
    return redirect(url_for("claims.claim", claim_id=claim_id))


def _claim_page(claim_id: str, form: Form) -> str:
    within, language = own_division(), request_language()

    def work(tx: Transaction) -> dict[str, Any]:
        claim = claim_in(tx, claim_id, within=within)
        return {
            "claim": claim,
            "looked": look_at_claim(tx, claim) if claim["state"] == "submitted" else None,
            "same": same_sales(tx, claim),
            "events": events_of(tx, "claim", claim_id),
        }

    shown = instance().engine.read(work)
    assessment: Assessment | None = shown["looked"]
    refusal_code, filed_by = shown["claim"]["refusal_code"], shown["claim"]["submitted_by"]
    filed_here = filed_by == member().username
    return render_template(
        "claims/claim.html",
        form=form,
        source_words=SOURCES,
        event_words=event_words,
        refused_words=KeptRefusal(refusal_code).detail(language) if refusal_code else None,
        hindrance=_hindrance(assessment, language),
        policy=_policy(assessment, language),
        may_decide=allows(member().role, "claim.decide") and not filed_here,
        filed_here=filed_here,
        **shown,
    )


def _hindrance(assessment: Assessment | None, language: str) -> str | None:
    """Why there would be no discount, in words."""
    if assessment is None or assessment.refusal is None:
        return None
    return KeptRefusal.of(assessment.refusal).detail(language)


def _policy(assessment: Assessment | None, language: str) -> dict[str, Any] | None:
    """The policy of the claim's day, the caps it leaves, and the discount with its reasons."""
    terms = None if assessment is None else assessment.entitlement.terms
    if assessment is None or terms is None:
        return None
    steps = () if assessment.quote is None else assessment.quote.explanation
    return {
        **policy_answer(terms, language),
        "remaining": remaining(terms, assessment.usage),
        "given": assessment.quote,
        "explanation": [explain(step, language) for step in steps],
    }


def _page(form: Form, *, size: int) -> Listed:
    state = form.text("state")
    wanted = WantedClaims(
        state=None if state == ALL else state,
        outlet_id=form.optional("outlet"),
        source=form.optional("source"),
        number=form.optional("number"),
        first_day=_day(form, "first"),
        last_day=_day(form, "last"),
        within=own_division(),
    )
    place = Place.asked()
    return instance().engine.read(
        lambda tx: listed(
            lambda key, n, backwards=False: claims_before(tx, wanted, key, n, backwards=backwards),
            lambda: len(claims_before(tx, wanted, "", COUNT_MAX + 1)),
            place=place,
            size=size,
        )
    )


def _day(form: Form, name: str) -> date | None:
    text = form.text(name)
    try:
        return parse_day(text) if text else None
    except ValueError:
        raise field_problem(name, "请写成 2026-10-31。") from None


def _columns() -> list[tuple[str, Any]]:
    def yuan_of(name: str) -> Any:
        def value(row: Mapping[str, Any]) -> Decimal | None:
            return None if row[name] is None else Decimal(row[name]) / 100

        return value

    def word_of(row: Row, name: str, words: Mapping[str, Any]) -> str:
        return str(words[row[name]])

    return [
        (_("补办号"), lambda row: row["claim_no"]),
        (_("状态"), lambda row: word_of(row, "state", STATES)),
        (_("购买日期"), lambda row: row["business_day"]),
        (_("示范点"), lambda row: row["outlet_name"]),
        (_("订单号"), lambda row: row["order_no"]),
        (_("持卡人"), lambda row: row["name_masked"]),
        (_("来源"), lambda row: word_of(row, "source", SOURCES)),
        (_("原价"), yuan_of("amount_fen")),
        (_("优惠"), yuan_of("discount_fen")),
        (_("登记时间"), lambda row: minute_text(row["submitted_at"])),
        (_("登记人"), lambda row: row["submitted_by"]),
        (_("决定时间"), lambda row: minute_text(row["decided_at"])),
        (_("决定人"), lambda row: row["decided_by"]),
        (_("理由"), lambda row: row["reason"]),
        (_("收据号"), lambda row: row["receipt_no"]),
    ]
