"""Notices in the browser: the log of deliveries, and retrying a failed one."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, require
from huimin.audit.list_answer import list_answer
from huimin.core.permissions import allows
from huimin.core.refusals import Refusal
from huimin.notices.delivery_problem import problem_words
from huimin.notices.log import deliveries_before
from huimin.notices.merchant_webhook import (
    deliveries_to_merchant,
    end_webhook,
    require_own_delivery,
    secret_of,
    set_webhook,
    tell_merchant,
    try_news,
    webhook_of,
)
from huimin.notices.post import targets_of
from huimin.notices.send import send_again, send_one
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of
from huimin.web.words import minute_text

pages = Blueprint("notices", __name__)

STATES = {
    "waiting": lazy_gettext("等待发送"),
    "sent": lazy_gettext("已发送"),
    "failed": lazy_gettext("发送失败"),
}
COLOURS = {"waiting": "waiting", "sent": "done", "failed": "stop"}
CHANNELS = {"mail": lazy_gettext("邮件"), "webhook": lazy_gettext("网络接口")}


@pages.get("/notices/", endpoint="deliveries")
@require("notice.read")
def delivery_list() -> str | Response:
    """The log, the latest first."""
    return list_answer(
        _list(allows(member().role, "notice.send")),
        rows_of(deliveries_before, lambda form: form.optional("state")),
        more=lambda form: {"channels": CHANNELS, "targets": targets_of(instance().settings)},
    )


@pages.post("/notices/<delivery_id>/again", endpoint="again")
@require("notice.send")
def again(delivery_id: str) -> Response:
    """Retry one delivery at once; the next page says how it went."""
    by = acting()
    change(lambda tx: send_again(tx, delivery_id, **by))
    attempt = send_one(instance().engine, instance().settings, delivery_id, now=by["now"])
    message = _("已发送。")
    if attempt is not None and attempt.problem is not None:
        message = _("还是没有送到：{problem} 稍后会自动再试。", problem=_reason(attempt.problem))
    return go_on(message, "notices.deliveries")


@pages.get("/my-merchant/webhook")
@require("webhook.own")
def webhook() -> str:
    """Where the merchant's own system hears its news, and what was sent there."""
    return _webhook_page(Form())


@pages.post("/my-merchant/webhook")
@require("webhook.own")
def keep_webhook() -> Answer:
    """Set the address; a new one has a new secret."""
    form, by, settings = Form.sent(), acting(), instance().settings
    merchant_id = _merchant_id()
    return form.carry_out(
        lambda tx: set_webhook(tx, merchant_id, form.text("address"), settings=settings, **by),
        again=_webhook_page,
        then=lambda _webhook_id: go_on(
            _("地址已保存。请把下面的签名密钥设到收银系统里，再发一次测试。"), "notices.webhook"
        ),
    )


@pages.post("/my-merchant/webhook/end")
@require("webhook.own")
def stop_webhook() -> Response:
    """Tell the merchant's system nothing any more."""
    by, merchant_id = acting(), _merchant_id()
    change(lambda tx: end_webhook(tx, merchant_id, **by))
    return go_on(_("已停用，不再发送。"), "notices.webhook")


@pages.post("/my-merchant/webhook/test")
@require("webhook.own")
def try_webhook() -> Response:
    """Send a test at once; the next page says how it went."""
    now, merchant_id = instance().clock(), _merchant_id()
    delivery_id = change(lambda tx: tell_merchant(tx, merchant_id, try_news(), now=now))
    if delivery_id is None:
        raise Refusal("not_found")
    return _sent_now(delivery_id, now)


@pages.post("/my-merchant/webhook/<own_delivery_id>/again")
@require("webhook.own")
def webhook_again(own_delivery_id: str) -> Response:
    """Retry a delivery of the merchant's own at once."""
    by, merchant_id = acting(), _merchant_id()

    def work(tx: Transaction) -> None:
        require_own_delivery(tx, merchant_id, own_delivery_id)
        send_again(tx, own_delivery_id, **by)

    change(work)
    return _sent_now(own_delivery_id, by["now"])


def _sent_now(delivery_id: str, now: datetime) -> Response:
    attempt = send_one(instance().engine, instance().settings, delivery_id, now=now)
    message = _("已送到，对方收下了。")
    if attempt is not None and attempt.problem is not None:
        message = _("没有送到：{problem}", problem=_reason(attempt.problem))
    return go_on(message, "notices.webhook")


def _webhook_page(form: Form) -> str:
    merchant_id = _merchant_id()
    current, deliveries = instance().engine.read(
        lambda tx: (webhook_of(tx, merchant_id), deliveries_to_merchant(tx, merchant_id))
    )
    return render_template(
        "notices/webhook.html",
        form=form,
        current=current,
        secret=None if current is None else secret_of(instance().settings, current["id"]),
        deliveries=deliveries,
        states=STATES,
        colours=COLOURS,
        reason=_reason,
    )


def _merchant_id() -> str:
    return member().merchant_id or ""


def _reason(problem: str | None) -> str | None:
    return None if problem is None else problem_words(problem, request_language())


def _list(may_send: bool) -> ListPage:
    def title_cell(row: Row) -> Markup:
        title = Markup('<span lang="zh-Hans">{}</span>').format(row["title"])
        return cells.below(title, minute_text(row["created_at"]))

    def state_cell(row: Row) -> Markup:
        state = cells.state(COLOURS[row["state"]], STATES[row["state"]])
        return cells.below(state, _reason(row["last_error"]))

    def last_cell(row: Row) -> str:
        return minute_text(row["sent_at"] or row["tried_at"]) or cells.NOTHING

    def send_cell(row: Row) -> Markup | None:
        sent = row["state"] == "sent"
        return None if sent else cells.post_button(_("重新发送"), "notices.again", row["id"])

    columns = [
        column.minute(_("时间"), "created_at", only="workbook"),
        Column(_("内容"), "title", title_cell, "text-wrap", sort="-at"),
        column.word(_("方式"), "channel", CHANNELS, only="workbook"),
        Column(
            _("状态"), state_cell, css_class="text-break", only="page", place="state", sort="state"
        ),
        Column(
            _("发往"), "target", lambda row: cells.below(CHANNELS[row["channel"]], row["target"])
        ),
        column.word(_("状态"), "state", STATES, only="workbook"),
        column.count(_("次数"), "attempts", sort="-attempts"),
        Column(_("最近一次"), lambda row: minute_text(row["tried_at"]), last_cell, "nowrap"),
        column.minute(_("送达"), "sent_at", only="workbook"),
        Column(_("原因"), lambda row: _reason(row["last_error"]), only="workbook"),
    ]
    if may_send:
        columns.append(Column(_("办理"), "id", send_cell, only="page"))
    advice = _("还没有发过通知。每月结束后运行 huimin month run，就会把核对结果发出去。")
    return ListPage(
        "notices.deliveries",
        _("通知记录"),
        columns,
        [Filter("state", _("状态"), list(STATES.items()))],
        Empty(advice, "handbook.page", _("看看怎么设置"), {"name": "months"}),
        none_fit=_("没有这种状态的通知。"),
        order="-at",
    )
