"""The report by mail in the browser: who gets it, what went to whom, and the recipient's own page.

The list and the record hold addresses, so that only administrators and auditors read them. The page
on which a recipient stops it needs the code that only the mail has, and names nobody.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, require
from huimin.audit.list_answer import list_answer
from huimin.audit.record import events_of
from huimin.core.catalogue import say
from huimin.core.permissions import allows
from huimin.notices.delivery_problem import problem_words
from huimin.report_mail import queries
from huimin.report_mail.mails import MailCriteria, mails_before
from huimin.report_mail.recipients import (
    BY_RECIPIENT,
    DAY,
    DAY_MAX,
    FORMS,
    NAME_MAX,
    RECIPIENTS_MAX,
    SCHEDULES,
    STATES,
    Proposal,
    approve_recipient,
    end_recipient,
    propose_recipient,
    recipient_by_id,
    recipient_of_code,
    recipients_before,
    reject_recipient,
)
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of
from huimin.web.words import OnPages, minute_text

pages = Blueprint("report_mail", __name__, url_prefix="/report-mail")

STATE_NAMES, FORM_NAMES, SCHEDULE_NAMES = OnPages(STATES), OnPages(FORMS), OnPages(SCHEDULES)
# A colour of its own is not worth a class: each state takes that of another.
COLOURS = {
    "proposed": "submitted",
    "approved": "approved",
    "rejected": "rejected",
    "ended": "disabled",
}
SENDING = {
    "waiting": lazy_gettext("等待发送"),
    "sent": lazy_gettext("已发送"),
    "failed": lazy_gettext("发送失败"),
}
SENDING_COLOURS = {"waiting": "waiting", "sent": "done", "failed": "stop"}
MAILS_SHOWN, ATTEMPTS_SHOWN = 24, 50


@pages.get("/")
@require("report_mail.read")
def recipients() -> str | Response:
    """Who gets the report, the latest first, and the form for another; or as a workbook."""
    return _list_page()


@pages.post("/")
@require("report_mail.manage")
def propose() -> Answer:
    """Propose a recipient; nothing goes there before another administrator approves it."""
    form, by = Form.sent(), acting()
    proposal = Proposal(**form.texts("name", "address", "purpose", "form", "schedule", "day"))
    return form.carry_out(
        lambda tx: propose_recipient(tx, proposal, **by),
        again=_list_page,
        then=lambda recipient_id: go_on(
            _("已提出，等另一位管理员审批；通过以后才会寄。"),
            "report_mail.recipient",
            recipient_id=recipient_id,
        ),
    )


@pages.get("/sent/")
@require("report_mail.read")
def sent() -> str | Response:
    """What went to whom, the latest first; or as a workbook."""
    advice = _("还没有寄过。收件人通过审批以后，到时候自动寄出。")
    columns = [
        column.minute(_("做成"), "made_at", only="workbook"),
        Column(
            _("报表"),
            "file_name",
            lambda row: cells.below(_file_words(row), minute_text(row["made_at"])),
        ),
        Column(
            _("收件人"),
            "name",
            lambda row: cells.below(
                cells.link(row["name"], "report_mail.recipient", row["recipient_id"]),
                row["address"],
            ),
        ),
        Column(_("邮箱"), "address", only="workbook"),
        Column(_("状态"), lambda row: str(SENDING[row["state"]]), _sending_cell),
        column.count(_("次数"), "attempts"),
        column.minute(_("送达"), "sent_at"),
        column.minute(_("数字截至"), "as_of", only="workbook"),
        Column(_("文件指纹"), "sha256", _digest_cell),
        Column(_("大小（字节）"), "size_bytes", only="workbook"),
        Column(_("原因"), lambda row: _reason(row["last_error"]), only="workbook"),
    ]
    return list_answer(
        ListPage(
            "report_mail.sent",
            _("寄出的月报表"),
            columns,
            [Filter("state", _("状态"), list(SENDING.items()))],
            Empty(advice, "report_mail.recipients", _("看看寄给谁")),
            none_fit=_("没有这种状态的。"),
        ),
        rows_of(mails_before, lambda form: MailCriteria(state=form.optional("state"))),
    )


@pages.get("/<recipient_id>")
@require("report_mail.read")
def recipient(recipient_id: str) -> str:
    """One recipient: what goes there, who approved it, what went, each attempt."""
    return _page(recipient_id, Form())


@pages.post("/<recipient_id>")
@require("report_mail.manage")
def decide(recipient_id: str) -> Answer:
    """Approve, reject or end it."""
    form, by = Form.sent(), acting()
    reason = form.text("reason")

    def work(tx: Transaction) -> str:
        act = form.act("approve", "reject", "end")
        if act == "approve":
            approve_recipient(tx, recipient_id, **by)
            return act
        (reject_recipient if act == "reject" else end_recipient)(
            tx, recipient_id, reason=reason, **by
        )
        return act

    def then(act: str) -> Response:
        sentences = {
            "approve": _("已通过，到时候自动寄出。"),
            "reject": _("没有通过，什么也不寄。"),
            "end": _("已停止，不再寄出。"),
        }
        return go_on(sentences[act], "report_mail.recipient", recipient_id=recipient_id)

    return form.carry_out(
        work,
        again=lambda refused: _page(recipient_id, refused, opened=form.text("act")),
        then=then,
    )


@pages.get("/stop/<recipient_id>/<code>")
def stop(recipient_id: str, code: str) -> str:
    """The page behind the link in a mail: nothing stops before its button is pressed."""
    row = instance().engine.read(
        lambda tx: recipient_of_code(tx, instance().settings, recipient_id, code)
    )
    return _stop_page(row)


@pages.post("/stop/<recipient_id>/<code>")
def stop_now(recipient_id: str, code: str) -> str:
    """Stop it on behalf of whoever has the mail."""
    settings, now = instance().settings, instance().clock()

    def work(tx: Transaction) -> Row:
        row = recipient_of_code(tx, settings, recipient_id, code)
        if row["state"] in ("proposed", "approved"):
            reason = say("收件人用邮件里的链接停止。", settings.language)
            end_recipient(tx, recipient_id, reason=reason, now=now, actor=BY_RECIPIENT)
        return recipient_by_id(tx, recipient_id)

    return _stop_page(change(work))


def _stop_page(row: Row) -> str:
    going = row["state"] in ("proposed", "approved")
    return render_template("report_mail/stop.html", going=going)


def _page(recipient_id: str, form: Form, *, opened: str = "") -> str:
    def read(tx: Transaction) -> tuple[Row, list[Row], list[Row], list[Row]]:
        row = recipient_by_id(tx, recipient_id)
        of_recipient = MailCriteria(recipient_id=recipient_id)
        attempts = queries.attempts_of_recipient(
            tx, recipient_id=recipient_id, row_limit=ATTEMPTS_SHOWN
        )
        mails = mails_before(tx, of_recipient, count=MAILS_SHOWN)
        return row, mails, list(attempts), events_of(tx, "report_recipient", recipient_id)

    row, mails, attempts, events = instance().engine.read(read)
    return render_template(
        "report_mail/recipient.html",
        row=row,
        state=STATE_NAMES[row["state"]],
        colour=COLOURS[row["state"]],
        what=FORM_NAMES[row["form"]],
        schedule=_schedule_words(row),
        mails=mails,
        attempts=attempts,
        file_words=_file_words,
        sending=SENDING,
        sending_colours=SENDING_COLOURS,
        reason=_reason,
        events=events[::-1][:100],
        own=row["proposed_by"] == member().username,
        may_manage=allows(member().role, "report_mail.manage"),
        by_recipient=BY_RECIPIENT,
        form=form,
        opened=opened,
    )


def _list_page(form: Form | None = None) -> str | Response:
    def state_cell(row: Row) -> Markup:
        return cells.state(COLOURS[row["state"]], STATE_NAMES[row["state"]])

    columns = [
        column.linked(_("收件人"), "name", "report_mail.recipient"),
        Column(_("邮箱"), "address", css_class="text-break"),
        Column(_("用途"), "purpose", css_class="text-wrap"),
        Column(_("寄什么"), lambda row: FORM_NAMES[row["form"]]),
        Column(_("什么时候"), _schedule_words),
        Column(_("状态"), lambda row: STATE_NAMES[row["state"]], state_cell),
        column.minute(_("最近一份"), "last_made_at"),
    ]
    list_page = ListPage(
        "report_mail.recipients",
        _("月报表寄给谁"),
        columns,
        [Filter("state", _("状态"), list(STATE_NAMES.items()))],
        Empty(
            _("还没有收件人。没有账号的领导或单位要按月收报表，在上面提出，由另一位管理员审批。")
        ),
        none_fit=_("没有这种状态的收件人。"),
    )
    may_manage = allows(member().role, "report_mail.manage")
    # A refused proposal is no filter of the list.
    refused = form if form is not None and form.problems else None
    more: dict[str, Any] = {
        "proposal": refused or form or Form(),
        "may_manage": may_manage,
        "forms": list(FORM_NAMES.items()),
        "schedules": list(SCHEDULE_NAMES.items()),
        "day_max": DAY_MAX,
        "name_max": NAME_MAX,
        "recipients_max": RECIPIENTS_MAX,
        "mail_set": bool(instance().settings.smtp_host and instance().settings.smtp_from),
    }
    return list_answer(
        list_page,
        rows_of(recipients_before, lambda filters: filters.optional("state")),
        form=None if form is None else Form(),
        more=lambda _form: more,
    )


def _schedule_words(row: Row) -> str:
    if row["schedule"] == DAY:
        return str(_("每月 {day} 日，数字截至当天", day=row["day_of_month"]))
    return str(SCHEDULE_NAMES[row["schedule"]])


def _file_words(row: Row) -> str:
    if row["period"].endswith(f"/{DAY}"):
        minute = minute_text(row["as_of"])
        return str(_("{file}（截至 {minute}）", file=row["file_name"], minute=minute))
    return str(row["file_name"])


def _sending_cell(row: Row) -> Markup:
    state = cells.state(SENDING_COLOURS[row["state"]], SENDING[row["state"]])
    return cells.below(state, _reason(row["last_error"]))


def _digest_cell(row: Row) -> Markup:
    return Markup('<code class="optional" title="{}">{}</code>').format(
        row["sha256"], row["sha256"][:12]
    )


def _reason(problem: str | None) -> str | None:
    return None if problem is None else problem_words(problem, request_language())
