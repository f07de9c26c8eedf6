"""A policy's terms for tills without network: for how long, how much discount, at whose risk.

They are separate from the terms of a quote: they limit what a till can promise by itself, and say
who bears a discount that can't be entered afterwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Bearer = Literal["merchant", "government"]

OFFLINE_HOURS_MAX = 168
CLOCK_MINUTES, CLOCK_MINUTES_MAX = 2, 30
SEND_DAYS, SEND_DAYS_MAX = 31, 92
TWO_PEOPLE_FEN = 10_000


@dataclass(frozen=True, slots=True)
class OfflineTerms:
    """A pack's validity in hours, and the caps on the discount (in fen) given under one pack.

    A till's clock may be off by `clock_minutes`. A sale that is sent more than `send_days` after it
    was made waits for people to decide; above a discount of `two_people_fen`, two of them.
    """

    hours: int
    cap_redemption_fen: int
    cap_card_fen: int
    cap_terminal_fen: int
    bearer: Bearer
    changing_code: bool
    clock_minutes: int = CLOCK_MINUTES
    send_days: int = SEND_DAYS
    two_people_fen: int = TWO_PEOPLE_FEN

    @property
    def clock_tolerance(self) -> timedelta:
        """How far a till's clock may be off, after it was compared with the server's."""
        return timedelta(minutes=self.clock_minutes)

    @property
    def validity(self) -> timedelta:
        """For how long a pack counts after it was made."""
        return timedelta(hours=self.hours)


def most_unseen_fen(terms: OfflineTerms, days: int) -> int:
    """The most discount that one terminal can have entered in so many days by false offline sales
    before a person looks at any of them.

    Within any stretch as long as a pack's validity, sales are entered by themselves up to the
    terminal's cap and no further, whatever the till says and however many packs it takes; what is
    beyond waits for people (checkout/offline/doubts.py).
    """
    return terms.cap_terminal_fen * math.ceil(24 * days / terms.hours)


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
