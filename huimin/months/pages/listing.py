"""The list of months, and the same as a workbook."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import require
from huimin.audit.list_answer import list_answer
from huimin.core.period_words import month_words
from huimin.core.words import CLOSING_STATES
from huimin.months.closes import months_listed
from huimin.months.pages import pages
from huimin.months.pages.words import LOOKS
from huimin.storage.engine import Row, Transaction
from huimin.web import cells
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_page import ListPage
from huimin.web.lists import Listed, Place, in_order, listed
from huimin.web.words import minute_text


@pages.get("/months/", endpoint="months")
@require("month.read")
def month_list() -> str | BaseResponse:
    """Every month with the state of its closing, the latest first."""
    now = instance().clock()
    rows = instance().engine.read(lambda tx: months_listed(tx, now))

    def find(key: str, count: int, backwards: bool = False) -> list[Row]:
        if backwards:
            return [row for row in reversed(rows) if row["month"] > key][:count]
        return [row for row in rows if not key or row["month"] < key][:count]

    def read_rows(_tx: Transaction, _form: Form, place: Place) -> Listed:
        return listed(
            in_order(find, place.order.turned if place.order else None),
            lambda: len(rows),
            place=place,
            key_of=lambda row: str(row["month"]),
        )

    return list_answer(_list(request_language()), read_rows)


def _list(language: str) -> ListPage:
    def month_cell(row: Row) -> Markup:
        return cells.link(month_words(row["month"], language), "months.month", row["month"])

    def state_of(row: Row) -> str:
        return CLOSING_STATES.say(row["state"], language)

    def signature(heading: str, at: str, step: str) -> list[Column]:
        """Who signed, and when: two columns of the workbook, one of the page."""

        def cell(row: Row) -> Any:
            name = row.get(f"{step}_name")
            return cells.below(name, minute_text(row[f"{step}_at"])) if name else cells.NOTHING

        return [
            Column(heading, lambda row: row.get(f"{step}_name"), cell, "nowrap"),
            Column(at, lambda row: minute_text(row.get(f"{step}_at")) or None, only="workbook"),
        ]

    columns = [
        Column(_("月份"), "month", month_cell, "nowrap", sort="-month"),
        Column(
            _("状态"),
            state_of,
            lambda row: cells.state(LOOKS[row["state"]], state_of(row)),
            "nowrap",
            place="state",
        ),
        Column(_("版本"), "version", lambda row: row["version"] or cells.NOTHING, "number"),
        *signature(_("填报人"), _("填报时间"), "prepared"),
        *signature(_("审核人"), _("审核时间"), "reviewed"),
        *signature(_("负责人"), _("签批时间"), "approved"),
        Column(_("报表 SHA-256"), lambda row: row.get("report_sha256"), only="workbook"),
    ]
    return ListPage("months.months", _("月度结账"), columns, order="-month")
