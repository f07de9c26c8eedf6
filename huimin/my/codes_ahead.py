"""The changing codes of the next minutes, for a phone that may lose its network for a while.

A code counts from a minute before its issue to two minutes after it (cards/changing_code.py), so a
few codes last through a shop without signal. They are half a minute apart, so that after each use
there is another one that a till takes already. The phone keeps them in memory alone; one that was
moved can show at most those that it had.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime, timedelta
from typing import Any

from huimin.cards.changing_code import STEP_SECONDS, code_of
from huimin.cards.find import card_by_id, require_usable
from huimin.cards.qr import code_modules
from huimin.core.days import county_day
from huimin.core.refusals import Refusal
from huimin.keys.key_ring import KeyRing
from huimin.storage.engine import Row, Transaction

CODES_AHEAD = 10
APART_SECONDS = STEP_SECONDS // 2


def card_with_codes(tx: Transaction, device: Mapping[str, Any], now: datetime) -> Row:
    """The card of that phone, if a till takes it now.

    Raises Refusal `my_phone_moved` when the card copy was replaced or revoked, since the phone went
    with it, and `my_code_unusable` for a card that can't be used now.
    """
    card = card_by_id(tx, device["card_id"])
    if card["state"] in ("replaced", "revoked"):
        raise Refusal("my_phone_moved")
    try:
        require_usable(card, county_day(now))
    except Refusal:
        raise Refusal("my_code_unusable") from None
    return card


def codes_ahead(
    card: Mapping[str, Any], key_ring: KeyRing, now: datetime, taken: Set[int]
) -> list[dict[str, Any]]:
    """CODES_AHEAD codes from now on: `shown_from` and `shown_until` in Unix seconds; the rows of
    the QR code from the top, each the bits of its modules (dark is 1) as a hexadecimal number, and
    the `size` of a row.

    `taken` are the seconds of codes that a till has already, by the page as it was opened before:
    the next second has another one.
    """
    codes = []
    for step in range(CODES_AHEAD):
        at = now + timedelta(seconds=step * APART_SECONDS)
        while int(at.timestamp()) in taken:
            at += timedelta(seconds=1)
        modules = code_modules(code_of(card, key_ring, at))
        begins = int(at.timestamp())
        codes.append(
            {
                "shown_from": begins,
                "shown_until": begins + STEP_SECONDS,
                "size": len(modules),
                "rows": [f"{_number(row):x}" for row in modules],
            }
        )
    return codes


def _number(row: list[bool]) -> int:
    return int("".join("1" if dark else "0" for dark in row), 2)
