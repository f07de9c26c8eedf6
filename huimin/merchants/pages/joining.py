"""Applications of merchants to join: the public form, and the county's list."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from limits import RateLimitItemPerHour
from werkzeug.wrappers import Response

from huimin.access.guards import acting, require
from huimin.access.tries import asking_network
from huimin.audit.list_answer import list_answer
from huimin.core.refusals import FieldProblems, Refusal
from huimin.core.words import OUTLET_KINDS
from huimin.divisions.choices import division_choices
from huimin.merchants.joining import (
    FIELDS,
    applications_after,
    approve_joining,
    ask_to_join,
    reject_joining,
)
from huimin.merchants.pages import pages
from huimin.storage.engine import Transaction
from huimin.web import column
from huimin.web.choices import choices_of, outlet_kind_choices
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of
from huimin.web.throttle import Throttle
from huimin.web.words import STATES, OnPages

# A merchant with many shops sends a few in an hour; a machine would send thousands.
forms_per_address = Throttle("joining_forms", RateLimitItemPerHour(20))
APPLICATION_STATES = ("submitted", "approved", "rejected")


@pages.get("/join")
def join() -> str:
    """The public form."""
    return _form_page(Form())


@pages.post("/join")
def send_joining() -> Response | tuple[str, int]:
    """Store the application."""
    form, now = Form.sent(), instance().clock()
    typed = {name: form.text(name) for name in FIELDS}
    try:
        forms_per_address.count(asking_network())
        change(lambda tx: ask_to_join(tx, typed, now=now))
    except FieldProblems as error:
        return _form_page(form.refused(error)), 422
    except Refusal as error:
        return _form_page(form.refused(error)), error.status
    return redirect(url_for("merchants.joined"))


@pages.get("/join/thanks")
def joined() -> str:
    """What happens next."""
    return render_template("merchants/joined.html")


@pages.get("/merchants/applications", endpoint="applications")
@require("merchant.read")
def joining_list() -> str | Response:
    """The list of applications."""
    return _list_page()


@pages.post("/merchants/applications/<application_id>")
@require("merchant.write")
def decide_joining(application_id: str) -> Answer:
    """Approve an application, or reject it with a reason."""
    form, by = Form.sent(), acting()
    again = Form({"state": "submitted", **form.values})
    if form.text("act") == "approve":
        message = _("商户和示范点已登记；下一步添加收银终端。")
        return again.carry_out(
            lambda tx: approve_joining(tx, application_id, **by),
            again=lambda refused: _list_page(refused, opened=application_id),
            then=lambda ids: go_on(message, "merchants.outlet", outlet_id=ids[1]),
        )

    def reject(tx: Transaction) -> None:
        form.act("reject")
        reject_joining(tx, application_id, reason=form.text("reason"), **by)

    message = _("已作出不予通过的决定，请把理由告诉商户。")
    return again.carry_out(
        reject,
        again=lambda refused: _list_page(refused, opened=application_id),
        then=lambda _done: go_on(message, "merchants.applications"),
    )


def _list() -> ListPage:
    columns = [
        Column(_("门店名称"), "outlet_name", sort="outlet"),
        Column(_("商户名称"), "merchant_name", sort="merchant"),
        Column(_("统一社会信用代码"), "credit_code"),
        column.word(_("类型"), "outlet_kind", OnPages(OUTLET_KINDS)),
        Column(_("镇街或村社"), "division_name"),
        Column(_("地址"), "address"),
        Column(_("营业时间"), "opening_hours"),
        Column(_("联系人"), "contact_name"),
        Column(_("联系电话"), "contact_phone"),
        column.minute(_("提交时间"), "submitted_at", sort="at"),
        column.state(_("状态"), STATES, sort="state"),
        column.minute(_("决定"), "decided_at"),
        Column(_("原因"), "reason"),
    ]
    states = choices_of(STATES, APPLICATION_STATES)
    return ListPage(
        "merchants.applications",
        _("加入申请"),
        columns,
        [Filter("state", _("状态"), states, default="submitted")],
        Empty(_("没有符合条件的申请。"), "merchants.join", _("看看申请页面")),
        order="at",
    )


def _list_page(form: Form | None = None, opened: str = "") -> str | Response:
    read_rows = rows_of(applications_after, lambda form: form.optional("state"))
    return list_answer(_list(), read_rows, form=form, more=lambda _form: {"opened": opened})


def _form_page(form: Form) -> str:
    return render_template(
        "merchants/join.html", form=form, kinds=outlet_kind_choices(), divisions=division_choices()
    )
