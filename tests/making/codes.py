"""The changing code of a card, as the holder's phone would show it at the house's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huimin.cards.changing_code import code_of
from huimin.house import House


def make_code(house: House, card: Mapping[str, Any], at: datetime | None = None) -> str:
    """Digits of the code of `card` now, or at that instant."""
    return code_of(card, house.key_ring, at or house.clock())
