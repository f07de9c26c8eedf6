"""What a report counts beside the sums: cards, silent outlets, claims and alerts.

Each is one statement over its own table by an index. A card counts by its days (issued, ended,
expires, first used), so that the same period always gives the same count; that a card was suspended
for a while does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from huimin.core.days import county_start, instant_text
from huimin.core.money import BASIS_POINTS, half_up
from huimin.core.period import Period
from huimin.reports import queries
from huimin.storage.engine import Transaction

AGAINST = ("previous", "last_year")
Counts = TypeVar("Counts")


@dataclass(frozen=True)
class CardCounts:
    """Cards: issued in the period; valid at the end of its last day (or today); of those valid,
    how many had never been used by then."""

    day: str
    new: int = 0
    valid: int = 0
    never_used: int = 0


@dataclass(frozen=True)
class SilentOutlet:
    """An outlet that takes part and had no redemption in the period."""

    key: str
    name: str
    kind: str
    division_code: str
    merchant_name: str


@dataclass(frozen=True)
class ClaimCounts:
    """Claims of missed discounts that were submitted, approved and rejected in the period, and
    those that waited at its end."""

    submitted: int = 0
    approved: int = 0
    rejected: int = 0
    open: int = 0


@dataclass(frozen=True)
class AlertCounts:
    """Alerts about the period's days, and how many of them have been looked at."""

    found: int = 0
    looked_at: int = 0


@dataclass(frozen=True)
class OfflineCounts:
    """Redemptions that a till without network gave and sent later, and what part of all of them
    they are, in basis points; None when there were none at all."""

    redemptions: int
    share_bp: int | None


def card_counts(tx: Transaction, periods: tuple[Period, ...], today: date) -> list[CardCounts]:
    """The cards of each period, as they were at its end; a period ends today at the latest."""
    counted = (days_of_cards(period, today) for period in periods)
    return [CardCounts(days["day"], **queries.cards_counted(tx, **days)) for days in counted]


def days_of_cards(period: Period, today: date) -> dict[str, str]:
    """The first day of a period, and the day at whose end its cards are counted."""
    return {"first": period.first.isoformat(), "day": min(period.last, today).isoformat()}


def claim_counts(tx: Transaction, period: Period) -> ClaimCounts:
    """The claims of a period; a claim belongs to the days on which it was sent and decided."""
    return ClaimCounts(**queries.claims_counted(tx, **instants_of(period)))


def alert_counts(tx: Transaction, period: Period) -> AlertCounts:
    """The alerts about the business days of a period."""
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    return AlertCounts(**queries.alerts_counted(tx, **days))


def offline_counts(late: int, all_of_them: int) -> OfflineCounts:
    """Of a period's redemptions those that came later."""
    return OfflineCounts(late, half_up(late * BASIS_POINTS, all_of_them) if all_of_them else None)


def with_earlier(counts: Sequence[ClaimCounts | AlertCounts | OfflineCounts]) -> dict[str, Any]:
    """For JSON: the counts of the period, and under AGAINST's names those of the earlier ones."""
    now, *earlier = map(asdict, counts)
    return {**now, **dict(zip(AGAINST, earlier, strict=False))}


def earlier_read(kind: type[Counts], signed: Mapping[str, Any]) -> tuple[Counts, ...]:
    """What with_earlier gave."""
    now = {name: value for name, value in signed.items() if name not in AGAINST}
    return tuple(
        kind(**each) for each in (now, *(signed[name] for name in AGAINST if name in signed))
    )


def instants_of(period: Period) -> dict[str, str]:
    """When a period's first day begins, and when the day after its last one does."""
    return {
        "start": instant_text(county_start(period.first)),
        "end": instant_text(county_start(period.last + timedelta(days=1))),
    }
