"""Applications: what waits, the longest first; and the decision on one."""

from __future__ import annotations

from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.full_names import names_for_reader
from huimin.access.guards import acting, member, own_division, require
from huimin.audit.list_answer import list_answer
from huimin.core.days import county_day
from huimin.core.permissions import allows
from huimin.core.recorded_reasons import REASONS
from huimin.divisions.choices import division_choices
from huimin.holders.applications import (
    ApplicationCriteria,
    ApprovedEach,
    application_ids,
    application_in,
    application_rows,
    approve_application,
    approve_each,
    next_application,
    promised_before,
    reject_application,
    return_application,
    revoked_cards_of,
)
from huimin.holders.change_person import person, unmask
from huimin.holders.draw_pdf import PAGES_DRAWN
from huimin.holders.next_step import next_step
from huimin.holders.pages import pages
from huimin.holders.pages.person import submitted_by_reader
from huimin.holders.people import may_come
from huimin.holders.person_page import person_page
from huimin.holders.working_days import WorkingDays
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.choices import choices_of
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on, tell_not_done
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import Listed, Place, page_of
from huimin.web.words import STATES, minute_text

# One press approves so many at most, a part at a time, so that no till waits for it.
APPROVED_AT_ONCE, PART = 5_000, 100
# So many of those that were not approved are linked in the message.
LINKED = 10
APPLICATION_STATES = ("submitted", "returned", "approved", "rejected")


@pages.get("/applications/")
@require("application.read")
def applications() -> str | Response:
    """The list; what waits for a decision unless another state is asked for."""
    choosing = allows(member().role, "application.decide") and _state_asked() == "submitted"
    more = {"choosing": choosing, "at_once": APPROVED_AT_ONCE}
    return list_answer(_list(choosing), _read_rows, more=lambda _form: more)


@pages.post("/applications/approve")
@require("application.decide")
def approve_applications() -> Response:
    """Approve those that are ticked; or all that registers proposed, of a town or the county."""
    form = Form.sent()
    ids = _from_registers(form) if form.text("all") else request.form.getlist("chosen")
    within, four_eyes, by = own_division(), instance().settings.four_eyes, acting()
    approved = own = 0
    without_aid: list[str] = []
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]

        def work(tx: Transaction, part: list[str] = part) -> ApprovedEach:
            return approve_each(tx, part, within=within, four_eyes=four_eyes, **by)

        done = change(work)
        approved, own = approved + done.approved, own + done.own
        without_aid += done.without_aid
    message = _("已通过 {count} 份；下一步发卡、打印。", count=f"{approved:,}")
    if not ids:
        message = _("没有勾选申请，请先勾选。")
    elif own:
        message = _(
            "已通过 {count} 份；另有 {own} 份是您提交的，请由另一位工作人员审批。",
            count=f"{approved:,}",
            own=f"{own:,}",
        )
    if without_aid:
        tell_not_done(_without_aid(without_aid))
    filters = form.optionals("division", "source")
    return go_on(message, "holders.applications", state="submitted", **filters)


@pages.get("/applications/next")
@require("application.decide")
def next_to_decide() -> Response:
    """On to the next application that the reader may decide, the longest waiting first."""
    following = _next_of(request.args.get("after", ""))
    if following is None:
        return go_on(_("没有别的申请等您审核了。"), "holders.applications")
    return redirect(url_for("holders.application", application_id=following))


@pages.get("/applications/<application_id>")
@require("application.read")
def application(application_id: str) -> str:
    """One application with the person's facts, and the buttons that decide it."""
    return _one(application_id, Form())


@pages.post("/applications/<application_id>")
@require("application.decide")
def decide_application(application_id: str) -> Answer:
    """Approve, return or reject. Whoever submitted it can't approve it while four eyes are set."""
    form, within, by = Form.sent(), own_division(), acting()
    action, reason, four_eyes = form.text("act"), form.text("reason"), instance().settings.four_eyes

    def work(tx: Transaction) -> None:
        application_in(tx, application_id, within=within)
        form.act("approve", "return", "reject")
        if action == "approve":
            approve_application(tx, application_id, four_eyes=four_eyes, **by)
        elif action == "return":
            return_application(tx, application_id, reason=reason, four_eyes=four_eyes, **by)
        else:
            reject_application(tx, application_id, reason=reason, four_eyes=four_eyes, **by)

    message = {
        "approve": _("已通过，等待发卡、打印。"),
        "return": _("已退回修改；提交人改好后重新提交。"),
    }.get(action, _("已作出不予通过的决定，理由会告诉申请人。"))
    return form.carry_out(
        work,
        again=lambda refused: _one(application_id, refused),
        then=lambda _done: go_on(message, "holders.next_to_decide", after=application_id),
    )


@pages.post("/applications/<application_id>/numbers")
@require("holder.unmask")
def show_numbers(application_id: str) -> Answer:
    """The page with full name, ID number and phone, once: one press, recorded as a review."""
    form, secrets, within, by = Form.sent(), instance().personal_data, own_division(), acting()

    def work(tx: Transaction) -> dict[str, str | None]:
        row = application_in(tx, application_id, within=within)
        holder = person(tx, row["holder_id"], within=within)
        return unmask(tx, secrets, holder, reason=REASONS["application_reviewed"], **by)

    return form.carry_out(
        work,
        again=lambda refused: _one(application_id, refused),
        then=lambda clear: _one(application_id, Form(), clear=clear),
    )


