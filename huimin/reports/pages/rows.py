"""The ledger rows behind a number of a report: a list in pages, its sums, and the same as xlsx."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from huimin.access.guards import require
from huimin.audit.export_list import workbook_response
from huimin.core.period import checked_period
from huimin.core.period_words import month_words
from huimin.core.words import CHANNELS, FIGURE_NAMES, PRESENTERS
from huimin.reports.drill_down import KINDS, Behind
from huimin.reports.pages import pages, present_month, words
from huimin.reports.wording import name_of_group
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.language import request_language
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import PAGE_ROWS, Listed, Place, listed
from huimin.web.words import minute_text

KIND_WORDS = {"redemption": lazy_gettext("优惠"), "reversal": lazy_gettext("冲正")}


@pages.get("/rows")
@require("ledger.read")
def rows() -> str | Response:
    """The ledger rows behind a number, and what they add up to."""
    asked = {name: request.args.get(name, "") for name in ("month", "by", "key", "kind")}
    period = checked_period(asked["month"] or present_month())
    behind = Behind.asked(period, asked["by"] or "total", asked["key"], asked["kind"])
    as_workbook = request.args.get("format") == "xlsx"

    def look_up(tx: Transaction) -> tuple[Listed, Mapping[str, Any], str]:
        sums = behind.sums(tx)
        page = listed(
            partial(behind.page, tx),
            lambda: int(sums["row_count"]),
            place=Place() if as_workbook else Place.asked(),
            key_of=lambda row: str(row["place"]),
            size=ROWS_MAX if as_workbook else PAGE_ROWS,
        )
        return page, sums, behind.name(tx)

    page, sums, name = instance().engine.read(look_up)
    language = request_language()
    if as_workbook:
        return workbook_response(_("交易明细"), _columns(language), page.rows)
    return render_template(
        "reports/rows.html",
        page=page,
        sums=sums,
        behind=behind,
        name=name_of_group(behind.by, behind.key, name, language),
        heading=month_words(period.text, language),
        arguments={name: value for name, value in asked.items() if value},
        kinds=KINDS,
        kind_words=KIND_WORDS,
        channel_word=lambda code: CHANNELS.say(code, language),
        presenter_word=lambda code: PRESENTERS.say(code, language),
        **words(language),
    )


def _columns(language: str) -> list[Any]:
    return [
        (_("时间"), lambda row: minute_text(row["occurred_at"])),
        (_("交易日"), lambda row: row["business_day"]),
        (_("计入月份"), lambda row: row["month"]),
        (_("所属月份"), lambda row: row["adjusts_month"]),
        (_("类型"), lambda row: str(KIND_WORDS[row["kind"]])),
        (_("小票号"), lambda row: row["receipt_no"]),
        (_("订单号"), lambda row: row["order_no"]),
        (_("示范点"), lambda row: row["outlet_name"]),
        (_("持卡人"), lambda row: row["name_masked"]),
        (_("出示人"), lambda row: PRESENTERS.say(row["presenter_kind"], language)),
        (_("办理方式"), lambda row: CHANNELS.say(row["channel"], language)),
        *(
            (FIGURE_NAMES.say(figure, language), lambda row, figure=figure: _yuan(row[figure]))
            for figure in FIGURE_NAMES
            if figure.endswith("_fen")
        ),
    ]


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)
