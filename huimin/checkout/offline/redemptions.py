"""What tills gave without network, taken in: each item once, alone, and with an answer that stays.

An item is entered and noted in one transaction; what is refused is noted with its reason and with
who bears it. A repeat gets what the first one got, so that a till may send until it has an answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from huimin.cards.find import card_row
from huimin.checkout import queries
from huimin.checkout.entitlement import require_open_till
from huimin.checkout.offline.redeem_offline import redeem_offline
from huimin.checkout.offline.requests import OfflineItem
from huimin.core.days import county_day, instant_text
from huimin.core.json_text import write_json
from huimin.core.kept_refusal import kept_params, params_of
from huimin.core.refusals import FieldProblem, FieldProblems, Refusal
from huimin.ledger.read import redemption_by_order, row_by_id
from huimin.policies.in_force import in_force_as_known
from huimin.storage.engine import Engine, Transaction
from huimin.storage.ids import new_id

Row = dict[str, Any]

# They concern the till and not the item: the call as a whole is refused and may come again.
OF_THE_TILL = ("terminal_disabled", "outlet_suspended")
SHOWN = ("id", "receipt_no", "order_no", "business_day", "recorded_at")


def take_offline_items(
    engine: Engine,
    items: Sequence[OfflineItem],
    *,
    terminal: Mapping[str, Any],
    now: datetime,
    language: str = "zh_Hans",
    staff_id: str | None = None,
) -> list[Row]:
    """The answer to each item, in order. Raises Refusal: terminal_disabled, outlet_suspended."""
    return [
        _take(engine, item, terminal=terminal, now=now, language=language, staff_id=staff_id)
        for item in items
    ]


def refused_answer(client_id: str, why: Refusal | FieldProblems, language: str) -> Row:
    """The answer to an item that can't even be read; nothing of it is kept."""
    return {"client_id": client_id, "status": "refused", **_reasons(_kept(why), language)}


def _take(
    engine: Engine,
    item: OfflineItem,
    *,
    terminal: Mapping[str, Any],
    now: datetime,
    language: str,
    staff_id: str | None,
) -> Row:
    def enter(tx: Transaction) -> Row:
        return _enter(tx, item, terminal=terminal, now=now, staff_id=staff_id)

    try:
        return _answer(*engine.write(lambda tx: _with_ledger(tx, enter(tx))), language)
    except (Refusal, FieldProblems) as refused:
        why = refused
    if isinstance(why, Refusal) and why.code in OF_THE_TILL:
        raise why
    if isinstance(why, Refusal) and why.code == "idempotency_mismatch":
        return refused_answer(item.client_id, why, language)
    return _answer(
        *engine.write(
            lambda tx: _with_ledger(tx, _note_refused(tx, item, why, terminal=terminal, now=now))
        ),
        language,
    )


def _enter(
    tx: Transaction,
    item: OfflineItem,
    *,
    terminal: Mapping[str, Any],
    now: datetime,
    staff_id: str | None,
) -> Row:
    require_open_till(tx, terminal["terminal_id"])
    kept = _kept_item(tx, item, terminal)
    if kept is not None:
        return kept
    known = redemption_by_order(tx, terminal["outlet_id"], item.order_no)
    if known is not None:
        if not _is_same_sale(tx, known, item, terminal):
            raise Refusal("order_exists", order_no=item.order_no)
        return _note(tx, item, terminal, now, status="duplicate", redemption=known)
    row = redeem_offline(tx, item, terminal=terminal, now=now, staff_id=staff_id)
    return _note(tx, item, terminal, now, status="accepted", redemption=row)


def _kept_item(tx: Transaction, item: OfflineItem, terminal: Mapping[str, Any]) -> Row | None:
    """What came of this item before; the till's items wait here for each other."""
    terminal_id = terminal["terminal_id"]
    queries.lock_terminal(tx, terminal_id=terminal_id)
    kept: Row | None = queries.offline_item_of(
        tx, terminal_id=terminal_id, client_id=item.client_id
    )
    if kept is None:
        return None
    if kept["fingerprint"] != item.fingerprint:
        raise Refusal("idempotency_mismatch")
    return {**kept, "status": "duplicate"} if kept["status"] == "accepted" else kept


