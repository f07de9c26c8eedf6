"""Notices in the browser: the log of deliveries, and retrying a failed one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.audit.export_list import workbook_response
from huimin.core.permissions import allows
from huimin.notices.delivery_problem import problem_words
from huimin.notices.log import count_deliveries, deliveries_before
from huimin.notices.post import targets_of
from huimin.notices.send import send_again, send_one
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell
from huimin.web.language import request_language
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import COUNT_MAX, PAGE_ROWS, Listed, Place, listed
from huimin.web.words import minute_text

pages = Blueprint("notices", __name__)

STATES = {
    "waiting": lazy_gettext("等待发送"),
    "sent": lazy_gettext("已发送"),
    "failed": lazy_gettext("发送失败"),
}
LOOKS = {"waiting": "waiting", "sent": "done", "failed": "stop"}
CHANNELS = {"mail": lazy_gettext("邮件"), "webhook": lazy_gettext("网络接口")}


@pages.get("/notices/", endpoint="deliveries")
@require("notice.read")
def delivery_list() -> str | Response:
    """The log, newest first."""
    form = Form.asked(("state",))
    as_workbook = request.args.get("format") == "xlsx"
    state, place = form.optional("state"), Place.asked()

    def look_up(tx: Transaction) -> Listed:
        return listed(
            lambda key, n, backwards=False: deliveries_before(
                tx, state, key, n, backwards=backwards
            ),
            lambda: count_deliveries(tx, state, COUNT_MAX + 1),
            place=place,
            size=ROWS_MAX if as_workbook else PAGE_ROWS,
        )

    page = instance().engine.read(look_up)
    if as_workbook:
        return workbook_response(_("通知记录"), _columns(), page.rows)
    return render_template(
        "notices/deliveries.html",
        form=form,
        page=page,
        arguments={"state": state} if state else {},
        states=list(STATES.items()),
        state_words=STATES,
        looks=LOOKS,
        channels=CHANNELS,
        targets=targets_of(instance().settings),
        why=_why,
        may_send=allows(member().role, "notice.send"),
    )


@pages.post("/notices/<delivery_id>/again", endpoint="again")
@require("notice.send")
def again(delivery_id: str) -> Response:
    """Retry one delivery at once; the next page says how it went."""
    now, actor = instance().clock(), member().username
    change(lambda tx: send_again(tx, delivery_id, now=now, actor=actor))
    attempt = send_one(instance().engine, instance().settings, delivery_id, now=now)
    if attempt is None or attempt.problem is None:
        tell(_("已发送。"))
    else:
        tell(_("还是没有送到：{problem} 稍后会自动再试。", problem=_why(attempt.problem)))
    return redirect(url_for("notices.deliveries"))


def _why(problem: str | None) -> str | None:
    return None if problem is None else problem_words(problem, request_language())


def _columns() -> list[Any]:
    def at(name: str) -> Any:
        return lambda row: minute_text(row[name]) if row[name] else None

    return [
        (_("时间"), at("created_at")),
        (_("内容"), lambda row: row["title"]),
        (_("方式"), lambda row: str(CHANNELS[row["channel"]])),
        (_("发往"), lambda row: row["target"]),
        (_("状态"), lambda row: str(STATES[row["state"]])),
        (_("次数"), lambda row: row["attempts"]),
        (_("最近一次"), at("tried_at")),
        (_("送达"), at("sent_at")),
        (_("原因"), lambda row: _why(row["last_error"])),
    ]
