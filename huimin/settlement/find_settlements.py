"""Find settlements: a merchant its own, the county every one; a line's ledger rows, masked.

`merchant_id` None is the county; with it, another merchant's settlement does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from huimin.audit.record import events_of
from huimin.core.identity import mask_name
from huimin.core.refusals import Refusal
from huimin.settlement import queries
from huimin.settlement.answer import payable_fen
from huimin.settlement.make import FIGURES
from huimin.settlement.pay import payments_of, stands
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery

# A confirmed settlement is paid late after these days.
LATE_DAYS = 30


@dataclass(frozen=True, slots=True)
class SettlementCriteria:
    """What to list; None does not filter. `late` is "confirm" or "pay"; `today` a county day."""

    today: date
    merchant_id: str | None = None
    month: str | None = None
    state: str | None = None
    late: str | None = None


def _conditions(criteria: SettlementCriteria) -> dict[str, str | None]:
    return {
        "merchant_id": criteria.merchant_id,
        "month": criteria.month,
        "state": criteria.state,
        "late": criteria.late,
        "today": criteria.today.isoformat(),
        "unpaid_before": (criteria.today - timedelta(days=LATE_DAYS)).isoformat(),
        "unanswered_before": (criteria.today - timedelta(days=LATE_DAYS + 1)).isoformat(),
    }


def months_settled(tx: Transaction, merchant_id: str | None) -> list[str]:
    """The months that have settlements, the latest first."""
    return [row["month"] for row in queries.months_settled(tx, merchant_id=merchant_id)]


def settlement_of(tx: Transaction, settlement_id: str, *, merchant_id: str | None) -> Row:
    """The settlement with its sums. Raises Refusal `not_found`."""
    row = queries.settlement_by_id(tx, id=settlement_id, merchant_id=merchant_id)
    if row is None:
        raise Refusal("not_found")
    return with_sums(row)


def settlement_by_number(tx: Transaction, number: str) -> Row:
    """The same by the number that is printed on it."""
    row = queries.settlement_by_number(tx, number=number.strip().upper())
    if row is None:
        raise Refusal("not_found")
    return with_sums(row)


def whole_settlement(tx: Transaction, settlement_id: str, *, merchant_id: str | None) -> Row:
    """All that a page shows: settlement, lines with their disputes, payments, versions, events."""
    row = settlement_of(tx, settlement_id, merchant_id=merchant_id)
    lines = lines_of(tx, row)
    disputes = list(queries.disputes_of(tx, settlement_id=settlement_id))
    return {
        "settlement": row,
        "lines": [line for line in lines if line["kind"] == "policy"],
        "adjustments": [line for line in lines if line["kind"] == "adjustment"],
        "disputes": disputes,
        "disputed_lines": {one["line_no"] for one in disputes if one["state"] == "open"},
        "payments": [{**one, "stands": stands(one)} for one in payments_of(tx, row)],
        "versions": list(
            queries.versions_of(tx, month=row["month"], merchant_id=row["merchant_id"])
        ),
        "events": events_of(tx, "settlement", settlement_id),
    }


def lines_of(tx: Transaction, settlement: Mapping[str, Any]) -> list[Row]:
    """Its lines in order: those by outlet and policy, then the adjustments of earlier months."""
    return list(queries.lines_of(tx, settlement_id=settlement["id"]))


def line_of(tx: Transaction, settlement: Mapping[str, Any], line_no: int) -> Row:
    """One line. Raises Refusal `not_found`."""
    line: Row | None = queries.line_of(tx, settlement_id=settlement["id"], line_no=line_no)
    if line is None:
        raise Refusal("not_found")
    return line


def of_line(settlement: Mapping[str, Any], line: Mapping[str, Any]) -> Row:
    """Which ledger rows make a line, as `rows_behind` takes it."""
    names = ("outlet_id", "policy_id", "adjusts_month")
    return {"month": settlement["month"], **{name: line[name] for name in names}}


def with_sums(row: Row) -> Row:
    """With payable_fen, what is paid in all, and unpaid_fen, what of it is not paid yet."""
    whole = payable_fen(row)
    left = whole - row["paid_fen"] if row["state"] != "voided" else 0
    return {**row, "payable_fen": whole, "unpaid_fen": left}


def settlement_totals(tx: Transaction, criteria: SettlementCriteria) -> Row:
    """How many settlements the list shows, and their sums in fen; voided ones are left out."""
    row: Row = queries.settlement_totals(tx, **_conditions(criteria))
    return row


# What a merchant may see of its own sale; of the holder nothing but a masked name.
SHOWN = (
    *("id", "kind", "receipt_no", "order_no", "occurred_at", "business_day", "adjusts_month"),
    *("channel", "cashier", "reason", "policy_id", "policy_version", "rate_bp", "payable_fen"),
    *FIGURES[2:],
)


def _masked(row: Row) -> Row:
    name = "—" if row["erased_at"] else mask_name(row["holder_name"])
    return {**{column: row[column] for column in SHOWN}, "name_masked": name}


# The latest first, each with its sums.
settlements_before = ListQuery[SettlementCriteria](
    queries, "settlements_before", _conditions, with_sums
)
# The ledger rows that make a line (`of_line`), in the order written.
rows_behind = ListQuery[Row](queries, "rows_of_line", for_reader=_masked)
