"""Cancel an order number for good, so that a late request can't record it any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huimin.core.chain import GENESIS
from huimin.core.days import instant_text
from huimin.ledger import queries
from huimin.storage.engine import Transaction


def cancel_order(
    tx: Transaction, terminal: Mapping[str, Any], order_no: str, *, reason: str, now: datetime
) -> str:
    """Cancel the outlet's order, waiting for sales being written; returns when it was cancelled.

    Once this is committed, the order's redemption exists or never will. It takes no other locks,
    because sales hold some while they wait for their chain.
    """
    queries.lock_chains_of_outlet(tx, outlet_id=terminal["outlet_id"], genesis=GENESIS)
    order = {"outlet_id": terminal["outlet_id"], "order_no": order_no}
    queries.cancel_order(
        tx,
        **order,
        terminal_id=terminal["terminal_id"],
        reason=reason,
        cancelled_at=instant_text(now),
    )
    return str(queries.cancelled_order(tx, **order)["cancelled_at"])


def is_cancelled(tx: Transaction, outlet_id: str, order_no: str) -> bool:
    """Whether exactly that order number of the outlet was cancelled."""
    return queries.cancelled_order(tx, outlet_id=outlet_id, order_no=order_no) is not None
