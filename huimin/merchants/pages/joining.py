"""Applications of merchants to join: the public form, and the county's list."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from limits import RateLimitItemPerHour
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.audit.export_list import workbook_response
from huimin.core.refusals import FieldProblems, Refusal
from huimin.merchants.joining import (
    FIELDS,
    applications_after,
    approve_joining,
    ask_to_join,
    reject_joining,
)
from huimin.merchants.pages import kind_choices, pages, place_choices
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import COUNT_MAX, Listed, Place, listed
from huimin.web.throttle import Throttle
from huimin.web.words import STATES, minute_text

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
        forms_per_address.count(request.remote_addr)
        change(lambda tx: ask_to_join(tx, typed, now=now))
    except FieldProblems as why:
        return _form_page(form.refused(why)), 422
    except Refusal as why:
        return _form_page(form.refused(why)), why.status
    return redirect(url_for("merchants.joined"))


@pages.get("/join/thanks")
def joined() -> str:
    """What happens next."""
    return render_template("merchants/joined.html")


@pages.get("/merchants/applications", endpoint="applications")
@require("merchant.read")
def joining_list() -> str | Response:
    """The list of applications."""
    form = Form({"state": request.args.get("state", "submitted")})
    if request.args.get("format") == "xlsx":
        return _workbook(form.optional("state"))
    return _list_page(form, _page(form.optional("state"), Place.asked()))


@pages.post("/merchants/applications/<application_id>")
@require("merchant.write")
def decide_joining(application_id: str) -> Response | tuple[str, int]:
    """Approve an application, or reject it with a reason."""
    form, now, actor = Form.sent(), instance().clock(), member().username
    try:
        if form.text("act") == "approve":
            _merchant, outlet_id = change(
                lambda tx: approve_joining(tx, application_id, now=now, actor=actor)
            )
            tell(_("商户和示范点已登记；下一步添加收银终端。"))
            return redirect(url_for("merchants.outlet", outlet_id=outlet_id))
        reason = form.text("reason")
        change(lambda tx: reject_joining(tx, application_id, reason=reason, now=now, actor=actor))
    except FieldProblems as why:
        page = _page("submitted", Place())
        refused = Form({"state": "submitted", **form.values}).refused(why)
        return _list_page(refused, page, opened=application_id), 422
    tell(_("已作出不予通过的决定，请把理由告诉商户。"))
    return redirect(url_for("merchants.applications"))


def _page(state: str | None, place: Place) -> Listed:
    return instance().engine.read(
        lambda tx: listed(
            lambda key, n, backwards=False: applications_after(
                tx, key, n, state=state, backwards=backwards
            ),
            lambda: len(applications_after(tx, "", COUNT_MAX + 1, state=state)),
            place=place,
        )
    )


def _workbook(state: str | None) -> Response:
    rows = instance().engine.read(lambda tx: applications_after(tx, "", ROWS_MAX, state=state))
    kinds = dict(kind_choices())
    columns = [
        (_("门店名称"), lambda row: row["outlet_name"]),
        (_("商户名称"), lambda row: row["merchant_name"]),
        (_("统一社会信用代码"), lambda row: row["credit_code"]),
        (_("类型"), lambda row: kinds[row["outlet_kind"]]),
        (_("镇街或村社"), lambda row: row["division_name"]),
        (_("地址"), lambda row: row["address"]),
        (_("营业时间"), lambda row: row["opening_hours"]),
        (_("联系人"), lambda row: row["contact_name"]),
        (_("联系电话"), lambda row: row["contact_phone"]),
        (_("提交时间"), lambda row: minute_text(row["submitted_at"])),
        (_("状态"), lambda row: str(STATES[row["state"]])),
        (_("决定"), lambda row: minute_text(row["decided_at"])),
        (_("原因"), lambda row: row["reason"]),
    ]
    return workbook_response(_("加入申请"), columns, rows)


def _list_page(form: Form, page: object, opened: str = "") -> str:
    return render_template(
        "merchants/applications.html",
        form=form,
        page=page,
        opened=opened,
        arguments={"state": form.text("state")},
        states=[(state, STATES[state]) for state in APPLICATION_STATES],
    )


def _form_page(form: Form) -> str:
    return render_template(
        "merchants/join.html", form=form, kinds=kind_choices(), divisions=place_choices()
    )
