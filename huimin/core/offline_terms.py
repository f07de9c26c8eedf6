"""A policy's terms for tills without network: for how long, how much discount, at whose risk.

They are separate from the terms of a quote: they limit what a till can promise by itself, and say
who bears a discount that can't be entered afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Bearer = Literal["merchant", "government"]

OFFLINE_HOURS_MAX = 168


@dataclass(frozen=True, slots=True)
class OfflineTerms:
    """A pack's validity in hours, and the caps on the discount (in fen) given under one pack."""

    hours: int
    cap_redemption_fen: int
    cap_card_fen: int
    cap_terminal_fen: int
    bearer: Bearer
    changing_code: bool


@dataclass(frozen=True, slots=True)
class OfflineRoom:
    """The discount in fen that the offline caps have left for one sale."""

    redemption_fen: int
    card_fen: int
    terminal_fen: int


def room_left(terms: OfflineTerms, *, card_used_fen: int, terminal_used_fen: int) -> OfflineRoom:
    """What is left after the discounts given under the same pack, to this card and in total."""
    return OfflineRoom(
        redemption_fen=terms.cap_redemption_fen,
        card_fen=max(terms.cap_card_fen - card_used_fen, 0),
        terminal_fen=max(terms.cap_terminal_fen - terminal_used_fen, 0),
    )
