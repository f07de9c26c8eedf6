"""What tills were refused in the last days, so that the office has something to look into: cards
that are not taken any more, and somebody who typed one card number after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from huimin.audit.refused_attempts import RefusedAttempt, RefusedAttempts
from huimin.checkout.redeem import redeem
from huimin.checkout.requests import RedemptionRequest
from huimin.core.days import COUNTY_ZONE
from huimin.core.kept_refusal import KeptRefusal
from huimin.core.refusals import Refusal
from huimin.demo.county import County
from huimin.demo.stories import LOST, NOT_ENTITLED, SUSPENDED


@dataclass(frozen=True)
class Refused:
    """A sale in vain: how many days ago, when, by which customer, at which till, how much."""

    days_ago: int
    at: str
    customer: int
    till: int
    amount_fen: int


REFUSED = (
    Refused(6, "09:32", LOST[0], 2, 6_780),
    Refused(4, "10:15", NOT_ENTITLED[0], 0, 12_350),
    Refused(2, "16:40", NOT_ENTITLED[1], 5, 3_990),
    Refused(1, "11:05", SUSPENDED[0], 3, 8_200),
)
# Typed numbers that do not exist, half a minute apart.
GUESSES, GUESSED_DAYS_AGO, GUESSED_FROM, GUESSED_AT_TILL = 12, 3, "15:20", 4
APART = timedelta(seconds=30)


def try_in_vain(county: County, days: Sequence[date]) -> None:
    """Try the sales and the numbers, and put their refusals on record as a till does."""
    attempts: list[tuple[datetime, Callable[[], None]]] = []
    for number, sale in enumerate(REFUSED):
        if sale.customer < len(county.customers):
            at = _instant(days, sale.days_ago, sale.at)
            attempts.append((at, partial(_try_sale, county, sale, at, number)))
    first = _instant(days, GUESSED_DAYS_AGO, GUESSED_FROM)
    for at in (first + count * APART for count in range(GUESSES)):
        guess = partial(_note, county, GUESSED_AT_TILL, "verify", "card_unknown", at, typed=True)
        attempts.append((at, guess))
    for _at, try_it in sorted(attempts, key=lambda attempt: attempt[0]):
        try_it()
    county.instance.part(RefusedAttempts).flush()


def _try_sale(county: County, sale: Refused, at: datetime, number: int) -> None:
    customer, terminal = county.customers[sale.customer], county.tills[sale.till].terminal
    request = RedemptionRequest(
        card=customer.checked,
        amount_fen=sale.amount_fen,
        order_no=f"{terminal['terminal_code']}-R{number + 1}",
        presented_by=customer.presenters[0],
        identity_checked=True,
    )
    try:
        county.instance.engine.write(lambda tx: redeem(tx, request, terminal=terminal, now=at))
    except Refusal as refusal:
        bought = {"card": request.card, "order_no": request.order_no}
        _note(
            county,
            sale.till,
            "redeem",
            refusal.code,
            at,
            amount_fen=sale.amount_fen,
            **bought,
        )


def _note(county: County, till: int, act: str, code: str, at: datetime, **details: object) -> None:
    terminal = county.tills[till].terminal
    county.instance.part(RefusedAttempts).note(
        RefusedAttempt(
            act=act,
            refusal=KeptRefusal(code),
            terminal_id=terminal["terminal_id"],
            outlet_id=terminal["outlet_id"],
            at=at,
            **details,  # type: ignore[arg-type]
        )
    )


def _instant(days: Sequence[date], days_ago: int, at: str) -> datetime:
    day = days[-1] - timedelta(days=days_ago)
    return datetime.combine(day, time.fromisoformat(at), COUNTY_ZONE)
