"""The order number that the shop's own books have for a sale, where it is another than the till's.

The till may scan it from the shop's receipt; a person may pair the two when the day is compared.
Nothing is edited: the newest word about a sale counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from huimin.checkout import queries
from huimin.core.days import instant_text
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id


def note_shop_order(
    tx: Transaction,
    redemption: Mapping[str, Any],
    order_no: str | None,
    *,
    source: Literal["till", "person"],
    now: datetime,
    actor: str,
) -> None:
    """Record the shop's order number of a redemption; None takes an earlier pair back."""
    queries.insert_shop_order(
        tx,
        id=new_id(),
        redemption_id=redemption["id"],
        outlet_id=redemption["outlet_id"],
        order_no=order_no,
        source=source,
        recorded_at=instant_text(now),
        recorded_by=actor,
    )


def shop_order_of(tx: Transaction, redemption_id: str) -> str | None:
    """The shop's order number of a redemption as it stands now, or None."""
    rows = list(queries.shop_orders_of_redemption(tx, redemption_id=redemption_id))
    return rows[-1]["order_no"] if rows else None


def shop_orders_of_day(tx: Transaction, outlet_id: str, day: date) -> dict[str, Row]:
    """The newest word about each sale that the outlet's day has a row of, by the sale's id."""
    rows = queries.shop_orders_of_day(tx, outlet_id=outlet_id, day=day.isoformat())
    newest = {row["redemption_id"]: row for row in rows}
    return {sale: row for sale, row in newest.items() if row["order_no"] is not None}
