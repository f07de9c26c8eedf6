"""The changing code of a card, as the holder's phone would show it at the instance's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huimin.cards.changing_code import code_of
from huimin.instance import Instance


def make_code(instance: Instance, card: Mapping[str, Any], at: datetime | None = None) -> str:
    """Digits of the code of `card` now, or at that instant."""
    return code_of(card, instance.key_ring, at or instance.clock())
