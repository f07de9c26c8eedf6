"""Claims at the office: the list, one with everything that decides it, and the decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from huimin.access.full_names import name_in
from huimin.access.guards import acting, member, own_division, require
from huimin.audit.list_answer import list_answer
from huimin.audit.record import events_of
from huimin.checkout.quote_answer import policy_answer, remaining
from huimin.claims.assess import Assessment, basket_of, look_at_claim, same_sales
from huimin.claims.decide import approve_claim, reject_claim
from huimin.claims.find_claims import ClaimCriteria, claim_in, claims_before, outlets_with_claims
from huimin.claims.pages import pages
from huimin.core.categories import code_or_plain
from huimin.core.discount import explain
from huimin.core.kept_refusal import KeptRefusal
from huimin.core.money import money_text
from huimin.core.permissions import allows
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.choices import choices_of
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage, day_filters
from huimin.web.lists import rows_of
from huimin.web.words import STATES

CLAIM_STATES = ("submitted", "approved", "rejected")
SOURCES = {"refusal": lazy_gettext("收银台被拒"), "missed": lazy_gettext("事后补录")}
# With no state chosen, open claims are shown; "all" is every state.
ALL = "all"


@pages.get("/claims/")
@require("claim.read")
def claims() -> str | Response:
    """The list, what waits first."""
    return list_answer(_list(), rows_of(claims_before, _criteria))


@pages.get("/claims/<claim_id>")
@require("claim.read")
def claim(claim_id: str) -> str:
    """One claim."""
    return _claim_page(claim_id, Form())


@pages.post("/claims/<claim_id>")
@require("claim.decide")
def decide(claim_id: str) -> Answer:
    """Approve it, or reject it with the reason."""
    form, by = Form.sent(), acting()
    reason = form.text("reason")

    def work(tx: Transaction) -> Row | None:
        if form.act("approve", "reject") == "approve":
            return approve_claim(tx, claim_id, reason=reason, **by)
        reject_claim(tx, claim_id, reason=reason, **by)
        return None

    def then(approved: Row | None) -> Response:
        message = _("已作出不予通过的决定，示范点能看到理由。")
        if approved:
            amount = money_text(approved["discount_fen"])
            message = _("已通过，补记优惠 {amount}；示范点凭补录单退给顾客。", amount=amount)
        return go_on(message, "claims.claim", claim_id=claim_id)

    return form.carry_out(
        work, again=lambda refused: _claim_page(claim_id, refused), then=then, refusals=True
    )


def _claim_page(claim_id: str, form: Form) -> str:
    within, language = own_division(), request_language()

    def work(tx: Transaction) -> dict[str, Any]:
        claim = claim_in(tx, claim_id, within=within)
        return {
            "claim": claim,
            "looked": look_at_claim(tx, claim, instance().clock())
            if claim["state"] == "submitted"
            else None,
            "same": same_sales(tx, claim),
            "events": events_of(tx, "claim", claim_id),
        }

    context = instance().engine.read(work)
    assessment: Assessment | None = context["looked"]
    refusal_code, filed_by = context["claim"]["refusal_code"], context["claim"]["submitted_by"]
    filed_here = filed_by == member().username
    return render_template(
        "claims/claim.html",
        form=form,
        holder_name=name_in(context["claim"]) or cells.NOTHING,
        source_words=SOURCES,
        lines=[
            replace(item, category=item.category and code_or_plain(item.category))
            for item in basket_of(context["claim"]).items
        ],
        refused_words=KeptRefusal(refusal_code).detail(language) if refusal_code else None,
        hindrance=_hindrance(assessment, language),
        policy=_policy(assessment, language),
        may_decide=allows(member().role, "claim.decide") and not filed_here,
        filed_here=filed_here,
        **context,
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


def _list() -> ListPage:
    columns = [
        column.linked(_("补录号"), "claim_no", "claims.claim", css_class="nowrap", sort="-at"),
        column.state(_("状态"), STATES, sort="state"),
        Column(_("购买日期"), "business_day", css_class="nowrap", sort="-day"),
        Column(_("示范点"), "outlet_name", sort="outlet"),
        Column(_("订单号"), "order_no", only="workbook"),
        Column(_("持卡人"), "name_masked", lambda row: name_in(row) or cells.NOTHING, "nowrap"),
        column.word(_("来源"), "source", SOURCES, only="workbook"),
        column.money(_("原价"), "amount_fen", place="figure", sort="-amount"),
        column.money(_("优惠"), "discount_fen", sort="-discount"),
        column.word(_("来源"), "source", SOURCES, only="page", sort="source"),
        column.minute(_("登记时间"), "submitted_at", only="workbook"),
        Column(_("登记人"), "submitted_by", only="workbook"),
        column.minute(_("决定时间"), "decided_at", only="workbook"),
        Column(_("决定人"), "decided_by", only="workbook"),
        Column(_("理由"), "reason", only="workbook"),
        Column(_("收据号"), "receipt_no", only="workbook"),
    ]
    states = [*choices_of(STATES, CLAIM_STATES), (ALL, _("全部"))]
    filters = [
        Filter("state", _("状态"), states, blank=None, default="submitted", all=ALL),
        Filter("number", _("补录号或订单号"), maxlength=64),
        Filter("outlet", _("示范点"), instance().engine.read(outlets_with_claims)),
        Filter("source", _("来源"), list(SOURCES.items())),
        *day_filters(_("购买日期从")),
    ]
    nothing = _("没有符合条件的补录登记。顾客当时没用上优惠，收银台登记后就会显示在这里。")
    return ListPage(
        "claims.claims", _("补录登记"), columns, filters, Empty(nothing), nothing, order="-at"
    )


def _criteria(form: Form) -> ClaimCriteria:
    return ClaimCriteria(
        state=None if form.text("state") == ALL else form.text("state"),
        outlet_id=form.optional("outlet"),
        source=form.optional("source"),
        number=form.optional("number"),
        first_day=form.optional_day("first"),
        last_day=form.optional_day("last"),
        within=own_division(),
    )
