"""The month's report in the browser: totals with their change, charts with tables, downloads."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from huimin.access.guards import require
from huimin.core.days import county_day, month_of, next_month, previous_month
from huimin.core.refusals import Refusal
from huimin.reports.charts import month_chart_svg
from huimin.reports.exports import EXPORTS, export_report, file_name
from huimin.reports.monthly import MonthlyReport, checked_month, monthly_report
from huimin.reports.wording import (
    FIGURE_WORDS,
    GROUPING_WORDS,
    KEY_WORDS,
    month_words,
)
from huimin.web.current import house
from huimin.web.language import request_language

pages = Blueprint("reports", __name__, url_prefix="/reports")

DOWNLOADS = ("xlsx", "csv", "json")
TOTALS = ("discount_fen", "amount_fen", "redemptions", "cards_used")


@pages.get("/")
@require("report.read")
def months() -> str:
    """The report of the month that is asked for, or of the present one."""
    report = _report(request.args.get("month") or _present_month())
    language = request_language()

    def name_of(grouping: str, key: str, name: str) -> str:
        known = KEY_WORDS.get(grouping, {})
        return known[key][language] if key in known else name

    return render_template(
        "reports/month.html",
        report=report,
        heading=month_words(report.month, language),
        before=previous_month(report.month),
        after=next_month(report.month) if report.month < _present_month() else None,
        present=_present_month(),
        totals=TOTALS,
        groupings=list(GROUPING_WORDS),
        grouping_word=lambda grouping: GROUPING_WORDS[grouping][language],
        figure_word=lambda figure: FIGURE_WORDS[figure][language],
        name_of=name_of,
        # The charts escape every text in them themselves.
        charts={
            grouping: Markup(month_chart_svg(report, language, grouping))  # noqa: S704
            for grouping in ("kind", "town", "eligibility")
        },
        downloads=DOWNLOADS,
    )


@pages.get("/<month>.<form>")
@require("report.read")
def download(month: str, form: str) -> Response:
    """The same report as a file."""
    if form not in DOWNLOADS:
        raise Refusal("not_found")
    report = _report(month)
    body = export_report(report, form, house().settings.county_name)
    response = Response(body, content_type=EXPORTS[form].content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(report, form)}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _report(text: str) -> MonthlyReport:
    month = checked_month(text)
    return house().engine.read(lambda tx: monthly_report(tx, month))


def _present_month() -> str:
    return month_of(county_day(house().clock()))
