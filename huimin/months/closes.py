"""Closings as they stand: one by its version, those of a month, the list of months."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huimin.core.days import county_day, month_of, next_month, previous_month
from huimin.core.json_text import read_json
from huimin.core.refusals import Refusal
from huimin.months import queries
from huimin.reports.monthly import MonthlyReport
from huimin.storage.engine import Row, Transaction

# A month that nobody has begun to close, as the list shows it.
OPEN, RUNNING = "open", "running"
SIGNED = ("approved", "reopened")


def close_by_version(tx: Transaction, month: str, version: int) -> Row:
    """One closing, its checks read. Raises Refusal `not_found`."""
    row = queries.close_by_version(tx, month=month, version=version)
    if row is None:
        raise Refusal("not_found")
    return read_close(row)


def closes_of_month(tx: Transaction, month: str) -> list[Row]:
    """Every closing of a month, the latest first, each with the files that were signed.

    The report that each froze is not among them: it is large, and mostly one is looked at.
    """
    files: dict[str, dict[str, Row]] = {}
    for row in queries.files_of_month(tx, month=month):
        files.setdefault(row["close_id"], {})[row["form"]] = row
    closes = [read_close(row) for row in queries.closes_of_month(tx, month=month)]
    return [{**row, "files": files.get(row["id"], {})} for row in closes]


def open_close(tx: Transaction, month: str) -> Row | None:
    """The closing that is under way or in force, if there is one."""
    row = queries.open_close(tx, month=month)
    return None if row is None else read_close(row)


def files_of(tx: Transaction, close_id: str) -> dict[str, Row]:
    """Form → SHA-256 and size in bytes of each file that was signed."""
    return {row["form"]: row for row in queries.files_of_close(tx, close_id=close_id)}


def read_close(row: Mapping[str, Any]) -> Row:
    """The row with its checks as values."""
    return {**row, "checks": read_json(row["checks_json"])}


def report_of_close(row: Mapping[str, Any]) -> MonthlyReport:
    """The report that a closing froze."""
    return MonthlyReport.from_dict(read_json(row["report_json"]))


def months_until(tx: Transaction, now: datetime) -> list[str]:
    """Every month from the first in which a row counts to the present one, the latest first."""
    present = month_of(county_day(now))
    month, months = queries.first_month(tx) or present, []
    while month <= present:
        months.append(month)
        month = next_month(month)
    return months[::-1]


def months_listed(tx: Transaction, now: datetime) -> list[Row]:
    """The months, the latest first, each with the last version of its closing, if any."""
    latest = {row["month"]: row for row in queries.latest_closes(tx)}
    present, listed = month_of(county_day(now)), []
    for month in months_until(tx, now):
        entry = latest.get(month) or {
            "month": month,
            "version": None,
            "state": RUNNING if month == present else OPEN,
        }
        listed.append(dict(entry))
    return listed


def months_to_draft(tx: Transaction, now: datetime) -> list[str]:
    """Months that are over, have rows, and that nobody has signed yet; the earliest first."""
    begun = {
        row["month"]
        for row in queries.latest_closes(tx)
        if row["state"] in ("prepared", "reviewed", "approved")
    }
    last = previous_month(month_of(county_day(now)))
    return [
        month
        for month in reversed(months_until(tx, now))
        if month <= last
        and month not in begun
        and queries.rows_count_in(tx, month=month) is not None
    ]
