"""Reverse a redemption, in full or in part, by a new row; the original row stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.alerts.note_alerts import note_alerts
from huimin.checkout.entitlement import require_open_till
from huimin.checkout.find_redemption import own_redemption, reversal_answer
from huimin.checkout.manager_rule import ManagerRule
from huimin.checkout.requests import ReversalRequest
from huimin.core.discount import Sums, take_back
from huimin.ledger.append import append_reversal, lock_returned
from huimin.storage.engine import Transaction


def reverse(
    tx: Transaction,
    redemption_id: str,
    request: ReversalRequest,
    *,
    terminal: Terminal,
    now: datetime,
    staff_id: str | None = None,
    rule: ManagerRule | None = None,
) -> dict[str, Any]:
    """Record a reversal; the answer of `POST /api/v1/redemptions/{id}/reversals`.

    `amount_fen` is the gross amount being returned, all that is left when it is None. The sums of
    the answer are positive: `payable_fen` goes back to the customer, `discount_fen` is taken back.
    `rule` is that of the till page: which manager confirmed, if the merchant requires it.
    Raises Refusal: redemption_unknown (another outlet's too), already_reversed,
    reversal_too_large, terminal_disabled, outlet_suspended, manager_needed.
    """
    require_open_till(tx, terminal["terminal_id"])
    original = own_redemption(tx, terminal, redemption_id)
    returned = lock_returned(tx, redemption_id)
    whole = sums_of(original)
    left_fen = whole.amount_fen - returned.amount_fen
    part = take_back(
        whole, returned, left_fen if request.amount_fen is None else request.amount_fen
    )
    if rule is not None:
        rule.require(tx, terminal["merchant_id"], returned.amount_fen + part.amount_fen)
    row = append_reversal(
        tx,
        original,
        part,
        terminal=terminal,
        reason=request.reason,
        cashier=request.cashier,
        staff_id=staff_id,
        now=now,
        detail=None if rule is None else rule.detail(),
    )
    note_alerts(tx, row, terminal=terminal)
    answer = {**reversal_answer(row), "left_fen": left_fen - part.amount_fen}
    if rule is not None:
        rule.record(tx, redemption_id, answer, reason=request.reason, now=now)
    return answer


def sums_of(row: Mapping[str, Any]) -> Sums:
    """The sums of a redemption's row."""
    return Sums(**{name: row[name] for name in Sums.__dataclass_fields__})
