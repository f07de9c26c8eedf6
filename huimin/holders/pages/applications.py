"""Applications: what waits, the longest first; and the decision on one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.audit.export_list import workbook_response
from huimin.core.identity import mask_name
from huimin.core.permissions import allows
from huimin.core.refusals import FieldProblems
from huimin.holders.applications import (
    Row,
    application_ids,
    application_in,
    application_rows,
    approve_application,
    approve_each,
    promised_before,
    reject_application,
    return_application,
)
from huimin.holders.change_person import person
from huimin.holders.pages import own_division, pages
from huimin.holders.pages.choices import division_choices
from huimin.holders.people import division_bounds
from huimin.holders.person_page import person_page
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import COUNT_MAX, PAGE_ROWS, Listed, Place, listed
from huimin.web.words import STATES, minute_text

FILTERS = ("state", "division", "source", "older")
# One press approves so many at most, a part at a time, so that no till waits for it.
APPROVED_AT_ONCE, PART = 5_000, 100
APPLICATION_STATES = ("submitted", "returned", "approved", "rejected")


@pages.get("/applications/")
@require("application.read")
def applications() -> str | Response:
    """The list; what waits for a decision unless another state is asked for."""
    form = Form.asked(FILTERS)
    if "state" not in request.args:
        form = Form({**form.values, "state": "submitted"})
    as_workbook = request.args.get("format") == "xlsx"
    page = _page(form, size=ROWS_MAX if as_workbook else PAGE_ROWS)
    if as_workbook:
        states = {code: str(word) for code, word in STATES.items()}
        columns = [
            (_("姓名"), lambda row: mask_name(row["holder_name"])),
            (_("乡镇（街道）"), lambda row: row["town_name"]),
            (_("村（社区）"), lambda row: row["village_name"]),
            (_("提交时间"), lambda row: minute_text(row["submitted_at"])),
            (_("提交人"), lambda row: row["submitted_by"]),
            (_("状态"), lambda row: states[row["state"]]),
            (_("原因"), lambda row: row["reason"]),
        ]
        return workbook_response(_("申请"), columns, page.rows)
    return render_template(
        "holders/applications.html",
        form=form,
        page=page,
        arguments={name: value for name, value in form.values.items() if value or name == "state"},
        late_before=promised_before(instance().clock(), instance().working_days).isoformat(),
        mask_name=mask_name,
        divisions=division_choices(own_division()),
        states=[(code, STATES[code]) for code in APPLICATION_STATES],
        may_decide=allows(member().role, "application.decide"),
        four_eyes=instance().settings.four_eyes,
        at_once=APPROVED_AT_ONCE,
    )


@pages.post("/applications/approve")
@require("application.decide")
def approve_applications() -> Response:
    """Approve those that are ticked; or all that registers proposed, of a town or the county."""
    form, within = Form.sent(), own_division()
    ids = _from_registers(form) if form.text("all") else request.form.getlist("chosen")
    who: dict[str, Any] = {
        "within": within,
        "now": instance().clock(),
        "actor": member().username,
        "four_eyes": instance().settings.four_eyes,
    }
    approved = own = 0
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        done = change(lambda tx, part=part: approve_each(tx, part, **who))  # type: ignore[misc]
        approved, own = approved + done[0], own + done[1]
    if not ids:
        tell(_("没有勾选申请，请先勾选。"))
    elif own:
        tell(
            _(
                "已通过 {count} 份；另有 {own} 份是您提交的，请由另一位工作人员审批。",
                count=f"{approved:,}",
                own=f"{own:,}",
            )
        )
    else:
        tell(_("已通过 {count} 份；下一步发卡、打印。", count=f"{approved:,}"))
    kept: dict[str, Any] = {name: form.optional(name) for name in ("division", "source")}
    return redirect(url_for("holders.applications", state="submitted", **kept))


@pages.get("/applications/<application_id>")
@require("application.read")
def application(application_id: str) -> str:
    """One application with the person's facts, and the buttons that decide it."""
    return _one(application_id, Form())


@pages.post("/applications/<application_id>")
@require("application.decide")
def decide_application(application_id: str) -> Response | tuple[str, int]:
    """Approve, return or reject. Whoever submitted it can't approve it while four eyes are set."""
    form, within, act = Form.sent(), own_division(), request.form.get("act")
    now, actor = instance().clock(), member().username
    four_eyes, reason = instance().settings.four_eyes, form.text("reason")

    def work(tx: Transaction) -> None:
        application_in(tx, application_id, within=within)
        if act == "approve":
            approve_application(tx, application_id, now=now, actor=actor, four_eyes=four_eyes)
        elif act == "return":
            return_application(tx, application_id, reason=reason, now=now, actor=actor)
        else:
            reject_application(tx, application_id, reason=reason, now=now, actor=actor)

    try:
        change(work)
    except FieldProblems as why:
        return _one(application_id, form.refused(why)), 422
    said = {
        "approve": _("已通过；下一步发卡、打印。"),
        "return": _("已退回修改；提交人改好后重新提交。"),
    }
    tell(said.get(str(act), _("已作出不予通过的决定，理由会告诉申请人。")))
    return redirect(url_for("holders.applications"))


def _chosen_division(form: Form) -> str:
    within = own_division()
    chosen = form.text("division") or within or "0" * 12
    if within is not None:
        first, last = division_bounds(within)
        chosen = chosen if first <= chosen <= last else within
    return chosen


def _from_registers(form: Form) -> list[str]:
    place, count = _chosen_division(form), APPROVED_AT_ONCE
    return instance().engine.read(
        lambda tx: application_ids(
            tx, after="", count=count, state="submitted", source="register", division_code=place
        )
    )


def _page(form: Form, *, size: int) -> Listed:
    place, chosen = Place.asked(), _chosen_division(form)
    since = (
        promised_before(instance().clock(), instance().working_days) if form.text("older") else None
    )

    wanted: dict[str, Any] = {
        "state": form.optional("state"),
        "division_code": chosen,
        "source": form.optional("source"),
        "waiting_since": since,
    }

    def look(tx: Transaction) -> Listed:
        def find(key: str, count: int, backwards: bool = False) -> list[str]:
            return application_ids(tx, after=key, count=count, backwards=backwards, **wanted)

        page = listed(
            find, lambda: len(find("", COUNT_MAX + 1)), place=place, key_of=str, size=size
        )
        return replace(page, rows=application_rows(tx, page.rows))

    return instance().engine.read(look)


def _one(application_id: str, form: Form) -> str:
    within, secrets = own_division(), instance().personal_data

    def look(tx: Transaction) -> tuple[Row, Row]:
        found = application_in(tx, application_id, within=within)
        holder = person(tx, found["holder_id"], within=within)
        return found, person_page(tx, secrets, holder)

    found, shown = instance().engine.read(look)
    own = instance().settings.four_eyes and found["submitted_by"] == member().username
    return render_template(
        "holders/application.html", application=found, person=shown, form=form, own=own
    )
