"""Read ledger rows and counters. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from huimin.core.chain import fold_heads
from huimin.core.days import county_day, county_start, instant_text
from huimin.core.discount import PolicyTerms, Usage
from huimin.core.order_number import earlier_order
from huimin.ledger import queries
from huimin.ledger.append import usage_counters, usage_from
from huimin.ledger.budget import budget_left
from huimin.storage.engine import Row, Transaction

CHUNK = 1_000


def row_by_id(tx: Transaction, row_id: str) -> Row | None:
    """The ledger row with that id, or None."""
    row: Row | None = queries.row_by_id(tx, id=row_id)
    return row


def row_by_receipt_no(tx: Transaction, receipt_no: str) -> Row | None:
    """The ledger row with that receipt number, or None."""
    row: Row | None = queries.row_by_receipt_no(tx, receipt_no=receipt_no)
    return row


def redemption_by_order(tx: Transaction, outlet_id: str, order_no: str) -> Row | None:
    """The redemption of an outlet's order number, or None."""
    row: Row | None = queries.redemption_by_order(tx, outlet_id=outlet_id, order_no=order_no)
    return row


def redemption_by_either(tx: Transaction, outlet_id: str, order_no: str) -> Row | None:
    """The redemption of the number in its one form, or exactly as sent: older records have other
    forms.
    """
    row = redemption_by_order(tx, outlet_id, earlier_order(order_no))
    return row or redemption_by_order(tx, outlet_id, order_no)


def reversals_of(tx: Transaction, redemption_id: str) -> list[Row]:
    """The reversals of a redemption, in order of recording."""
    return list(queries.reversals_of(tx, id=redemption_id))


def left_fen(tx: Transaction, redemption: Row) -> int:
    """The gross amount of a redemption that has not been taken back yet, in fen."""
    reversals = reversals_of(tx, redemption["id"])
    return int(redemption["amount_fen"] + sum(row["amount_fen"] for row in reversals))


def rows_of_day(tx: Transaction, outlet_id: str, day: date) -> list[Row]:
    """An outlet's rows of one business day, in order of recording."""
    return list(queries.rows_of_day(tx, outlet_id=outlet_id, day=day.isoformat()))


def rows_of_holder(tx: Transaction, holder_id: str, count: int) -> list[Row]:
    """The holder's ledger rows, newest first, with the outlet's name."""
    return list(queries.rows_of_holder(tx, holder_id=holder_id, count=count))


def sales_of_holder_after(tx: Transaction, holder_id: str, day: date) -> Row:
    """The holder's sales after a county day: `sales`, net `amount_fen` and `discount_fen`."""
    row: Row = queries.sales_of_holder_after(tx, holder_id=holder_id, day=day.isoformat())
    return row


def usage_at(
    tx: Transaction, *, holder_id: str, terms: PolicyTerms, at: datetime, now: datetime
) -> Usage:
    """What `lock_usage` reads, without locking."""
    counters = usage_counters(county_day(at), holder_id=holder_id, policy_code=terms.code)
    usage = usage_from(queries.usage_of(tx, **counters), counters)
    return replace(usage, budget_left_fen=budget_left(tx, terms, now))


def chain_rows(tx: Transaction, terminal_id: str, after: int = 0) -> Iterator[Row]:
    """A terminal's rows behind a place, by sequence, read in chunks."""
    while rows := list(queries.chain_rows(tx, terminal_id=terminal_id, after=after, count=CHUNK)):
        yield from rows
        after = rows[-1]["sequence"]


def digest_of_day(tx: Transaction, day: date) -> str:
    """The published digest of a county day: all chain heads at its end, folded into one."""
    heads = queries.heads_at_day_end(
        tx, day_end=instant_text(county_start(day + timedelta(days=1)))
    )
    return fold_heads({head["terminal_id"]: head["hash"] for head in heads})
