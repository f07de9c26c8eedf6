"""A county to measure: many cards and tills, so that no counter or chain is busier than in life."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from huimin.cards.token import token_of
from huimin.house import House
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy

CARDS = 1_000
TILLS = 64


@dataclass
class Till:
    """A terminal with its key, and the cards that are shown at it."""

    terminal: dict[str, Any]
    key: str
    cards: list[tuple[str, str]] = field(default_factory=list)

    def token(self, number: int) -> str:
        return self.cards[number % len(self.cards)][0]

    def holder(self, number: int) -> str:
        return self.cards[number % len(self.cards)][1]
