"""Cancel an order that a till gave up: reverse what was recorded, and record nothing later.

It needs no key: repeated, it finds what it did and answers the same. It takes two transactions, so
that the one that waits for the outlet's sales holds nothing they wait for; if only the first
happens, the till gets no answer and asks again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.checkout.entitlement import require_open_till
from huimin.checkout.find_redemption import find_redemption
from huimin.checkout.manager_rule import ManagerRule
from huimin.checkout.requests import CancellationRequest, ReversalRequest
from huimin.checkout.reverse import reverse
from huimin.core.order_number import earlier_order
from huimin.core.refusals import Refusal
from huimin.ledger.cancel_order import cancel_order
from huimin.ledger.read import left_fen, redemption_by_either
from huimin.storage.engine import Engine, Transaction


def cancel(
    engine: Engine,
    request: CancellationRequest,
    *,
    terminal: Terminal,
    now: datetime,
    language: str = "zh_Hans",
    rule: ManagerRule | None = None,
) -> dict[str, Any]:
    """The answer of `POST /api/v1/cancellations`: `redemption` is None where none was recorded,
    and otherwise the record, reversed in full. `rule` is that of the till page: without a
    needed confirmation all is refused, and the order stays open. Raises Refusal: terminal_disabled,
    outlet_suspended, manager_needed.
    """

    order_no = earlier_order(request.order_no)

    def close(tx: Transaction) -> str:
        require_open_till(tx, terminal["terminal_id"])
        closed_at = cancel_order(tx, terminal, order_no, reason=request.reason, now=now)
        if request.order_no != order_no:  # a sale of before the upgrade has it as it was sent
            cancel_order(tx, terminal, request.order_no, reason=request.reason, now=now)
        if rule is not None:
            _require_confirmation(tx, rule, terminal, request.order_no)
        return closed_at

    def take_back(tx: Transaction) -> dict[str, Any] | None:
        row = redemption_by_either(tx, terminal["outlet_id"], request.order_no)
        if row is None:
            return None
        back = ReversalRequest(request.reason, None, request.cashier)
        try:
            reverse(tx, row["id"], back, terminal=terminal, now=now, rule=rule)
        except Refusal as refusal:
            if refusal.code != "already_reversed":
                raise
        return find_redemption(tx, terminal=terminal, redemption_id=row["id"], language=language)

    cancelled_at = engine.write(close)
    redemption = engine.write(take_back)
    return {"order_no": order_no, "cancelled_at": cancelled_at, "redemption": redemption}


def _require_confirmation(
    tx: Transaction, rule: ManagerRule, terminal: Terminal, order_no: str
) -> None:
    """Apply the rule to the order's sale, if any of it is left to reverse.

    This happens after the order is closed, when no sale of it can arrive any more; a refusal undoes
    the closing.
    """
    row = redemption_by_either(tx, terminal["outlet_id"], order_no)
    if row is not None and left_fen(tx, row):
        rule.require(tx, terminal["merchant_id"], row["amount_fen"])
