"""File a claim: what was bought, with which card, when; no discount is given yet.

A claim writes nothing but its own row. It needs an existing card in any state, an order without a
redemption or an open claim, and a day that is not too long ago.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Unpack

from huimin.audit.record import record
from huimin.cards.find import card_row
from huimin.checkout.entitlement import entitlement_on, require_open_till
from huimin.claims import queries
from huimin.claims.find_claims import claim_answer
from huimin.claims.requests import ClaimRequest
from huimin.core.acting import By
from huimin.core.categories import require_known
from huimin.core.days import county_day, county_start, instant_text
from huimin.core.discount import excluded_sum
from huimin.core.json_text import write_json
from huimin.core.refusals import CLAIMABLE, Problems, Refusal, field_problem
from huimin.ledger.append import require_unsold_order
from huimin.ledger.epochs import current_epoch
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

TRIES = 8
RECORDED = ("claim_no", "state", "order_no", "amount_fen", "business_day", "redemption_id")


def submit_claim(
    tx: Transaction,
    request: ClaimRequest,
    *,
    terminal: Mapping[str, Any],
    claim_days: int,
    staff_id: str | None = None,
    **by: Unpack[By],
) -> Row:
    """Record the claim; the answer of `POST /api/v1/claims`.

    Raises FieldProblems, or Refusal: card_unknown, order_exists, order_waiting, claim_exists,
    terminal_disabled, outlet_suspended, unknown_category.
    """
    require_open_till(tx, terminal["terminal_id"])
    today = county_day(by["now"])
    _require_fit(request, terminal, today, claim_days)
    card = card_row(tx, request.card)
    outlet_id = terminal["outlet_id"]
    require_unsold_order(tx, outlet_id, request.order_no)
    occurred_at = _occurred_at(request.occurred_on, by["now"])
    excluded_fen = _excluded_fen(tx, request, card, county_day(occurred_at), terminal)
    claim = _insert(
        tx,
        county_day(occurred_at),
        outlet_id=outlet_id,
        terminal_id=terminal["terminal_id"],
        source="refusal" if request.occurred_on is None else "missed",
        card_id=card["id"],
        holder_id=card["holder_id"],
        presenter_kind=request.presented_by,
        identity_checked=int(request.identity_checked),
        order_no=request.order_no,
        amount_fen=request.amount_fen,
        excluded_fen=excluded_fen,
        insurance_fen=request.insurance_fen,
        occurred_at=instant_text(occurred_at),
        refusal_code=request.refusal_code,
        note=request.note,
        cashier=request.cashier,
        staff_id=staff_id,
        submitted_at=instant_text(by["now"]),
        submitted_by=by["actor"],
        items_json=write_json(request.items) if request.items else None,
    )
    record_claim(tx, "claim.submitted", claim, **by)
    return claim_answer(tx, claim)


def record_claim(
    tx: Transaction,
    action: str,
    claim: Mapping[str, Any],
    *,
    reason: str | None = None,
    **by: Unpack[By],
) -> None:
    """Write what happened to a claim to the audit record."""
    record(tx, action, claim["id"], reason=reason, new=claim, only=RECORDED, **by)


def _insert(tx: Transaction, day: date, **values: Any) -> Row:
    epoch = current_epoch(tx)
    for _ in range(TRIES):
        claim: Row | None = queries.insert_claim(
            tx, id=new_id(), claim_no=_number(day, epoch), business_day=day.isoformat(), **values
        )
        if claim is not None:
            return claim
        order = {"outlet_id": values["outlet_id"], "order_no": values["order_no"]}
        open_claim = queries.open_claim_of_order(tx, **order)
        if open_claim is not None:
            claim_no = open_claim["claim_no"]
            raise Refusal("claim_exists", order_no=values["order_no"], claim_no=claim_no)
    raise Refusal("request_in_progress")


def _excluded_fen(
    tx: Transaction,
    request: ClaimRequest,
    card: Mapping[str, Any],
    day: date,
    terminal: Mapping[str, Any],
) -> int:
    """What takes no part: as the till says, or by its lines and the policy of their day.

    Raises FieldProblems for lines that don't fit, Refusal `unknown_category`.
    """
    if not request.items:
        return request.excluded_fen
    terms = entitlement_on(tx, card, day, terminal).terms
    if terms is not None:
        excluded_fen = excluded_sum(request.basket, terms)
        if excluded_fen + request.insurance_fen > request.amount_fen:
            raise field_problem(
                "insurance_fen", "医保支付与不参加优惠的金额之和超过了总金额，请核对。"
            )
        return excluded_fen
    require_known((item.category for item in request.items), ())
    if sum(item.amount_fen for item in request.items) != request.amount_fen:
        raise field_problem("items", "各行金额之和与总金额不符，请核对。")
    return request.excluded_fen


def _number(day: date, epoch: int) -> str:
    """The number on the slip, easy to read aloud: the day and six random digits.

    In a county that was restored the epoch stands between them, because the slips that were given
    out after the backup are not known.
    """
    between = str(epoch) if epoch > 1 else ""
    return f"{day:%y%m%d}{between}{secrets.randbelow(1_000_000):06d}"


def _occurred_at(occurred_on: date | None, now: datetime) -> datetime:
    """The instant of the purchase: now, or noon of an earlier day, whose hour is not known."""
    if occurred_on is None or occurred_on == county_day(now):
        return now
    return county_start(occurred_on) + timedelta(hours=12)


def _require_fit(
    request: ClaimRequest, terminal: Mapping[str, Any], today: date, claim_days: int
) -> None:
    problems = Problems()
    day = request.occurred_on or today
    if not today - timedelta(days=claim_days) <= day <= today:
        problems.refuse(
            "occurred_on", "只能补录今天和之前 {claim_days} 天内的购买。", claim_days=claim_days
        )
    if request.excluded_fen + request.insurance_fen > request.amount_fen:
        problems.refuse("excluded_fen", "医保支付与不参加优惠的金额之和超过了总金额，请核对。")
    if request.insurance_fen and terminal["outlet_kind"] != "hospital":
        problems.refuse("insurance_fen", "本示范点的优惠政策不涉及医保，请去掉这一项。")
    if request.refusal_code is not None and request.refusal_code not in CLAIMABLE:
        problems.refuse("refusal_code", "这种情况不用补录，请按收银台的提示办理。")
    problems.finish()
