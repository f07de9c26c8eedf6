"""Redeem: give the discount and record it, in one transaction that the caller opened.

The steps follow the order of the locks: the order number and the card are checked, the counters of
day and month are locked and read, and only then is the quote made, so that it gives exactly what a
cap leaves, however many tills ask at once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.cards.changing_code import take_code
from huimin.checkout.entitlement import entitlement_of, require_open_till
from huimin.checkout.quote_answer import chain_part, quote_answer
from huimin.checkout.requests import RedemptionRequest
from huimin.checkout.sale import Presenter, record_sale
from huimin.core.discount import quote
from huimin.core.refusals import Refusal
from huimin.holders.people import presenter_of
from huimin.ledger.append import lock_usage
from huimin.storage.engine import Transaction


def redeem(
    tx: Transaction,
    request: RedemptionRequest,
    *,
    terminal: Terminal,
    now: datetime,
    language: str = "zh_Hans",
    staff_id: str | None = None,
) -> dict[str, Any]:
    """Give the discount and write it to the ledger; the answer of `POST /api/v1/redemptions`.

    Raises FieldProblems, or the Refusal of till, card, presenter, policy, caps or order; then
    nothing is written.
    """
    terminal_id = terminal["terminal_id"]
    require_open_till(tx, terminal_id, order_no=request.order_no)
    entitlement = entitlement_of(tx, request.card, terminal=terminal, now=now)
    take_code(tx, request.card, terminal_id=terminal_id, now=now)
    # A changing code proves that the holder's own phone is here; a printed one can be a copy.
    if not request.identity_checked and not request.card.is_changing:
        raise Refusal("identity_unchecked")
    holder_id = entitlement.card["holder_id"]
    person = presenter_of(tx, holder_id, request.presented_by)
    terms = entitlement.required_terms
    usage = lock_usage(tx, holder_id=holder_id, terms=terms, at=now, now=now)
    basket_quote = quote(request.basket, terms, usage)
    row = record_sale(
        tx,
        request,
        basket_quote,
        entitlement=entitlement,
        presenter=Presenter(person["kind"], person["id"], person["division_code"]),
        terminal=terminal,
        now=now,
        staff_id=staff_id,
    )
    return {
        "id": row["id"],
        "receipt_no": row["receipt_no"],
        "order_no": row["order_no"],
        **quote_answer(basket_quote, terms, language),
        "recorded_at": row["recorded_at"],
        "chain": chain_part(row),
    }
