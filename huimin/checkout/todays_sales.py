"""An outlet's sales of today as its tills list them: the latest, and those matching a search.

A cashier searches by what is at hand: a receipt or order number, an amount, or a time of day.
"""

from __future__ import annotations

from datetime import datetime

from huimin.access.terminal_keys import Terminal
from huimin.core.days import COUNTY_ZONE, county_day, parse_instant
from huimin.core.money import parse_yuan
from huimin.core.order_number import plain_order
from huimin.ledger.read import left_fen, redemption_by_either, rows_of_day
from huimin.storage.engine import Row, Transaction

SHOWN = (
    *("id", "receipt_no", "order_no", "occurred_at", "recorded_at"),
    *("amount_fen", "discount_fen", "payable_fen"),
)
SUMS = ("amount_fen", "discount_fen", "payable_fen")
SEARCH_MAX = 80


def todays_sales(tx: Transaction, terminal: Terminal, now: datetime) -> Row:
    """`sums` of the day, net of what went back, and its `sales`, the latest first.

    Each sale has `left_fen`, the gross amount that can still be returned.
    """
    rows = rows_of_day(tx, terminal["outlet_id"], county_day(now))
    returned: dict[str, int] = {}
    for row in rows:
        if row["kind"] == "reversal":
            returned[row["reverses_id"]] = returned.get(row["reverses_id"], 0) - row["amount_fen"]
    sales = [
        _sale(row, row["amount_fen"] - returned.get(row["id"], 0))
        for row in reversed(rows)
        if row["kind"] == "redemption"
    ]
    return {
        "sums": {
            "redemptions": len(sales),
            "reversals": len(rows) - len(sales),
            **{name: sum(row[name] for row in rows) for name in SUMS},
        },
        "sales": sales,
    }


def matching_sales(sales: list[Row], text: str) -> list[Row]:
    """The sales whose receipt, order, amount or time matches the text; all of them for no text."""
    sought = plain_order(text).lower()[:SEARCH_MAX]
    return [sale for sale in sales if not sought or _matches(sale, sought)]


def sale_of_order(tx: Transaction, terminal: Terminal, order_no: str) -> list[Row]:
    """The outlet's sale with exactly that order number, on any day: a sale that a till gave up in
    the evening may be searched for the next morning.
    """
    row = redemption_by_either(tx, terminal["outlet_id"], order_no.strip())
    return [] if row is None else [_sale(row, left_fen(tx, row))]


def _sale(row: Row, still_left_fen: int) -> Row:
    return {**{name: row[name] for name in SHOWN}, "left_fen": still_left_fen}


def _matches(sale: Row, sought: str) -> bool:
    if sought in sale["receipt_no"].lower() or sought in sale["order_no"].lower():
        return True
    hour, colon, minute = sought.partition(":")
    if colon:
        # An offline sale is found by when it was made and by when it was recorded.
        begun = f"{hour.zfill(2)}:{minute}"
        return any(_time(sale[name]).startswith(begun) for name in ("occurred_at", "recorded_at"))
    try:
        amount_fen = parse_yuan(sought)
    except ValueError:
        return False
    return amount_fen in (sale["amount_fen"], sale["discount_fen"], sale["payable_fen"])


def _time(instant: str) -> str:
    """The county's time of day: "14:05"."""
    return parse_instant(instant).astimezone(COUNTY_ZONE).strftime("%H:%M")
