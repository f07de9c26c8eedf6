"""A county to measure: as many cards as sales, so that none is busier than in life.

A card that is shown again and again on one day raises an alert, and its counters are hot.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from huimin.access.terminal_keys import terminal_of_key
from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy

OUTLETS = 8
TILLS = 64


@dataclass
class Till:
    """A terminal with its key, and the cards that are shown at it: (token, holder's id)."""

    terminal: dict[str, Any]
    key: str
    cards: list[tuple[str, str]]

    def token(self, number: int) -> str:
        return self.cards[number // TILLS % len(self.cards)][0]

    def holder(self, number: int) -> str:
        return self.cards[number // TILLS % len(self.cards)][1]


def build_county(instance: Instance, card_count: int) -> list[Till]:
    """Tills of several outlets; each card is shown at one of them."""
    make_policy(instance)

    def card_of_somebody(_number: int) -> tuple[str, str]:
        holder = make_holder(instance)
        return make_card(instance, holder)["token"], holder["id"]

    with ThreadPoolExecutor(TILLS) as pool:  # so that one commit serves many
        cards = list(pool.map(card_of_somebody, range(card_count)))
    # Open at all hours, so that no rule about closed shops depends on when it is measured.
    outlets = [make_outlet(instance, opening_hours="24 小时") for _ in range(OUTLETS)]
    tills = []
    for number in range(TILLS):
        _, key = make_terminal(instance, outlets[number % OUTLETS])
        terminal = instance.engine.read(lambda tx, key=key: terminal_of_key(tx, key))
        tills.append(Till(terminal, key, cards[number::TILLS]))
    return tills
