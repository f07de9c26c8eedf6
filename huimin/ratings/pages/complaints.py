"""Complaints at the office: the list, one with the sale beside it, and each step on record."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, require
from huimin.audit.list_answer import list_answer
from huimin.checkout.receipts.proof import proof_of_row
from huimin.core.days import county_day
from huimin.core.permissions import allows
from huimin.ledger.read import row_by_id
from huimin.ratings.complaints import (
    RESULTS,
    TEXT_MAX,
    answer_complaint,
    close_complaint,
    note_complaint,
    postpone_complaint,
    steps_of,
)
from huimin.ratings.find_complaints import ComplaintCriteria, complaint_by_id, complaints_before
from huimin.ratings.find_ratings import outlets_with_ratings
from huimin.ratings.pages import pages
from huimin.ratings.rate import words_of
from huimin.ratings.words import GIVEN_WORDS, RESULT_WORDS, STATE_WORDS, STEP_WORDS
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of

ALL = "all"
COLOURS = {"open": "waiting", "closed": "done"}
ACTS = ("note", "answer", "due", "result")


@pages.get("/complaints/")
@require("complaint.read")
def complaints() -> str | Response:
    """The list, what is open first."""
    return list_answer(_list(), rows_of(complaints_before, _criteria))


@pages.get("/complaints/<complaint_id>")
@require("complaint.read")
def complaint(complaint_id: str) -> str:
    """One complaint."""
    return _complaint_page(complaint_id, Form())


@pages.post("/complaints/<complaint_id>")
@require("complaint.settle")
def settle(complaint_id: str) -> Answer:
    """Add a step: a note, an answer, a later due day, or the result."""
    form, by, secrets = Form.sent(), acting(), instance().personal_data
    text, act = form.text("text"), form.text("act")

    def work(tx: Transaction) -> None:
        match form.act(*ACTS):
            case "note":
                note_complaint(tx, secrets, complaint_id, text=text, **by)
            case "answer":
                answer_complaint(tx, secrets, complaint_id, text=text, **by)
            case "due":
                due_on = form.day("due_on")
                postpone_complaint(tx, secrets, complaint_id, due_on=due_on, text=text, **by)
            case _:
                result = form.text("result")
                close_complaint(tx, secrets, complaint_id, result=result, text=text, **by)

    def then(_done: None) -> Response:
        done = {
            "note": _("已记下，只有办公室能看到。"),
            "answer": _("已答复，投诉人在小票的页面上能看到。"),
            "due": _("期限已改，投诉人能看到新的期限和原因。"),
            "result": _("已办结，投诉人在小票的页面上能看到结果。"),
        }
        return go_on(done[act], "ratings.complaint", complaint_id=complaint_id)

    return form.carry_out(
        work,
        again=lambda refused: _complaint_page(complaint_id, refused, opened=act),
        then=then,
        refusals=True,
    )


def _complaint_page(complaint_id: str, form: Form, *, opened: str = "") -> str:
    secrets = instance().personal_data

    def query(tx: Transaction) -> dict[str, Any]:
        row = complaint_by_id(tx, complaint_id)
        sale = row_by_id(tx, row["ledger_id"])
        return {
            "complaint": row,
            "proof": None if sale is None else proof_of_row(tx, sale),
            "steps": steps_of(tx, secrets, complaint_id),
        }

    context = instance().engine.read(query)
    return render_template(
        "ratings/complaint.html",
        form=form,
        opened=opened,
        words=words_of(secrets, context["complaint"]),
        late=_is_late(context["complaint"]),
        may_settle=allows(member().role, "complaint.settle"),
        results=[(result, RESULT_WORDS[result]) for result in RESULTS],
        text_max=TEXT_MAX,
        given_words=GIVEN_WORDS,
        state_words=STATE_WORDS,
        result_words=RESULT_WORDS,
        step_words=STEP_WORDS,
        colours=COLOURS,
        **context,
    )


def _list() -> ListPage:
    columns = [
        column.linked(_("收据号"), "receipt_no", "ratings.complaint", css_class="nowrap"),
        column.state(_("状态"), STATE_WORDS, colours=COLOURS, sort="state"),
        column.minute(_("收到时间"), "opened_at", sort="-at"),
        Column(_("答复期限"), "due_on", _due, "nowrap", sort="due", place="figure"),
        Column(_("示范点"), "outlet_name"),
        column.word(_("优惠给了没有"), "given", GIVEN_WORDS),
        Column(_("星"), "stars"),
        Column(_("结果"), lambda row: RESULT_WORDS[row["result"]] if row["result"] else None),
        column.minute(_("办结时间"), "closed_at", only="workbook"),
    ]
    filters = [
        Filter(
            "state",
            _("状态"),
            [*STATE_WORDS.items(), (ALL, _("全部"))],
            blank=None,
            default="open",
            all=ALL,
        ),
        Filter("late", _("期限"), [("1", _("已过期"))]),
        Filter("outlet", _("示范点"), instance().engine.read(outlets_with_ratings)),
        Filter("result", _("结果"), [(result, RESULT_WORDS[result]) for result in RESULTS]),
    ]
    nothing = _("没有符合条件的投诉。顾客在小票的页面上说优惠没有给，就会显示在这里。")
    return ListPage(
        "ratings.complaints", _("投诉"), columns, filters, Empty(nothing), nothing, order="-at"
    )


def _criteria(form: Form) -> ComplaintCriteria:
    return ComplaintCriteria(
        state=None if form.text("state") == ALL else form.text("state"),
        outlet_id=form.optional("outlet"),
        result=form.optional("result"),
        due_before=county_day(instance().clock()) if form.text("late") == "1" else None,
    )


def _is_late(row: Row) -> bool:
    today = county_day(instance().clock()).isoformat()
    return bool(row["state"] == "open" and row["due_on"] < today)


def _due(row: Row) -> Markup | str:
    if not _is_late(row):
        return str(row["due_on"])
    return Markup("{} {}").format(row["due_on"], cells.state("stop", _("已过期")))
