"""What came of complaints, for everybody: by kind of outlet and month, without names.

A month is listed when it is over and never changes after that. Of fewer than five people, or where
a merchant could be told (dominance.py), months are joined with the next ones until there are
enough, and kinds with others: the rules of the month's figures (suppress.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from huimin.core.days import county_day, month_of, parse_instant
from huimin.core.words import OUTLET_KINDS
from huimin.publication import queries
from huimin.publication.dominance import shortfall
from huimin.publication.suppress import PEOPLE_MIN, ways_to_join
from huimin.storage.engine import Transaction


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed complaint: month of its result, kind, who and which merchant (never shown)."""

    month: str
    kind: str
    result: str
    holder_id: str
    merchant_id: str


@dataclass(frozen=True, slots=True)
class Results:
    """How complaints of some months about some kinds of outlets ended: result → how many."""

    months: tuple[str, str]
    kinds: tuple[str, ...]
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """How many there were."""
        return sum(self.counts.values())


def published_results(tx: Transaction, now: datetime) -> list[Results]:
    """All that may be shown, the latest first."""
    this_month = month_of(county_day(now))
    closed = [
        Closed(
            month_of(county_day(parse_instant(row["closed_at"]))),
            *(row[name] for name in ("kind", "result", "holder_id", "merchant_id")),
        )
        for row in queries.closed_complaints(tx)
    ]
    groups = list(grouped(each for each in closed if each.month < this_month))
    return groups[::-1]


def grouped(closed: Iterable[Closed]) -> Iterator[Results]:
    """Complaints, in the order of their months, in groups that may be shown; those of the last
    months wait while they are too few."""
    by_month: dict[str, list[Closed]] = {}
    for each in closed:
        by_month.setdefault(each.month, []).append(each)
    waiting: list[Closed] = []
    for month in sorted(by_month):
        waiting += by_month[month]
        if _may_be_shown(waiting):
            yield from _by_kind(waiting)
            waiting = []


def _by_kind(closed: Sequence[Closed]) -> Iterator[Results]:
    """In as many groups of kinds as may be shown, with the fewest complaints in joined ones."""
    known = list(OUTLET_KINDS)
    kinds = sorted({each.kind for each in closed}, key=known.index)
    months = (closed[0].month, closed[-1].month)
    ways = [way for way in ways_to_join(kinds) if all(_may_be_shown(_of(closed, g)) for g in way)]
    best = min(ways, key=lambda way: (-len(way), _joined(closed, way)))
    for group in reversed(best):
        yield Results(months, group, dict(Counter(each.result for each in _of(closed, group))))


def _joined(closed: Sequence[Closed], way: Sequence[tuple[str, ...]]) -> int:
    return sum(len(_of(closed, group)) for group in way if len(group) > 1)


def _of(closed: Sequence[Closed], kinds: tuple[str, ...]) -> list[Closed]:
    return [each for each in closed if each.kind in kinds]


def _may_be_shown(closed: Sequence[Closed]) -> bool:
    people = len({each.holder_id for each in closed})
    of_merchants = Counter(each.merchant_id for each in closed)
    return people >= PEOPLE_MIN and shortfall(of_merchants.values()) <= 0