def _is_same_sale(
    tx: Transaction, known: Row, item: OfflineItem, terminal: Mapping[str, Any]
) -> bool:
    """True for a sale that did reach the server although the till had no answer.

    A card that does not exist is answered like another card, so that nobody learns numbers here.
    """
    return bool(
        known["terminal_id"] == terminal["terminal_id"]
        and known["card_id"] == _card_id(tx, item)
        and known["amount_fen"] == item.amount_fen
        and known["discount_fen"] == item.discount_fen
    )


def _note_refused(
    tx: Transaction,
    item: OfflineItem,
    why: Refusal | FieldProblems,
    *,
    terminal: Mapping[str, Any],
    now: datetime,
) -> Row:
    kept = _kept_item(tx, item, terminal)
    if kept is not None:
        return kept
    return _note(tx, item, terminal, now, status="refused", why=why)


def _note(
    tx: Transaction,
    item: OfflineItem,
    terminal: Mapping[str, Any],
    now: datetime,
    *,
    status: str,
    redemption: Row | None = None,
    why: Refusal | FieldProblems | None = None,
) -> Row:
    kept = _kept(why) if why else None
    row = {
        "id": new_id(),
        "terminal_id": terminal["terminal_id"],
        "client_id": item.client_id,
        "fingerprint": item.fingerprint,
        "status": status,
        "code": kept["code"] if kept else None,
        "refusal_json": write_json(kept) if kept else None,
        "bearer": _bearer(tx, item, terminal) if kept else None,
        "redemption_id": redemption["id"] if redemption else None,
        "outlet_id": terminal["outlet_id"],
        "order_no": item.order_no,
        "card_id": redemption["card_id"] if redemption else _card_id(tx, item),
        "policy_id": item.policy_id,
        "amount_fen": item.amount_fen,
        "discount_fen": item.discount_fen,
        "payable_fen": item.payable_fen,
        "cashier": item.cashier,
        "occurred_at": instant_text(item.occurred_at),
        "business_day": county_day(min(item.occurred_at, now)).isoformat(),
        "pack_issued_at": instant_text(item.pack_issued_at),
        "device_clock_offset_ms": item.device_clock_offset_ms,
        "recorded_at": instant_text(now),
    }
    queries.insert_offline_item(tx, **row)
    return row


def _card_id(tx: Transaction, item: OfflineItem) -> str | None:
    try:
        return None if item.card is None else str(card_row(tx, item.card)["id"])
    except Refusal:
        return None


def _bearer(tx: Transaction, item: OfflineItem, terminal: Mapping[str, Any]) -> str:
    """Whom the policy that the pack was made under names; the merchant where none allowed it."""
    terms = in_force_as_known(
        tx,
        day=county_day(item.pack_issued_at),
        known_at=item.pack_issued_at,
        outlet_id=terminal["outlet_id"],
        outlet_kind=terminal["outlet_kind"],
    )
    return "merchant" if terms is None or terms.offline is None else terms.offline.bearer


def _kept(why: Refusal | FieldProblems) -> Row:
    """A refusal as it is kept: free of language."""
    if isinstance(why, Refusal):
        return {"code": why.code, "params": kept_params(why.params), "fields": []}
    fields = [[p.field, p.chinese, p.english] for p in why.problems]
    return {"code": "invalid_input", "params": {}, "fields": fields}


def _reasons(kept: Mapping[str, Any], language: str) -> Row:
    """A kept refusal in words: the reason for staff and the cashier's sentence."""
    refusal = Refusal(kept["code"], **params_of(kept["params"], language))
    fields = [FieldProblem(*field) for field in kept["fields"]]
    return {
        "code": refusal.code,
        "detail": " ".join([refusal.detail(language), *(f.message(language) for f in fields)]),
        "cashier_message": refusal.cashier_message(language),
    }


def refusal_words(refusal_json: str, language: str) -> str:
    """The reason of a refused item, for staff."""
    return str(_reasons(json.loads(refusal_json), language)["detail"])


def _with_ledger(tx: Transaction, row: Row) -> tuple[Row, Row | None]:
    redemption_id = row["redemption_id"]
    return row, row_by_id(tx, redemption_id) if redemption_id else None


def _answer(row: Row, redemption: Row | None, language: str) -> Row:
    told: Row = {"client_id": row["client_id"], "status": row["status"]}
    if redemption is not None:
        chain = {"sequence": redemption["sequence"], "hash": redemption["hash"]}
        return {
            **told,
            "redemption": {**{name: redemption[name] for name in SHOWN}, "chain": chain},
        }
    return {
        **told,
        **_reasons(json.loads(row["refusal_json"]), language),
        "bearer": row["bearer"],
    }
