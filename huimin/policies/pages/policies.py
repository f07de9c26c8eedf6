"""The list of policies with the time line, one policy with its dry run, and decisions on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, require
from huimin.audit.list_answer import list_answer, workbook_response
from huimin.audit.record import events_of
from huimin.core.chart_svg import chart_svg
from huimin.core.days import county_day, month_of, previous_month
from huimin.core.money import percent_words
from huimin.core.permissions import allows
from huimin.core.refusals import FieldProblems, Refusal
from huimin.policies.budget_words import LEVELS, forecast_words
from huimin.policies.budgets import BudgetState, budget_state
from huimin.policies.dry_run import DryRun, OutletChange, dry_run
from huimin.policies.dry_run_chart import OUTLETS_MAX, dry_run_chart
from huimin.policies.effect import changed_terms, effect_sentence, replaced_version, signed_money
from huimin.policies.in_force import terms_of
from huimin.policies.pages import pages
from huimin.policies.pages.terms import days_in_words, rate_in_words, scope_in_words, terms_in_words
from huimin.policies.policy_list import BUDGET, UNPUBLISHED, all_policies, is_in_state, shown_policy
from huimin.policies.publish import approve, publish, withdraw
from huimin.policies.timeline import timeline_svg
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.choices import choices_of
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import Listed, Place, sorted_page
from huimin.web.words import STATES

POLICY_STATES = ("draft", "approved", "published", "withdrawn")
ACTS = ("approve", "publish", "withdraw")
# By which value the list is sorted for each order; states in the order of a policy's life.
SORTED_BY: dict[str, Callable[[Row], Any]] = {
    "name": lambda row: (row["name"], row["version"]),
    "rate": lambda row: row["rate_bp"],
    "start": lambda row: row["starts_on"],
    "state": lambda row: POLICY_STATES.index(row["state"]),
}


@pages.get("/policies/", endpoint="policies")
@require("policy.read")
def policy_list() -> str | Response:
    """All versions, or those in one state, newest first; and the time line of all."""
    now = instance().clock()
    policies, today = instance().engine.read(lambda tx: all_policies(tx, now)), county_day(now)

    def read_rows(_tx: Transaction, form: Form, place: Place) -> Listed:
        rows = [row for row in policies if is_in_state(row, form.text("state"))]
        return sorted_page(rows[::-1], place, SORTED_BY)

    def more(_form: Form) -> dict[str, Any]:
        drawing = timeline_svg(policies, today, _("优惠政策时间线"))
        return {"any": bool(policies), "timeline": Markup(drawing)}  # noqa: S704 - it escapes its texts

    return list_answer(_list(), read_rows, more=more)


def _list() -> ListPage:
    def name_cell(row: Row) -> Markup:
        version = Markup(' <span class="optional nowrap">{}@{}</span>')
        return cells.link(row["name"], "policies.policy", row["id"]) + version.format(
            row["code"], row["version"]
        )

    columns = [
        Column(_("政策"), "name", name_cell, sort="name"),
        Column(_("代码"), "code", only="workbook"),
        column.count(_("版本"), "version", only="workbook"),
        Column(
            _("优惠"),
            lambda row: rate_in_words(row["rate_bp"]),
            css_class="nowrap",
            place="figure",
            sort="-rate",
        ),
        Column(_("范围"), scope_in_words),
        Column(_("日期"), days_in_words, only="page", sort="-start"),
        Column(_("开始日期"), "starts_on", only="workbook"),
        Column(_("最后一天"), "ends_on", only="workbook"),
        column.state(_("状态"), STATES, sort="state"),
    ]
    states = [
        (UNPUBLISHED, _("还没有发布")),
        (BUDGET, _("预算快用完或已用完")),
        *choices_of(STATES, POLICY_STATES),
    ]
    may_write = allows(member().role, "policy.write")
    nothing = _("还没有优惠政策。起草、审批、发布后才有优惠。")
    return ListPage(
        "policies.policies",
        _("优惠政策"),
        columns,
        [Filter("state", _("状态"), states)],
        Empty(nothing, "policies.new_policy", _("起草政策")) if may_write else Empty(nothing),
        none_fit=_("没有这种状态的政策。"),
    )


@pages.get("/policies/<policy_id>", endpoint="policy")
@require("policy.read")
def one_policy(policy_id: str) -> str | Response | tuple[str, int]:
    """One version in words; for a draft also its dry run as table and chart, or as a workbook."""
    month = request.args.get("month", "")
    if request.args.get("format") != "xlsx":
        try:
            return _policy_page(policy_id, Form(), month=month)
        except FieldProblems as error:
            return _policy_page(policy_id, Form({"month": month}).refused(error)), 422
    read = instance().engine.read(lambda tx: _read_policy(tx, policy_id, month))
    row, result = read.row, read.dry_run
    if result is None:
        raise Refusal("not_found")
    title = _(
        "试算 {code}@{version} {month}",
        code=row["code"],
        version=row["version"],
        month=result.month,
    )
    rows = [one.as_dict() for one in (*result.outlets, result.total)]
    return workbook_response(title, _dry_run_columns(), rows)


@pages.get("/policies/<policy_id>/publish")
@require("policy.write")
def confirm_publication(policy_id: str) -> str | Response:
    """What publishing would change, and the button that does it; a version that can't be published
    now is shown as it is.
    """
    return _confirm_page(policy_id, Form())


@pages.post("/policies/<policy_id>/<act>")
@require("policy.write")
def decide_policy(policy_id: str, act: str) -> Answer:
    """Approve, publish or withdraw a version."""
    if act not in ACTS:
        raise Refusal("not_found")
    form, by, four_eyes = Form.sent(), acting(), instance().settings.four_eyes

    def work(tx: Transaction) -> None:
        shown_policy(tx, policy_id)
        if act == "approve":
            approve(tx, policy_id, **by)
        elif act == "publish":
            publish(tx, policy_id, four_eyes=four_eyes, **by)
        else:
            withdraw(tx, policy_id, reason=form.text("reason"), **by)

    message = {
        "approve": _("已通过；下一步发布。"),
        "publish": _("已发布，到开始日期自动执行；以后只能由新版本接替。"),
        "withdraw": _("已撤回。"),
    }[act]

    def again(refused: Form) -> str | Response:
        if act == "publish":
            return _confirm_page(policy_id, refused)
        return _policy_page(policy_id, refused, opened=act)

    return form.carry_out(
        work,
        again=again,
        then=lambda _done: go_on(message, "policies.policy", policy_id=policy_id),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """One version with what its page shows; `dry_run` of a draft alone, `budget` once published."""

    row: Row
    events: list[Any]
    replaced: Row | None
    dry_run: DryRun | None
    budget: BudgetState | None


def _read_policy(tx: Transaction, policy_id: str, month: str) -> _Read:
    """The version; of a draft also its dry run on `month` (default: last month)."""
    row, now, result, budget = shown_policy(tx, policy_id), instance().clock(), None, None
    if row["state"] in ("draft", "approved"):
        month = month or previous_month(month_of(county_day(now)))
        result = dry_run(tx, terms_of(row), month)
    elif row["state"] == "published":
        budget = budget_state(tx, terms_of(row), now)
    return _Read(row, events_of(tx, "policy", policy_id), replaced_version(tx, row), result, budget)


def _changes(read: _Read) -> dict[str, Any]:
    """What a draft changes, for the template."""
    language = request_language()
    named = (_("政策名称"), read.row["name"]), *terms_in_words(read.row)
    before: tuple[tuple[str, str], ...] = ()
    if read.replaced is not None:
        before = (_("政策名称"), read.replaced["name"]), *terms_in_words(read.replaced)
    return {
        "policy": read.row,
        "replaced": read.replaced,
        "changes": changed_terms(before, named) if before else [],
        "effect": effect_sentence(read.dry_run, language) if read.dry_run else "",
    }


def _confirm_page(policy_id: str, form: Form) -> str | Response:
    read = instance().engine.read(lambda tx: _read_policy(tx, policy_id, ""))
    publishable = {"approved"} if instance().settings.four_eyes else {"draft", "approved"}
    if read.row["state"] not in publishable:
        if form.problems:
            return _policy_page(policy_id, form)
        return redirect(url_for("policies.policy", policy_id=policy_id))
    return render_template(
        "policies/publish.html", form=form, terms=terms_in_words(read.row), **_changes(read)
    )


def _dry_run_columns() -> list[Column]:
    def outlet(row: Row) -> str:
        return str(row["outlet_name"] if row["outlet_id"] else _("合计"))

    return [
        Column(_("示范点"), outlet),
        column.count(_("交易笔数"), "redemptions"),
        column.count(_("有变化"), "changed"),
        column.count(_("不再优惠"), "refused"),
        column.money(_("原优惠（元）"), "discount_before_fen"),
        column.money(_("新优惠（元）"), "discount_after_fen"),
        column.money(_("增减（元）"), "discount_change_fen"),
        column.money(_("商户增减（元）"), "merchant_share_change_fen"),
        column.money(_("政府增减（元）"), "government_share_change_fen"),
    ]


def _chart(outlets: Sequence[OutletChange]) -> Markup:
    drawing = dry_run_chart(
        outlets,
        title=_("各示范点优惠金额的增减"),
        rest=_("其余 {count} 个示范点", count=len(outlets) - OUTLETS_MAX),
        less=_("优惠减少"),
        more=_("优惠增加"),
    )
    return Markup(chart_svg(drawing))  # noqa: S704 - every text in it is escaped there


def _policy_page(policy_id: str, form: Form, *, opened: str = "", month: str = "") -> str:
    today = county_day(instance().clock())
    read = instance().engine.read(lambda tx: _read_policy(tx, policy_id, month))
    row, result, budget, language = read.row, read.dry_run, read.budget, request_language()
    return render_template(
        "policies/policy.html",
        terms=terms_in_words(row),
        events=read.events[::-1],
        dry_run=result,
        chart=_chart(result.outlets) if result and result.outlets else "",
        signed=signed_money,
        month=result.month if result else "",
        form=form,
        opened=opened,
        own=row["created_by"] == member().username,
        four_eyes=instance().settings.four_eyes,
        begun=row["starts_on"] <= today.isoformat(),
        budget=budget,
        budget_level=LEVELS.say(budget.level, language) if budget else "",
        budget_percent=percent_words(budget.used_bp) if budget else "",
        forecast=forecast_words(budget, language) if budget else "",
        **_changes(read),
    )
