"""The list with its time line, one policy with its dry run, and what is decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.audit.record import events_of
from huimin.core.days import county_day, month_of, previous_month
from huimin.core.money import percent_words, rate_words
from huimin.core.refusals import FieldProblems, Refusal
from huimin.policies.dry_run import DryRun, dry_run
from huimin.policies.in_force import terms_of
from huimin.policies.pages import pages
from huimin.policies.policy_list import all_policies, shown_policy
from huimin.policies.publish import approve, publish, withdraw
from huimin.policies.timeline import timeline_svg
from huimin.policies.wording import described, scope_words
from huimin.storage.engine import Transaction
from huimin.web.current import change, house
from huimin.web.event_words import event_words
from huimin.web.forms import Form, tell
from huimin.web.list_xlsx import workbook_response
from huimin.web.words import STATES

ACTS = ("approve", "publish", "withdraw")


@pages.get("/policies/", endpoint="policies")
@require("policy.read")
def policy_list() -> str | Response:
    """Every version, the newest first, and the time line."""
    rows, today = house().engine.read(all_policies), county_day(house().clock())
    if request.args.get("format") == "xlsx":
        columns = [
            (_("政策"), lambda row: row["name"]),
            (_("代码"), lambda row: row["code"]),
            (_("版本"), lambda row: row["version"]),
            (_("优惠"), lambda row: rate_words(row["rate_bp"])),
            (_("范围"), _scope_of),
            (_("开始日期"), lambda row: row["starts_on"]),
            (_("最后一天"), lambda row: row["ends_on"]),
            (_("状态"), lambda row: str(STATES[row["state"]])),
        ]
        return workbook_response(_("优惠政策"), columns, rows)
    drawing = timeline_svg(rows, today, _("优惠政策时间线"))
    return render_template(
        "policies/policies.html",
        rows=rows[::-1],
        timeline=Markup(drawing),  # noqa: S704 - it escapes every text in it itself
        scope_words=scope_words,
        rate=lambda row: f"{rate_words(row['rate_bp'])}（{percent_words(row['rate_bp'])}）",
    )


@pages.get("/policies/<policy_id>", endpoint="policy")
@require("policy.read")
def one_policy(policy_id: str) -> str:
    """One version in words, with what it would change."""
    return _policy_page(policy_id, Form(), month=request.args.get("month", ""))


@pages.post("/policies/<policy_id>/<act>")
@require("policy.write")
def decide_policy(policy_id: str, act: str) -> Response | tuple[str, int]:
    """Approve somebody else's draft, publish an approved one, or withdraw."""
    if act not in ACTS:
        raise Refusal("not_found")
    form, now, actor = Form.sent(), house().clock(), member().username
    four_eyes = house().settings.four_eyes

    def work(tx: Transaction) -> None:
        shown_policy(tx, policy_id)
        if act == "approve":
            approve(tx, policy_id, now=now, actor=actor)
        elif act == "publish":
            publish(tx, policy_id, now=now, actor=actor, four_eyes=four_eyes)
        else:
            withdraw(tx, policy_id, now=now, actor=actor, reason=form.text("reason"))

    try:
        change(work)
    except FieldProblems as why:
        return _policy_page(policy_id, form.refused(why), opened=act), 422
    said = {
        "approve": _("已通过；下一步发布。"),
        "publish": _("已发布，到开始日期自动执行；以后只能由新版本接替。"),
    }
    tell(said.get(act, _("已撤回。")))
    return redirect(url_for("policies.policy", policy_id=policy_id))


def _scope_of(row: Mapping[str, Any]) -> str:
    return scope_words(row["scope"], row["scope_value"], row["outlet_name"])


def _policy_page(policy_id: str, form: Form, *, opened: str = "", month: str = "") -> str:
    today = county_day(house().clock())
    month = month or previous_month(month_of(today))

    def look(tx: Transaction) -> tuple[dict[str, Any], list[Any], DryRun | None]:
        row = shown_policy(tx, policy_id)
        tried = None
        if row["state"] in ("draft", "approved"):
            tried = dry_run(tx, terms_of(row), month)
        return row, events_of(tx, "policy", policy_id), tried

    row, events, tried = house().engine.read(look)
    most = max((abs(one.discount_change_fen) for one in tried.outlets), default=0) if tried else 0
    return render_template(
        "policies/policy.html",
        policy=row,
        terms=described(terms_of(row), row["state"]),
        events=events[::-1],
        event_words=event_words,
        tried=tried,
        most=most,
        month=month,
        form=form,
        opened=opened,
        own=row["created_by"] == member().username,
        four_eyes=house().settings.four_eyes,
        begun=row["starts_on"] <= today.isoformat(),
    )
