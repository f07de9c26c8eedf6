"""What came of complaints, for everybody: by kind of outlet and month, without names.

A month is counted once, by the day's timer when it is over, and never changes after that: nothing
is counted for a visitor. Of fewer than five people, or where a merchant could be told
(dominance.py), months are joined with the next ones until there are enough, and kinds with others:
the rules of the month's figures (suppress.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from huimin.core.catalogue import text
from huimin.core.days import (
    county_day,
    county_start,
    instant_text,
    month_days,
    month_of,
    next_month,
    parse_instant,
)
from huimin.core.words import COMPLAINT_RESULTS, OUTLET_KINDS
from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome
from huimin.publication import queries
from huimin.publication.dominance import shortfall
from huimin.publication.suppress import PEOPLE_MIN, ways_to_join
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id
from huimin.storage.list_query import ListQuery


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


def publish_results(instance: Instance) -> Outcome:
    """The daily task: count the complaints of the months that are over and not yet published."""
    now = instance.clock()
    last: str | None = instance.engine.read(queries.last_month_of_results)
    groups = list(grouped(instance.engine.read(partial(_closed_after, last=last, now=now))))
    if not groups or not instance.engine.write(partial(_publish, groups, last, now)):
        return Outcome()
    return Outcome(done=[text("公布了截至 {month} 办结的投诉的结果。", month=groups[-1].months[1])])


def _publish(groups: Sequence[Results], last: str | None, now: datetime, tx: Transaction) -> bool:
    """Write them; False where another run has published meanwhile."""
    if queries.last_month_of_results(tx) != last:
        return False
    for group in groups:
        queries.insert_result(
            tx,
            id=new_id(),
            first_month=group.months[0],
            last_month=group.months[1],
            kinds=",".join(group.kinds),
            made_at=instant_text(now),
            **{result: group.counts.get(result, 0) for result in COMPLAINT_RESULTS},
        )
    return True


def _closed_after(tx: Transaction, *, last: str | None, now: datetime) -> list[Closed]:
    """Those closed after the last month that was published, in months that are over."""
    since = "" if last is None else _beginning(next_month(last))
    until = _beginning(month_of(county_day(now)))
    return _closed(queries.closed_complaints(tx, since=since, until=until))


def _closed(rows: Iterable[Row]) -> list[Closed]:
    return [
        Closed(
            month_of(county_day(parse_instant(row["closed_at"]))),
            *(row[name] for name in ("kind", "result", "holder_id", "merchant_id")),
        )
        for row in rows
    ]


def _beginning(month: str) -> str:
    return instant_text(county_start(month_days(month)[0]))


def _as_shown(row: Row) -> Row:
    total = sum(row[result] for result in COMPLAINT_RESULTS)
    return {**row, "kinds": row["kinds"].split(","), "total": total}


# The latest first; there are no filters.
results_before = ListQuery[Mapping[str, str]](queries, "results_before", for_reader=_as_shown)


def results_of_outlet(tx: Transaction, outlet_id: str, day: date) -> list[Results]:
    """How complaints about an outlet ended, for its manager, the latest first: periods as those of
    its score (scores.py), of months that are over on a day and five people or more.

    Nothing is said of those that are open: who complained has been at the till lately.
    """
    until = _beginning(month_of(day))
    rows = queries.closed_complaints_of_outlet(tx, outlet_id=outlet_id, until=until)
    periods = list(_in_periods(_closed(rows), _are_enough))
    return [_results(one, _months(one), (one[0].kind,)) for one in reversed(periods)]


def grouped(closed: Iterable[Closed]) -> Iterator[Results]:
    """Complaints, in the order of their months, in groups that may be shown; those of the last
    months wait while they are too few."""
    for period in _in_periods(closed, _may_be_shown):
        yield from _by_kind(period)


def _in_periods(
    closed: Iterable[Closed], is_enough: Callable[[Sequence[Closed]], bool]
) -> Iterator[list[Closed]]:
    """In months, each joined with the next ones until they are enough; the last ones may wait."""
    by_month: dict[str, list[Closed]] = {}
    for each in closed:
        by_month.setdefault(each.month, []).append(each)
    waiting: list[Closed] = []
    for month in sorted(by_month):
        waiting += by_month[month]
        if is_enough(waiting):
            yield waiting
            waiting = []


def _months(period: Sequence[Closed]) -> tuple[str, str]:
    return period[0].month, period[-1].month


def _results(closed: Sequence[Closed], months: tuple[str, str], kinds: tuple[str, ...]) -> Results:
    return Results(months, kinds, dict(Counter(each.result for each in closed)))


def _by_kind(closed: Sequence[Closed]) -> Iterator[Results]:
    """In as many groups of kinds as may be shown, with the fewest complaints in joined ones."""
    known = list(OUTLET_KINDS)
    kinds = sorted({each.kind for each in closed}, key=known.index)
    months = _months(closed)
    ways = [way for way in ways_to_join(kinds) if all(_may_be_shown(_of(closed, g)) for g in way)]
    best = min(ways, key=lambda way: (-len(way), _joined(closed, way)))
    for group in reversed(best):
        yield _results(_of(closed, group), months, group)


def _joined(closed: Sequence[Closed], way: Sequence[tuple[str, ...]]) -> int:
    return sum(len(_of(closed, group)) for group in way if len(group) > 1)


def _of(closed: Sequence[Closed], kinds: tuple[str, ...]) -> list[Closed]:
    return [each for each in closed if each.kind in kinds]


def _are_enough(closed: Sequence[Closed]) -> bool:
    return len({each.holder_id for each in closed}) >= PEOPLE_MIN


def _may_be_shown(closed: Sequence[Closed]) -> bool:
    of_merchants = Counter(each.merchant_id for each in closed)
    return _are_enough(closed) and shortfall(of_merchants.values()) <= 0
