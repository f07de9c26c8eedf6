"""Reverse a redemption, in full or in part, by a new row; the original row stays as it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from huimin.access.terminal_keys import Terminal, terminal_by_id
from huimin.alerts.note_alerts import note_alerts
from huimin.checkout.entitlement import require_open_till
from huimin.checkout.find_redemption import own_redemption, reversal_answer
from huimin.checkout.manager_rule import ManagerRule
from huimin.checkout.requests import ReversalRequest
from huimin.checkout.return_parts import part_of, sale_left
from huimin.core.refusals import Refusal
from huimin.ledger.append import append_reversal, lock_returned
from huimin.ledger.read import reversals_of, row_by_id
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

    The request names the part that goes back, or nothing for all that is left. The sums of the
    answer are positive: `payable_fen` goes back to the customer, `discount_fen` is taken back.
    `rule` is that of the till page: which manager confirmed, if the merchant requires it.
    Raises FieldProblems, Refusal: redemption_unknown (another outlet's too), already_reversed,
    reversal_too_large, return_parts_missing, terminal_disabled, outlet_suspended, manager_needed.
    """
    require_open_till(tx, terminal["terminal_id"])
    return _reverse(tx, redemption_id, request, terminal, now, staff_id, rule)


def reverse_for_office(
    tx: Transaction, redemption_id: str, *, reason: str, staff_id: str | None, now: datetime
) -> dict[str, Any]:
    """Take back all that is left of a redemption, for the office: the answer of `reverse`.

    It goes into the chain of the till that sold, even of one that was switched off since. Raises
    Refusal: redemption_unknown, already_reversed.
    """
    row = row_by_id(tx, redemption_id)
    if row is None:
        raise Refusal("redemption_unknown")
    terminal = terminal_by_id(tx, row["terminal_id"])
    request = ReversalRequest(reason=reason)
    return _reverse(tx, redemption_id, request, terminal, now, staff_id, None)


def _reverse(
    tx: Transaction,
    redemption_id: str,
    request: ReversalRequest,
    terminal: Terminal,
    now: datetime,
    staff_id: str | None,
    rule: ManagerRule | None,
) -> dict[str, Any]:
    original = own_redemption(tx, terminal, redemption_id)
    returned = lock_returned(tx, redemption_id)
    sale = sale_left(tx, original, reversals_of(tx, redemption_id))
    part = part_of(sale, request)
    if rule is not None:
        rule.require(tx, terminal["merchant_id"], returned.amount_fen + part.sums.amount_fen)
    row = append_reversal(
        tx,
        original,
        part.sums,
        terms=sale.terms,
        terminal=terminal,
        reason=request.reason,
        cashier=request.cashier,
        staff_id=staff_id,
        now=now,
        detail={"returned": part.lines, **({} if rule is None else rule.detail())},
    )
    note_alerts(tx, row, terminal=terminal)
    answer = {**reversal_answer(row), "left_fen": part.left_fen}
    if rule is not None:
        rule.record(tx, redemption_id, answer, reason=request.reason, now=now)
    return answer


def quote_return(
    tx: Transaction, redemption_id: str, request: ReversalRequest, *, terminal: Terminal
) -> dict[str, Any]:
    """What a reversal would give back, in positive sums, without leaving a trace.

    Raises what `reverse` raises about the sale and its parts.
    """
    original = own_redemption(tx, terminal, redemption_id)
    part = part_of(sale_left(tx, original, reversals_of(tx, redemption_id)), request)
    return {
        "amount_fen": part.sums.amount_fen,
        "discount_fen": part.sums.discount_fen,
        "payable_fen": part.sums.payable_fen,
        "left_fen": part.left_fen,
    }
