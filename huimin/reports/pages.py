"""A report in the browser: totals with their change, charts with tables, the rows behind a number.

A month or any range of days. Every number leads to the ledger rows that it counts, for those who
may read them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup

from huimin.access.guards import member, require
from huimin.core.days import county_day, month_of, next_month, previous_month
from huimin.core.permissions import allows
from huimin.core.refusals import FieldProblems, Refusal
from huimin.reports.charts import month_chart_svg
from huimin.reports.closed_month import ClosedMonth, report_in_force
from huimin.reports.drill_down import KINDS, Behind
from huimin.reports.exports import EXPORTS, export_report, file_name
from huimin.reports.facts import facts_of
from huimin.reports.monthly import MonthlyReport
from huimin.reports.period import SEPARATOR, Period, checked_period
from huimin.reports.wording import (
    CHANNEL_WORDS,
    FACT_WORDS,
    FIGURE_WORDS,
    GROUPING_WORDS,
    KEY_WORDS,
    PRESENTER_WORDS,
    month_words,
)
from huimin.storage.engine import Transaction
from huimin.web.current import house
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_xlsx import ROWS_MAX, workbook_response
from huimin.web.lists import COUNT_MAX, PAGE_ROWS, Listed, Place, listed
from huimin.web.words import minute_text

pages = Blueprint("reports", __name__, url_prefix="/reports")

DOWNLOADS = ("xlsx", "pdf", "csv", "json")
TOTALS = ("discount_fen", "amount_fen", "redemptions", "cards_used")
# A longer table is folded behind its first rows.
ROWS_SHOWN = 20
CHARTED = ("kind", "town", "eligibility", "presenter", "channel", "outlet", "weekday", "hour")
ASKED = ("month", "first", "last")
KIND_OF = {"redemptions": "redemption", "reversals": "reversal", "cards_used": "redemption"}
# A line of the cover → the state of the alerts that it counts.
ALERT_STATES = {"alerts_found": "all", "alerts_looked_at": "looked_at"}
KIND_WORDS = {"redemption": lazy_gettext("优惠"), "reversal": lazy_gettext("冲正")}


@pages.get("/")
@require("report.read")
def months() -> str | tuple[str, int]:
    """The report of the month or the days that are asked for, or of the present month."""
    form, status = Form.asked(ASKED), 200
    try:
        period = checked_period(_asked_text(form))
    except FieldProblems as why:
        form, status = form.refused(why), 422
        period = Period.of_month(_present_month())
    report, closed = _report(period)
    language = request_language()
    page = render_template(
        "reports/month.html",
        report=report,
        form=form,
        closed=closed,
        facts=facts_of(report),
        heading=month_words(report.month, language),
        before=previous_month(period.month) if period.month else None,
        after=_after(period),
        present=_present_month(),
        totals=TOTALS,
        figures=list(FIGURE_WORDS),
        groupings=list(GROUPING_WORDS),
        rows_shown=ROWS_SHOWN,
        fact_word=lambda code: FACT_WORDS[code][language],
        rows_address=_rows_address(period),
        fact_address=_fact_address(period),
        # The charts escape every text in them themselves.
        charts={
            grouping: Markup(month_chart_svg(report, language, grouping))  # noqa: S704
            for grouping in CHARTED
        },
        downloads=DOWNLOADS,
        **_words(language),
    )
    return page if status == 200 else (page, status)


@pages.get("/<month>.<form>")
@require("report.read")
def download(month: str, form: str) -> Response:
    """The same report as a file."""
    if form not in DOWNLOADS:
        raise Refusal("not_found")
    report, closed = _report(checked_period(month))
    county_name = closed.county_name if closed else house().settings.county_name
    body = export_report(report, form, county_name)
    response = Response(body, content_type=EXPORTS[form].content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(report, form)}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/rows")
@require("ledger.read")
def rows() -> str | Response:
    """The ledger rows behind a number, and what they add up to."""
    asked = {name: request.args.get(name, "") for name in ("month", "by", "key", "kind")}
    period = checked_period(asked["month"] or _present_month())
    behind = Behind.asked(period, asked["by"] or "total", asked["key"], asked["kind"])
    as_workbook = request.args.get("format") == "xlsx"

    def look_up(tx: Transaction) -> tuple[Listed, Mapping[str, Any], str]:
        sums = behind.sums(tx)
        page = listed(
            partial(behind.page, tx),
            lambda: min(sums["row_count"], COUNT_MAX + 1),
            place=Place() if as_workbook else Place.asked(),
            key_of=lambda row: str(row["place"]),
            size=ROWS_MAX if as_workbook else PAGE_ROWS,
        )
        return page, sums, behind.name(tx)

    page, sums, name = house().engine.read(look_up)
    language = request_language()
    if as_workbook:
        return workbook_response(_("交易明细"), _columns(language), page.rows)
    return render_template(
        "reports/rows.html",
        page=page,
        sums=sums,
        behind=behind,
        name=_name_of(language)(behind.by, behind.key, name),
        heading=month_words(period.text, language),
        arguments={name: value for name, value in asked.items() if value},
        kinds=KINDS,
        kind_words=KIND_WORDS,
        channel_word=lambda code: CHANNEL_WORDS[code][language],
        presenter_word=lambda code: PRESENTER_WORDS[code][language],
        **_words(language),
    )


def _words(language: str) -> dict[str, Any]:
    return {
        "grouping_word": lambda grouping: GROUPING_WORDS[grouping][language],
        "figure_word": lambda figure: FIGURE_WORDS[figure][language],
        "name_of": _name_of(language),
    }


def _name_of(language: str) -> Callable[[str, str, str], str]:
    def name_of(grouping: str, key: str, name: str) -> str:
        known = KEY_WORDS.get(grouping, {})
        return known[key][language] if key in known else name

    return name_of


def _rows_address(period: Period) -> Callable[..., str | None]:
    """The address of the rows behind a figure; None for those who may not read them."""
    if not allows(member().role, "ledger.read"):
        return lambda *_of, **_more: None

    def address(by: str, key: str = "", figure: str = "") -> str:
        kind = KIND_OF.get(figure)
        return url_for("reports.rows", month=period.text, by=by, key=key or None, kind=kind or None)

    return address


def _fact_address(period: Period) -> Callable[[str], str | None]:
    """Where a line of the cover leads: to its rows, or to the list of alerts."""
    rows_address = _rows_address(period)

    def address(code: str) -> str | None:
        if code in FIGURE_WORDS:
            return rows_address("total", "", code)
        if code == "offline":
            return rows_address("channel", "offline", "redemptions")
        if code in ALERT_STATES:
            return url_for(
                "alerts.alerts",
                state=ALERT_STATES[code],
                first=period.first,
                last=period.last,
            )
        return None

    return address


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
        (_("出示人"), lambda row: PRESENTER_WORDS[row["presenter_kind"]][language]),
        (_("办理方式"), lambda row: CHANNEL_WORDS[row["channel"]][language]),
        *(
            (FIGURE_WORDS[figure][language], lambda row, figure=figure: _yuan(row[figure]))
            for figure in FIGURE_WORDS
            if figure.endswith("_fen")
        ),
    ]


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _asked_text(form: Form) -> str:
    """A range where days are given, else the month, else the present one."""
    first, last = form.text("first"), form.text("last")
    if first or last:
        return f"{first or last}{SEPARATOR}{last or first}"
    return form.text("month") or _present_month()


def _report(period: Period) -> tuple[MonthlyReport, ClosedMonth | None]:
    today = county_day(house().clock())
    return house().engine.read(lambda tx: report_in_force(tx, period, today=today))


def _after(period: Period) -> str | None:
    ended = period.month and period.month < _present_month()
    return next_month(period.month) if ended and period.month else None


def _present_month() -> str:
    return month_of(county_day(house().clock()))
