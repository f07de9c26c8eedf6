"""A county to measure: many cards and tills, so that no counter or chain is busier than in life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from huimin.access.terminal_keys import terminal_of_key
from huimin.house import House
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy

CARDS = 1_000
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


def build_county(house: House) -> list[Till]:
    """Tills of several outlets; each card is shown at one of them."""
    make_policy(house)
    holders = [make_holder(house) for _ in range(CARDS)]
    cards = [(make_card(house, holder)["token"], holder["id"]) for holder in holders]
    # Open at all hours, so that no rule about closed shops depends on when it is measured.
    outlets = [make_outlet(house, opening_hours="24 小时") for _ in range(OUTLETS)]
    tills = []
    for number in range(TILLS):
        _, key = make_terminal(house, outlets[number % OUTLETS])
        terminal = house.engine.read(lambda tx, key=key: terminal_of_key(tx, key))
        tills.append(Till(terminal, key, cards[number::TILLS]))
    return tills
