"""All that the server knows about a waiting sale, for whoever decides on it; nothing is written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from huimin.cards.events import events_of_card
from huimin.cards.find import card_state_at
from huimin.checkout import queries
from huimin.core.days import parse_instant
from huimin.core.json_text import read_json
from huimin.storage.engine import Row, Transaction

ROWS_MAX = 20


def facts_of(tx: Transaction, sale: Row) -> dict[str, Any]:
    """The facts beside a waiting sale (a row of `waiting_sale`).

    `pack` is the one that the sale names, `packs` those the terminal was given from then until the
    sale came; `answers` what the terminal was answered about the card since; `card_then` and
    `card_in_pack` the card's states; `same_day` what the holder got anywhere on that day; `delay`
    the time from the sale until it came.
    """
    pack = read_json(sale["evidence_json"])["pack"]
    occurred_at, recorded_at = (
        parse_instant(sale["occurred_at"]),
        parse_instant(sale["recorded_at"]),
    )
    card = {"id": sale["card_id"], "expires_on": sale["expires_on"]}
    till = {"terminal_id": sale["terminal_id"], "row_limit": ROWS_MAX, "since": pack["issued_at"]}
    return {
        "pack": pack,
        "packs": list(queries.waiting_facts_packs(tx, until=sale["recorded_at"], **till)),
        "answers": list(queries.waiting_facts_answers(tx, card_id=sale["card_id"], **till)),
        "card_then": card_state_at(tx, card, occurred_at),
        "card_in_pack": card_state_at(tx, card, parse_instant(pack["issued_at"])),
        "card_events": events_of_card(tx, sale["card_id"]),
        "same_day": list(
            queries.waiting_facts_holder_day(
                tx, holder_id=sale["holder_id"], day=sale["business_day"]
            )
        ),
        "till": queries.waiting_facts_till(tx, terminal_id=sale["terminal_id"]),
        "delay": max(recorded_at - occurred_at, timedelta()),
        "items": read_json(sale["purchase_json"])["items"],
        "presented_by": read_json(sale["purchase_json"])["presented_by"],
        "shop_order_no": read_json(sale["purchase_json"])["shop_order_no"],
        "decisions": list(queries.decisions_of(tx, sale_id=sale["id"])),
    }
