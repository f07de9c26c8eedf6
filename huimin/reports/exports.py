"""A month's report as a file: which formats there are, and how each is made and called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from huimin.core.refusals import field_problem
from huimin.ledger.groupings import tables
from huimin.reports.first_layout.report_pdf import pdf_bytes as first_pdf_bytes
from huimin.reports.first_layout.report_xlsx import xlsx_bytes as first_xlsx_bytes
from huimin.reports.monthly import MonthlyReport
from huimin.reports.report_csv import csv_bytes
from huimin.reports.report_json import json_text
from huimin.reports.report_pdf import pdf_bytes
from huimin.reports.report_table import table_text
from huimin.reports.report_xlsx import xlsx_bytes
from huimin.storage.giving_way import long_work
from huimin.web.workbook import CONTENT_TYPE

# How files are laid out: today's way; with the difference of two rates as a rate, as months were
# signed until 2026-11-29; and the first, in which they were signed until 2026-11-28.
Layout = Literal["today", "points_as_percent", "first"]
ALL_ANNEXES = "all"


@dataclass(frozen=True)
class Export:
    """A format: its content type, its ending, and `make(report, county_name)`."""

    content_type: str
    ending: str
    make: Callable[[MonthlyReport, str], bytes]


EXPORTS: Mapping[str, Export] = {
    "table": Export(
        "text/plain; charset=utf-8",
        "txt",
        lambda report, county_name: table_text(report, county_name).encode("utf-8"),
    ),
    "csv": Export("text/csv; charset=utf-8", "csv", lambda report, county_name: csv_bytes(report)),
    "xlsx": Export(CONTENT_TYPE, "xlsx", xlsx_bytes),
    "pdf": Export("application/pdf", "pdf", pdf_bytes),
    "json": Export(
        "application/json", "json", lambda report, county_name: json_text(report).encode("utf-8")
    ),
}
_FIRST_LAYOUT: Mapping[str, Callable[[MonthlyReport, str], bytes]] = {
    "csv": lambda report, county_name: csv_bytes(report, first_layout=True),
    "xlsx": first_xlsx_bytes,
    "pdf": first_pdf_bytes,
}


def export_report(
    report: MonthlyReport,
    form: str,
    county_name: str,
    *,
    layout: Layout = "today",
    annexes: Iterable[str] = (),
) -> bytes:
    """The report in one of EXPORTS' formats; the same report gives the same bytes.

    `annexes` are groupings whose whole tables follow in a PDF (checked_annexes).
    """
    make = EXPORTS[form].make
    if layout == "first":
        make = _FIRST_LAYOUT.get(form, make)
    if form == "pdf" and annexes:
        make = partial(pdf_bytes, annexes=annexes)
    with long_work():  # seconds of drawing in the process that answers tills
        return make(laid_out(report, layout), county_name)


def laid_out(report: MonthlyReport, layout: Layout) -> MonthlyReport:
    """The report as files of that layout write it."""
    if layout == "first":
        return replace(report, nothing_as_zero=True, points_as_percent=True)
    return replace(report, points_as_percent=layout == "points_as_percent")


def checked_annexes(codes: Iterable[str]) -> list[str]:
    """Groupings that are asked for as annexes, in the report's order; ALL_ANNEXES is every one.

    Raises FieldProblems on `annexes` for what is no table of the report.
    """
    known = [each.code for each in tables()]
    wanted = {code.strip() for code in codes if code.strip()}
    if ALL_ANNEXES in wanted:
        return known
    if not wanted <= set(known):
        raise field_problem(
            "annexes", "附表只有：{known}。", known=", ".join((ALL_ANNEXES, *known))
        )
    return [code for code in known if code in wanted]


def file_name(report: MonthlyReport, form: str) -> str:
    """What a downloaded file is called: huimin-report-2026-10.xlsx.

    A range of days has one mark between its days: huimin-report-2026-10-05_2026-10-18.xlsx.
    """
    return f"huimin-report-{report.month.replace('..', '_')}.{EXPORTS[form].ending}"
