"""Merchants' bank accounts: the list, one merchant's with its history, proposals and decisions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, require
from huimin.audit.list_answer import list_answer
from huimin.core.days import county_day
from huimin.core.permissions import allows, side_of
from huimin.core.refusals import Refusal
from huimin.merchants.merchants import merchant_by_id
from huimin.settlement.pages import pages
from huimin.settlement.pages.words import own_merchant
from huimin.settlement.payee_fields import FIELD_NAMES, KINDS, PAYEE_FIELDS, Payee, checked_payee
from huimin.settlement.payee_list import (
    PayeeCriteria,
    merchants_with_payee,
    unpaid_of,
)
from huimin.settlement.payee_notice import tell_payee
from huimin.settlement.payees import (
    PayeeRow,
    approve_payee,
    payee_history,
    payee_in_force,
    payee_row,
    payee_waiting,
    propose_payee,
    reject_payee,
    reveal_payee,
    withdraw_payee,
)
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import like_pattern
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of

DECISIONS = ("approve", "reject")


@pages.get("/payees")
@require("settlement.manage")
def payees() -> str | Response:
    """Which merchant has an account, and where a change waits; no account number."""
    return list_answer(_list(), rows_of(merchants_with_payee, _criteria))


@pages.get("/payees/<merchant_id>")
@require("payee.read")
def payee(merchant_id: str) -> str:
    """One merchant's account, masked, with what waits and its history."""
    return _page(merchant_id, Form())


@pages.post("/payees/<merchant_id>")
@require("payee.propose")
def propose(merchant_id: str) -> Answer:
    """Propose a new account."""
    form, by, of_county = Form.sent(), acting(), instance()
    side = side_of(member().role)
    _require_own(merchant_id)

    def work(tx: Transaction) -> Row:
        row = propose_payee(
            tx,
            of_county.personal_data,
            merchant_id,
            checked_payee(form.values),
            reason=form.text("reason"),
            side=side,
            **by,
        )
        tell_payee(tx, row, of_county.settings, now=by["now"])
        return row

    message = _("已提出。由另一位管理员核实并审批后才付到新账户，现在仍付到原来的账户。")
    return form.carry_out(
        work,
        again=lambda refused: _page(merchant_id, refused, opened="propose"),
        then=lambda _row: go_on(message, "settlement.payee", merchant_id=merchant_id),
    )


@pages.post("/payees/<merchant_id>/<payee_id>/reveal")
@require("payee.reveal")
def reveal(merchant_id: str, payee_id: str) -> Answer:
    """Show an account whole, once, for a reason that is recorded."""
    form, by, secrets = Form.sent(), acting(), instance().personal_data

    def work(tx: Transaction) -> PayeeRow:
        payee_row(tx, payee_id, merchant_id)
        return reveal_payee(tx, secrets, payee_id, reason=form.text("reason"), **by)

    return form.carry_out(
        work,
        again=lambda refused: _page(merchant_id, refused, opened=f"reveal-{payee_id}"),
        then=lambda whole: _page(merchant_id, Form(), whole=whole),
        refusals=True,
    )


@pages.post("/payees/<merchant_id>/<payee_id>/withdraw")
@require("payee.propose")
def withdraw(merchant_id: str, payee_id: str) -> Answer:
    """Take back what one's own side has proposed."""
    _require_own(merchant_id)
    by, side = acting(), side_of(member().role)

    def work(tx: Transaction) -> Row:
        payee_row(tx, payee_id, merchant_id)
        return withdraw_payee(tx, payee_id, side=side, **by)

    return _decided(merchant_id, "withdraw", work, _("已撤回。"))


@pages.post("/payees/<merchant_id>/<payee_id>/<act>")
@require("payee.decide")
def decide(merchant_id: str, payee_id: str, act: str) -> Answer:
    """Approve or reject somebody else's proposal."""
    if act not in DECISIONS:
        raise Refusal("not_found")
    form, by, secrets = Form.sent(), acting(), instance().personal_data
    reason, covers_unpaid = form.text("reason"), form.text("covers_unpaid") == "1"

    def work(tx: Transaction) -> Row:
        payee_row(tx, payee_id, merchant_id)
        if act == "reject":
            return reject_payee(tx, payee_id, reason=reason, **by)
        return approve_payee(
            tx, secrets, payee_id, reason=reason, covers_unpaid=covers_unpaid, **by
        )

    if act == "reject":
        message = _("没有同意，仍付到原来的账户。")
    else:
        message = _("已通过，从现在起确认的结算单付到这个账户。")
    return _decided(merchant_id, act, work, message)


