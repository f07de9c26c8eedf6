"""A report in the browser: totals with their change, charts with tables, the rows behind a number.

A month or any range of days; a closed month is shown as it was signed. Every number leads to what
it counts, for those who may read that.
"""

from __future__ import annotations

from flask import Response, render_template, request
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from huimin.access.guards import member, require
from huimin.core.days import county_day, next_month, parse_day, previous_month
from huimin.core.period import SEPARATOR, Period, checked_period
from huimin.core.period_words import day_words, month_words
from huimin.core.permissions import allows
from huimin.core.refusals import FieldProblems, Refusal
from huimin.core.words import FIGURE_NAMES
from huimin.ledger.groupings import GROUPINGS
from huimin.reports.as_signed import export_closed
from huimin.reports.charts import chart_svgs
from huimin.reports.closed_month import ClosedMonth, report_in_force
from huimin.reports.columns import against_words
from huimin.reports.exports import EXPORTS, checked_annexes, export_report, file_name
from huimin.reports.facts import facts_of
from huimin.reports.monthly import MonthlyReport
from huimin.reports.pages import pages, present_month, words
from huimin.reports.pages.addresses import Addresses
from huimin.reports.standing_out import (
    before_text,
    last_year_text,
    month_sentence,
    standing_out,
)
from huimin.reports.template.templates import official_template
from huimin.web.current import instance
from huimin.web.file_answer import file_response
from huimin.web.forms import Form
from huimin.web.language import request_language

DOWNLOADS = ("xlsx", "pdf", "csv", "json")
# The four figures of the first screen.
TOTALS = ("amount_fen", "discount_fen", "cards_used", "used_share_bp")
# The lines of the overview in their groups, which are for reading; files have them in one list.
FACT_GROUPS = (
    (
        _("优惠"),
        (
            *("discount_fen", "amount_fen", "government_share_fen", "merchant_share_fen"),
            *("redemptions", "reversals"),
        ),
    ),
    (
        _("卡片"),
        ("cards_used", "cards_new", "cards_valid", "cards_never_used", "used_share_bp"),
    ),
    (
        _("断网交易和补录"),
        (
            *("offline", "offline_share_bp", "claims_submitted", "claims_approved"),
            *("claims_rejected", "claims_open"),
        ),
    ),
    (_("提醒和示范点"), ("alerts_found", "alerts_looked_at", "silent")),
)
# A longer table is folded behind its first rows.
ROWS_SHOWN = 20
ASKED = ("month", "first", "last")


@pages.get("/")
@require("report.read")
def months() -> str | tuple[str, int]:
    """The report of the month or the days that are asked for, or of the present month."""
    form, status = Form.from_address(ASKED), 200
    try:
        period = checked_period(_asked_text(form))
    except FieldProblems as error:
        form, status = _beside_its_field(form.refused(error)), 422
        period = Period.of_month(present_month())
    (report, closed), language = _report(period), request_language()
    facts = facts_of(report)
    page = render_template(
        "reports/month.html",
        report=report,
        closed=closed,
        form=form,
        facts=facts,
        fact_groups=FACT_GROUPS,
        headline={fact.code: fact for fact in facts if fact.code in TOTALS},
        words_of_month=month_sentence(report).say(language),
        standing_out=[words.say(language) for words in standing_out(report)],
        as_of=day_words(parse_day(report.as_of), language) if report.as_of else None,
        against=against_words(report, language),
        before_words=[each.say(language) for each in (before_text(report), last_year_text(report))],
        heading=month_words(report.month, language),
        before=previous_month(period.month) if period.month else None,
        after=_after(period),
        present=present_month(),
        totals=TOTALS,
        annexes=[*report.groups],
        figures=list(FIGURE_NAMES),
        rows_shown=ROWS_SHOWN,
        addresses=Addresses(report, member().role),
        charts=_charts(report, language),
        first_charts=_first_charts(report, language),
        downloads=DOWNLOADS,
        official=instance().engine.read(lambda tx: official_template(tx, period)) is not None,
        may_template=allows(member().role, "report.template"),
        **words(language),
    )
    return page if status == 200 else (page, status)


@pages.get("/<month>.<form>")
@require("report.read")
def download(month: str, form: str) -> Response:
    """The same report as a file."""
    if form not in DOWNLOADS:
        raise Refusal("not_found")
    report, closed = _report(checked_period(month))
    annexes = checked_annexes(request.args.getlist("annexes")) if form == "pdf" else []
    if closed and not annexes:
        content = instance().engine.read(lambda tx: export_closed(tx, closed, form))
    else:
        county_name = closed.county_name if closed else instance().settings.county_name
        content = export_report(report, form, county_name, annexes=annexes)
    return file_response(content, EXPORTS[form].content_type, file_name(report, form))


def _charts(report: MonthlyReport, language: str) -> dict[str, Markup]:
    """The charts of the sections, by grouping; they escape every text in them themselves."""
    return {
        grouping: Markup(chart_svgs(report, language, grouping))  # noqa: S704
        for grouping in report.groups
        if GROUPINGS[grouping].chart
    }


def _first_charts(report: MonthlyReport, language: str) -> list[Markup]:
    """Those of the first screen; days have no months beside them."""
    names = ("months", "kind", "town") if report.months else ("weekday", "kind", "town")
    return [
        Markup(chart_svgs(report, language, name, first_screen=True))  # noqa: S704
        for name in names
    ]


def _beside_its_field(form: Form) -> Form:
    """What is wrong with a range stands at its first day."""
    ranged = form.text("first") or form.text("last")
    at = "first" if ranged else "month"
    return Form(form.values, {at: "；".join(form.problems.values())})


def _asked_text(form: Form) -> str:
    """A range where days are given, else the month, else the present one."""
    first, last = form.text("first"), form.text("last")
    if first or last:
        return f"{first or last}{SEPARATOR}{last or first}"
    return form.text("month") or present_month()


def _report(period: Period) -> tuple[MonthlyReport, ClosedMonth | None]:
    today = county_day(instance().clock())
    return instance().engine.read(lambda tx: report_in_force(tx, period, today=today))


def _after(period: Period) -> str | None:
    ended = period.month and period.month < present_month()
    return next_month(period.month) if ended and period.month else None