def _next_of(application_id: str) -> str | None:
    own = member().username if instance().settings.four_eyes else None
    within = own_division()
    return instance().engine.read(
        lambda tx: next_application(tx, after=application_id, own=own, within=within)
    )


def _without_aid(ids: list[str]) -> Markup:
    """That these stay open and why, with the way to the first of them."""
    rows = instance().engine.read(lambda tx: application_rows(tx, ids[:LINKED]))
    links = Markup("、").join(
        Markup('<a href="{}">{}</a>').format(
            url_for("holders.application", application_id=row["id"]), row["name_masked"]
        )
        for row in rows
    )
    words = _(
        "有 {count} 份没有通过，仍在等待：持卡人目前没有有效的保障资格，请逐份退回或不予通过。",
        count=f"{len(ids):,}",
    )
    return Markup("{} {}{}").format(words, links, "……" if len(ids) > LINKED else "")


def _from_registers(form: Form) -> list[str]:
    criteria = ApplicationCriteria(
        "submitted", form.optional("division"), "register", within=own_division()
    )
    return instance().engine.read(lambda tx: application_ids(tx, criteria, count=APPROVED_AT_ONCE))


def _state_asked() -> str:
    return request.args.get("state", "submitted")


def _list(choosing: bool) -> ListPage:
    """With a box to tick for each row that the reader may approve."""
    own = member().username if instance().settings.four_eyes else None
    late_before = promised_before(instance().clock(), instance().part(WorkingDays)).isoformat()

    def submitted_cell(row: Row) -> str | Markup:
        at = minute_text(row["submitted_at"])
        if row["state"] != "submitted" or row["submitted_at"] >= late_before:
            return at
        return Markup("{} <strong>{}</strong>").format(at, _("已超过一个工作日"))

    def tick_cell(row: Row) -> str | Markup:
        return "" if row["submitted_by"] == own else cells.tick(row["id"], row["name_masked"])

    columns = [
        *([Column(cells.tick_all(), "id", tick_cell, "tick", only="page")] if choosing else []),
        column.person("holders.application"),
        *column.places(),
        replace(
            column.minute(_("提交时间"), "submitted_at", sort="submitted"), cell=submitted_cell
        ),
        Column(_("提交人"), "submitted_by"),
        column.state(_("状态"), STATES, sort="state"),
        Column(_("原因"), "reason", only="workbook"),
    ]
    filters = [
        Filter("state", _("状态"), choices_of(STATES, APPLICATION_STATES), default="submitted"),
        Filter("division", _("镇街或村社"), division_choices(own_division()), typed=True),
        Filter("source", _("来源"), [("form", _("窗口登记")), ("register", _("名册"))]),
        Filter("older", _("等待时间"), [("1", _("超过一个工作日"))], _("不限")),
    ]
    nothing = _("没有符合条件的申请。登记持卡人或导入名册后，申请会出现在这里。")
    return ListPage(
        "holders.applications",
        _("申请"),
        columns,
        filters,
        Empty(nothing, "holders.people", _("去看持卡人")),
        none_fit=_("没有符合条件的申请。"),
        order="submitted",
    )


def _read_rows(tx: Transaction, form: Form, place: Place) -> Listed:
    since = promised_before(instance().clock(), instance().part(WorkingDays))
    criteria = ApplicationCriteria(
        state=form.optional("state"),
        division_code=form.optional("division"),
        source=form.optional("source"),
        submitted_before=since if form.text("older") else None,
        within=own_division(),
    )
    page = page_of(application_ids, tx, criteria, place, key_of=str)
    return replace(page, rows=application_rows(tx, page.rows, names_for_reader()))


def _one(application_id: str, form: Form, *, clear: dict[str, str | None] | None = None) -> str:
    within, secrets, names = own_division(), instance().personal_data, names_for_reader()
    today = county_day(instance().clock())

    def query(tx: Transaction) -> tuple[Row, Row, list[Row], bool]:
        row = application_in(tx, application_id, within=within)
        holder = person(tx, row["holder_id"], within=within)
        page, revoked = person_page(tx, secrets, holder, names), revoked_cards_of(tx, holder["id"])
        return row, page, revoked, may_come(tx, holder["id"], today)

    row, page, revoked, entitled = instance().engine.read(query)
    own = submitted_by_reader(row)
    # A later application of the same person has a page of its own.
    newest = page["applications"][-1]["id"] == application_id
    step, about = next_step(page, entitled=entitled, own=own, today=today)
    return render_template(
        "holders/application.html",
        application=row,
        person=page,
        revoked=revoked,
        form=form,
        own=own,
        entitled=entitled,
        step=step if newest else "",
        about=about,
        clear=clear,
        following=_next_of(application_id) if allows(member().role, "application.decide") else None,
        pages_drawn=PAGES_DRAWN,
    )
