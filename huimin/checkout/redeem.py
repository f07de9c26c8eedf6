"""Redeem: give the discount and record it, in one transaction that the caller opened.

The order of the steps is the order of the locks: the order number and the card are looked at, the
counters of day and month are locked and read, and only then is the quote made, so that it gives
just what a cap leaves, however many tills ask at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huimin.alerts.note_alerts import note_alerts
from huimin.checkout.changing_code import take_code, use_code
from huimin.checkout.entitlement import entitlement_of, require_open_till
from huimin.checkout.quote import quote_answer
from huimin.checkout.requests import RedemptionRequest
from huimin.core.discount import Quote, quote
from huimin.core.refusals import Refusal
from huimin.divisions.find import town_of
from huimin.holders.people import presenters_of
from huimin.ledger.append import Sale, append_redemption, lock_usage
from huimin.storage.engine import Transaction


def redeem(
    tx: Transaction,
    request: RedemptionRequest,
    *,
    terminal: Mapping[str, Any],
    now: datetime,
    language: str = "zh_Hans",
    staff_id: str | None = None,
) -> dict[str, Any]:
    """Give the discount and write it to the ledger; the answer of `POST /api/v1/redemptions`.

    `terminal` is what access.terminal_keys says of the till. Raises FieldProblems, or the Refusal
    of till, card, presenter, policy, caps or order; then nothing is written.
    """
    require_open_till(tx, terminal["terminal_id"], order_no=request.order_no)
    entitled = entitlement_of(tx, request.card, terminal=terminal, now=now)
    take_code(tx, request.card, terminal=terminal, now=now)
    holder_id = entitled.card["holder_id"]
    people = presenters_of(tx, holder_id)
    presenter = _presenter(people, request)
    terms = entitled.required_terms
    usage = lock_usage(tx, holder_id=holder_id, policy_code=terms.code, now=now)
    given = quote(request.basket, terms, usage)
    division_code = people[0]["division_code"]
    sale = Sale(
        terminal=terminal,
        order_no=request.order_no,
        card_id=entitled.card["id"],
        holder_id=holder_id,
        presenter_kind=presenter["kind"],
        presenter_id=presenter["id"],
        identity_checked=request.identity_checked,
        eligibility=entitled.counted_eligibility,
        division_code=division_code,
        town_code=town_of(division_code),
        terms=terms,
        detail=_detail(request, given),
        cashier=request.cashier,
        staff_id=staff_id,
    )
    row = append_redemption(tx, sale, given, now=now)
    use_code(tx, request.card, row["id"])
    note_alerts(tx, row, terminal=terminal, cap_redemption_fen=terms.cap_redemption_fen)
    return {
        "id": row["id"],
        "receipt_no": row["receipt_no"],
        "order_no": row["order_no"],
        **quote_answer(given, terms, language),
        "recorded_at": row["recorded_at"],
        "chain": {"sequence": row["sequence"], "hash": row["hash"]},
    }


def _presenter(people: list[dict[str, Any]], request: RedemptionRequest) -> dict[str, Any]:
    # A changing code proves that the holder's own phone is here; a printed one can be a copy.
    if not request.identity_checked and not request.card.is_changing:
        raise Refusal("identity_unchecked")
    for person in people:
        if person["id"] == request.presented_by:
            return person
    raise Refusal("presenter_unknown")


def _detail(request: RedemptionRequest, given: Quote) -> dict[str, Any]:
    """What the columns do not hold, enough to make the same quote again under another policy."""
    return {
        "items": request.items,
        "excluded_by_hand_fen": 0 if request.items else request.excluded_fen,
        "lines": given.lines,
        "caps": given.caps,
        "explanation": given.explanation,
        "card_shown": request.card.shown,
        "identity_by": "cashier" if request.identity_checked else "changing_code",
    }
