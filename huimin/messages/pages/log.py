"""The log of messages for administrators: what, to whom, how it went; and trying one again."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.full_names import name_in
from huimin.access.guards import acting, member, require, signed_in
from huimin.audit.list_answer import list_answer
from huimin.core.identity import mask_name
from huimin.core.permissions import allows
from huimin.messages.log import (
    LogCriteria,
    count_late_codes,
    count_overdue,
    count_troubled,
    messages_before,
    sums_lately,
)
from huimin.messages.pages import pages
from huimin.messages.pages.words import CHANNELS, COLOURS, STATES, problem_text
from huimin.messages.send import send_again, send_one
from huimin.messages.texts import KIND_WORDS
from huimin.storage.engine import Row
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import go_on
from huimin.web.list_page import Empty, Filter, ListPage, day_filters
from huimin.web.lists import rows_of
from huimin.web.navigation import waiting_at
from huimin.web.words import OnPages, minute_text


@pages.get("/")
@require("message.read")
def messages() -> str | Response:
    """The log, the latest first."""
    may_send = allows(member().role, "message.send")
    return list_answer(
        _list(may_send),
        rows_of(
            messages_before,
            lambda form: LogCriteria(
                form.optional("state"),
                form.optional("kind"),
                form.optional("channel"),
                form.optional_day("first"),
                form.optional_day("last"),
            ),
        ),
        more=lambda _form: _more(),
    )


def _more() -> dict[str, Any]:
    """How it goes: the sums of the last days, and what somebody has to look after."""
    opened = instance()
    now = opened.clock()
    rows, late, overdue = opened.engine.read(
        lambda tx: (
            sums_lately(tx, now),
            count_late_codes(tx, now),
            count_overdue(tx, now),
        )
    )
    kinds = OnPages(KIND_WORDS)
    sums = {kind: dict.fromkeys(STATES, 0) for kind in kinds}
    for row in rows:
        sums[row["kind"]][row["state"]] += row["count"]
    return {
        "channel": opened.settings.message_channel,
        "channels": CHANNELS,
        "sums": {kind: counts for kind, counts in sums.items() if any(counts.values())},
        "kinds": kinds,
        "states": STATES,
        "late": late,
        "overdue": overdue,
    }


@pages.post("/<message_id>/again")
@require("message.send")
def again(message_id: str) -> Response:
    """Try one again at once, to the number that is registered today; the next page says how it
    went."""
    by, opened = acting(), instance()
    secrets = opened.personal_data
    outcome = change(lambda tx: send_again(tx, opened.settings, secrets, message_id, **by))
    if outcome == "no_phone":
        message = _("这个人没有能收短信的手机，或者不要短信：请看“要告知的人”，由人告知。")
        return go_on(message, "messages.messages")
    attempt = None if outcome == "ended" else send_one(opened, message_id)
    if attempt is None:
        return go_on(_("已经不用再发。"), "messages.messages")
    message = _("已发送。")
    if attempt.problem is not None:
        message = _("还是没有送到：{problem}", problem=problem_text(attempt.problem))
    return go_on(message, "messages.messages")


def _troubled() -> int:
    reader = signed_in()
    if reader is None or not allows(reader.role, "message.send"):
        return 0
    now = instance().clock()
    return instance().engine.read(lambda tx: count_troubled(tx, now) + count_late_codes(tx, now))


waiting_at("messages.messages", _troubled)


def _name_cell(row: Row) -> Markup | str:
    name = name_in(row)
    if name is None:
        return cells.NOTHING
    return cells.link(name, "messages.person", row["holder_id"])


def _again_cell(row: Row) -> Markup | None:
    waits = row["kind"] != "code" and row["state"] in ("waiting", "failed")
    if not waits or row["channel"] == "paper" or not row["content_cipher"]:
        return None
    return cells.post_button(_("重新发送"), "messages.again", row["id"])


def _list(may_send: bool) -> ListPage:
    kinds = OnPages(KIND_WORDS)

    def state_cell(row: Row) -> Markup:
        state = cells.state(COLOURS[row["state"]], STATES[row["state"]])
        return cells.below(state, problem_text(row["problem"]))

    def where_cell(row: Row) -> Markup:
        return cells.below(CHANNELS[row["channel"]], row["sent_to"])

    columns = [
        column.minute(_("时间"), "made_at", only="workbook"),
        Column(
            _("内容"),
            lambda row: kinds[row["kind"]],
            lambda row: cells.below(kinds[row["kind"]], minute_text(row["made_at"])),
            sort="-at",
        ),
        Column(_("发给"), lambda row: mask_name(row["holder_name"]), _name_cell),
        Column(_("状态"), state_cell, css_class="text-break", only="page", place="state"),
        Column(_("方式"), where_cell, only="page"),
        column.word(_("方式"), "channel", CHANNELS, only="workbook"),
        Column(_("号码"), "sent_to", only="workbook"),
        column.word(_("状态"), "state", STATES, only="workbook"),
        column.count(_("次数"), "attempts", sort="-attempts"),
        Column(_("最近一次"), lambda row: minute_text(row["tried_at"]) or cells.NOTHING),
        Column(_("原因"), lambda row: problem_text(row["problem"]), only="workbook"),
    ]
    if may_send:
        columns.append(Column(_("办理"), "id", _again_cell, only="page"))
    return ListPage(
        "messages.messages",
        _("短信等告知的记录"),
        columns,
        [
            Filter("state", _("状态"), list(STATES.items())),
            Filter("kind", _("内容"), list(kinds.items())),
            Filter("channel", _("方式"), list(CHANNELS.items())),
            *day_filters(),
        ],
        Empty(
            _("还没有告知过谁。每天由定时任务列出要告知的人。"),
            "handbook.page",
            _("看看怎么设置"),
            {"name": "messages"},
        ),
        none_fit=_("没有这样的记录。"),
        order="-at",
    )
