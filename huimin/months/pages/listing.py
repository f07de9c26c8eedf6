"""The list of months, and the same as a workbook."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import require
from huimin.audit.export_list import workbook_response
from huimin.core.words import CLOSING_STATES
from huimin.months.closes import Row, months_listed
from huimin.months.pages import pages
from huimin.months.pages.words import page_words
from huimin.web.current import instance
from huimin.web.language import request_language
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import Place, listed
from huimin.web.words import minute_text


@pages.get("/months/", endpoint="months")
@require("month.read")
def month_list() -> str | BaseResponse:
    """Every month with the state of its closing, the latest first."""
    now, language = instance().clock(), request_language()
    rows = instance().engine.read(lambda tx: months_listed(tx, now))
    if request.args.get("format") == "xlsx":
        return workbook_response(_("月度结账"), _columns(language), rows[:ROWS_MAX])

    def find(key: str, count: int, backwards: bool = False) -> list[Row]:
        if backwards:
            return [row for row in reversed(rows) if row["month"] > key][:count]
        return [row for row in rows if not key or row["month"] < key][:count]

    page = listed(
        find, lambda: len(rows), place=Place.asked(), key_of=lambda row: str(row["month"])
    )
    return render_template("months/months.html", page=page, **page_words(language))


def _columns(language: str) -> list[Any]:
    def at(name: str) -> Any:
        return lambda row: minute_text(row[name]) if row.get(name) else None

    return [
        (_("月份"), lambda row: row["month"]),
        (_("状态"), lambda row: CLOSING_STATES.say(row["state"], language)),
        (_("版本"), lambda row: row["version"]),
        (_("填报人"), lambda row: row.get("prepared_name")),
        (_("填报时间"), at("prepared_at")),
        (_("审核人"), lambda row: row.get("reviewed_name")),
        (_("审核时间"), at("reviewed_at")),
        (_("负责人"), lambda row: row.get("approved_name")),
        (_("签批时间"), at("approved_at")),
        (_("报表 SHA-256"), lambda row: row.get("report_sha256")),
    ]