def _decided(
    merchant_id: str, act: str, decision: Callable[[Transaction], Row], message: str
) -> Answer:
    """Run the decision and tell everybody who should know."""
    settings, now = instance().settings, instance().clock()

    def work(tx: Transaction) -> None:
        tell_payee(tx, decision(tx), settings, now=now)

    return Form.sent().carry_out(
        work,
        again=lambda refused: _page(merchant_id, refused, opened=act),
        then=lambda _done: go_on(message, "settlement.payee", merchant_id=merchant_id),
        refusals=True,
    )


def payee_facts(payee: Payee) -> list[tuple[str, str, str]]:
    """A payee as (field, label, words)."""
    language, values = request_language(), asdict(payee)
    if payee.kind in KINDS:
        values["kind"] = KINDS.say(payee.kind, language)
    return [(name, FIELD_NAMES.say(name, language), values[name] or "—") for name in PAYEE_FIELDS]


def _require_own(merchant_id: str) -> None:
    if own_merchant() not in (None, merchant_id):
        raise Refusal("not_found")


def _page(merchant_id: str, form: Form, *, opened: str = "", whole: PayeeRow | None = None) -> str:
    _require_own(merchant_id)
    secrets, today = instance().personal_data, county_day(instance().clock())

    def read(tx: Transaction) -> dict[str, Any]:
        return {
            "merchant": merchant_by_id(tx, merchant_id),
            "current": payee_in_force(tx, secrets, merchant_id),
            "proposed": payee_waiting(tx, secrets, merchant_id),
            "history": payee_history(tx, secrets, merchant_id),
            "unpaid": unpaid_of(tx, merchant_id, today),
        }

    context, reader = instance().engine.read(read), member()
    proposed, current = context["proposed"], context["current"]
    changed: Collection[str] = ()
    if proposed and proposed.payee:
        changed = proposed.payee.differing(current.payee if current else None)
    language = request_language()
    return render_template(
        "settlement/payee.html",
        form=form,
        opened=opened,
        whole=whole,
        facts=payee_facts,
        changed=changed,
        kinds=[(kind, KINDS.say(kind, language)) for kind in KINDS],
        may_propose=allows(reader.role, "payee.propose"),
        may_decide=allows(reader.role, "payee.decide"),
        may_reveal=allows(reader.role, "payee.reveal"),
        own=proposed is not None and proposed.row["proposed_by"] == reader.username,
        own_side=proposed is not None and proposed.row["proposed_side"] == side_of(reader.role),
        of_county=own_merchant() is None,
        **context,
    )


def _list() -> ListPage:
    def name_cell(row: Row) -> Markup:
        return cells.below(
            cells.link(row["name"], "settlement.payee", row["id"]), row["credit_code"]
        )

    def state_cell(row: Row) -> Markup:
        state = (
            cells.state("done", _("已登记"))
            if row["payee_id"]
            else cells.state("returned", _("没有收款账户"))
        )
        if row["proposed_at"]:
            return cells.below(state, _("有变更等审批"))
        return state

    columns = [
        Column(_("商户名称"), "name", name_cell, sort="name"),
        Column(_("统一社会信用代码"), "credit_code", only="workbook"),
        Column(_("收款账户"), "payee_id", state_cell, place="state"),
        column.minute(_("变更提出时间"), "proposed_at", sort="-proposed"),
    ]
    filters = [
        Filter("text", _("名称或信用代码"), type="search", maxlength=60),
        Filter(
            "wanted",
            _("收款账户"),
            [("none", _("没有收款账户")), ("proposed", _("有变更等审批"))],
        ),
    ]
    return ListPage(
        "settlement.payees",
        _("收款账户"),
        columns,
        filters,
        Empty(_("还没有商户。")),
        none_fit=_("没有符合条件的商户。"),
    )


def _criteria(form: Form) -> PayeeCriteria:
    return PayeeCriteria(like_pattern(form.optional("text")), form.optional("wanted"))
