"""A month's report as a file: which formats there are, and how each is made and called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from huimin.reports.monthly import MonthlyReport
from huimin.reports.report_csv import csv_bytes
from huimin.reports.report_json import json_text
from huimin.reports.report_pdf import pdf_bytes
from huimin.reports.report_table import table_text
from huimin.reports.report_xlsx import xlsx_bytes
from huimin.web.workbook import CONTENT_TYPE


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


def export_report(report: MonthlyReport, form: str, county_name: str) -> bytes:
    """The report in one of EXPORTS' formats; the same report gives the same bytes."""
    return EXPORTS[form].make(report, county_name)


def file_name(report: MonthlyReport, form: str) -> str:
    """What a downloaded file is called: huimin-report-2026-10.xlsx.

    A range of days has one mark between its days: huimin-report-2026-10-05_2026-10-18.xlsx.
    """
    return f"huimin-report-{report.month.replace('..', '_')}.{EXPORTS[form].ending}"
