"""The month's report for another program: amounts in fen, groups by code with their names."""

from __future__ import annotations

import json

from huimin.reports.monthly import MonthlyReport


def json_text(report: MonthlyReport) -> str:
    """The report as JSON; it ends with a line break."""
    return json.dumps(report.as_dict(), ensure_ascii=False, indent=2) + "\n"
