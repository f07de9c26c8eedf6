"""The report of a month that is closed: what three people signed, not what a query says today.

The room of months writes it; whoever shows or sends a month's report asks here first, so that a
closed month is the same wherever and whenever it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from huimin.core.days import county_day, parse_instant
from huimin.core.json_text import read_json
from huimin.core.period import Period
from huimin.core.period_words import day_words
from huimin.reports import queries
from huimin.reports.monthly import MonthlyReport, report_of
from huimin.storage.engine import Transaction


@dataclass(frozen=True)
class ClosedMonth:
    """A closed month's version, its report, who signed (prepared, reviewed, approved), and when."""

    month: str
    version: int
    sha256: str
    county_name: str
    signers: tuple[str, str, str]
    closed_at: str
    report: MonthlyReport


def closed_month(tx: Transaction, month: str) -> ClosedMonth | None:
    """The closing in force of a month ("2026-10"), or None while it is open."""
    row = queries.closed_month(tx, month=month)
    return None if row is None else read_closed(row)


def frozen_report(tx: Transaction, month: str) -> str | None:
    """The text of the report that is in force of a closed month, byte for byte as it was signed:
    its SHA-256 is that of ClosedMonth. None while the month is open."""
    row = queries.closed_month(tx, month=month)
    return None if row is None else str(row["report_json"])


def report_in_force(
    tx: Transaction, period: Period, *, today: date
) -> tuple[MonthlyReport, ClosedMonth | None]:
    """The report to show of a period: of a closed month what was signed, else what counts now."""
    closed = closed_month(tx, period.month) if period.month else None
    if closed is not None:
        return closed.report, closed
    return report_of(tx, period, today=today), None


def read_closed(row: Mapping[str, Any]) -> ClosedMonth:
    """A row of month_close that was approved, as a value."""
    signers = (row["prepared_name"], row["reviewed_name"], row["approved_name"])
    return ClosedMonth(
        month=row["month"],
        version=row["version"],
        sha256=row["report_sha256"],
        county_name=row["county_name"],
        signers=signers,
        closed_at=row["approved_at"],
        report=replace(
            MonthlyReport.from_dict(read_json(row["report_json"])),
            signers=(*signers, day_words(county_day(parse_instant(row["prepared_at"])))),
        ),
    )
