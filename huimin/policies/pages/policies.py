"""The list of policies with the time line, one policy with its dry run, and decisions on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, require
from huimin.audit.list_answer import list_answer, workbook_response
from huimin.audit.record import events_of
from huimin.core.chart_svg import chart_svg
from huimin.core.days import county_day, month_of, previous_month
from huimin.core.permissions import allows
from huimin.core.refusals import FieldProblems, Refusal
from huimin.policies.dry_run import DryRun, OutletChange, dry_run
from huimin.policies.dry_run_chart import OUTLETS_MAX, dry_run_chart, signed_money
from huimin.policies.in_force import terms_of
from huimin.policies.pages import pages
from huimin.policies.pages.terms import days_in_words, rate_in_words, scope_in_words, terms_in_words
from huimin.policies.policy_list import UNPUBLISHED, all_policies, is_in_state, shown_policy
from huimin.policies.publish import approve, publish, withdraw
from huimin.policies.timeline import timeline_svg
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.choices import choices_of
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import Listed, Place
from huimin.web.words import STATES

POLICY_STATES = ("draft", "approved", "published", "withdrawn")
ACTS = ("approve", "publish", "withdraw")


@pages.get("/policies/", endpoint="policies")
@require("policy.read")
def policy_list() -> str | Response:
    """All versions, or those in one state, newest first; and the time line of all."""
    policies, today = instance().engine.read(all_policies), county_day(instance().clock())

    def read_rows(_tx: Transaction, form: Form, _place: Place) -> Listed:
        rows = [row for row in policies if is_in_state(row, form.text("state"))]
        return Listed(rows[::-1], len(rows))

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
        Column(_("政策"), "name", name_cell),
        Column(_("代码"), "code", only="workbook"),
        column.count(_("版本"), "version", only="workbook"),
        Column(_("优惠"), lambda row: rate_in_words(row["rate_bp"]), css_class="nowrap"),
        Column(_("范围"), scope_in_words),
        Column(_("日期"), days_in_words, only="page"),
        Column(_("开始日期"), "starts_on", only="workbook"),
        Column(_("最后一天"), "ends_on", only="workbook"),
        column.state(_("状态"), STATES),
    ]
    states = [(UNPUBLISHED, _("还没有发布")), *choices_of(STATES, POLICY_STATES)]
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
    row, _events, result = instance().engine.read(lambda tx: _read_policy(tx, policy_id, month))
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
    return form.carry_out(
        work,
        again=lambda refused: _policy_page(policy_id, refused, opened=act),
        then=lambda _done: go_on(message, "policies.policy", policy_id=policy_id),
    )


def _read_policy(
    tx: Transaction, policy_id: str, month: str
) -> tuple[dict[str, Any], list[Any], DryRun | None]:
    """The version, its events, and for a draft its dry run on `month` (default: last month)."""
    row, result = shown_policy(tx, policy_id), None
    if row["state"] in ("draft", "approved"):
        month = month or previous_month(month_of(county_day(instance().clock())))
        result = dry_run(tx, terms_of(row), month)
    return row, events_of(tx, "policy", policy_id), result


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
    row, events, result = instance().engine.read(lambda tx: _read_policy(tx, policy_id, month))
    return render_template(
        "policies/policy.html",
        policy=row,
        terms=terms_in_words(row),
        events=events[::-1],
        dry_run=result,
        chart=_chart(result.outlets) if result and result.outlets else "",
        signed=signed_money,
        month=result.month if result else "",
        form=form,
        opened=opened,
        own=row["created_by"] == member().username,
        four_eyes=instance().settings.four_eyes,
        begun=row["starts_on"] <= today.isoformat(),
    )
