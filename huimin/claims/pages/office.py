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
from huimin.checkout.verify import policy_answer, remaining
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
# Without any wish for a state, what still waits is shown; "all" is every state.
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
        found = claim_in(tx, claim_id, within=within)
        looked = look_at_claim(tx, found) if found["state"] == "submitted" else None
        return {
            "claim": found,
            "looked": looked,
            "same": same_sales(tx, found),
            "events": events_of(tx, "claim", claim_id),
        }

    told = instance().engine.read(work)
    looked: Assessment | None = told["looked"]
    return render_template(
        "claims/claim.html",
        form=form,
        source_words=SOURCES,
        event_words=event_words,
        refused_words=_refused_words(told["claim"], language),
        hindrance=_hindrance(looked, language),
        policy=None if looked is None or looked.terms is None else _policy(looked, language),
        may_decide=allows(member().role, "claim.decide")
        and told["claim"]["submitted_by"] != member().username,
        filed_here=told["claim"]["submitted_by"] == member().username,
        **told,
    )


def _refused_words(claim: Mapping[str, Any], language: str) -> str | None:
    code = claim["refusal_code"]
    return None if code is None else Refusal(code).detail(language)


def _hindrance(looked: Assessment | None, language: str) -> str | None:
    """Why there would be no discount, in words."""
    if looked is None or looked.refusal is None:
        return None
    if isinstance(looked.refusal, Refusal):
        return looked.refusal.detail(language)
    return " ".join(problem.message(language) for problem in looked.refusal.problems)


def _policy(looked: Assessment, language: str) -> dict[str, Any]:
    """The policy of the claim's day, the caps it leaves, and the discount with its reasons."""
    terms, given = looked.terms, looked.given
    if terms is None:
        return {}
    return {
        **policy_answer(terms, language),
        "remaining": remaining(terms, looked.usage),
        "given": given,
        "explanation": [] if given is None else [explain(s, language) for s in given.explanation],
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
        raise field_problem(name, "请写成 2026-10-31。", "Write a day as 2026-10-31.") from None


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
