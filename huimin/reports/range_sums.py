"""Any range of days, summed from the ledger's rows by their business day.

The same figures by the same groupings as a month's roll-ups. Rows are read a day at a time through
the index of days and folded in one pass: it costs what the range holds, not what history holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

from huimin.ledger.groupings import GROUPINGS, TOTAL, Grouping
from huimin.reports import queries
from huimin.reports.figures import ADDED_FIGURES, Figures
from huimin.reports.month_sums import DIVISION_COLUMNS, MonthSums
from huimin.storage.engine import Row, Transaction

# Groupings whose keys hang together (an outlet has one merchant, a village one town) are counted
# together: a row is put into one group of each line. A grouping that stands in none counts alone.
TOGETHER = (
    ("outlet", "merchant", "kind"),
    ("town", "village"),
    ("eligibility", "presenter", "channel"),
    ("weekday", "hour", "adjusts_month"),
)
# The line whose groups together are the whole, because it has the fewest that count cards.
TOTAL_OF = 2


@dataclass(slots=True)
class _Group:
    """The sums of a group so far: redemptions, reversals and four amounts in fen, in the order of
    ADDED_FIGURES, and its cards."""

    sums: list[int] = field(default_factory=lambda: [0] * len(ADDED_FIGURES))
    cards: set[str] = field(default_factory=set)

    def merge(self, other: _Group) -> None:
        """Take in another group."""
        self.sums = [one + more for one, more in zip(self.sums, other.sums, strict=True)]
        self.cards |= other.cards

    def figures(self, with_cards: bool) -> Figures:
        """As a report shows them."""
        sums = dict(zip(ADDED_FIGURES, self.sums, strict=True))
        return Figures(cards_used=len(self.cards) if with_cards else None, **sums)


# Sums of days that were asked for lately, by the days and what tells that their rows are the same.
KEPT_MAX = 8
_kept: dict[tuple[Any, ...], MonthSums] = {}

_AMOUNTS = itemgetter(*ADDED_FIGURES[2:])
Groups = dict[tuple[str | None, ...], _Group]


def range_sums(
    tx: Transaction, first: date, last: date, joined: Mapping[str, str] | None = None
) -> MonthSums:
    """The sums of the days from `first` to `last`, both included, by every grouping.

    `joined`: a division's code → the one under which its figures are counted. Rows are only ever
    added, so that days with as many rows as before, and the same newest one, have the same sums.
    """
    days = {"first": first.isoformat(), "last": last.isoformat()}
    rows = queries.rows_within(tx, **days)
    key = (*days.values(), *rows.values(), tuple(sorted((joined or {}).items())))
    sums = _kept.get(key)
    if sums is None:
        sums = _summed(tx, first, last, joined or {})
        for oldest in list(_kept)[: max(0, len(_kept) + 1 - KEPT_MAX)]:
            _kept.pop(oldest, None)
        _kept[key] = sums
    return sums


def _summed(tx: Transaction, first: date, last: date, joined: Mapping[str, str]) -> MonthSums:
    counted = [(together, Groups()) for together in _together()]
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        _add(queries.range_rows_of_day(tx, day=day.isoformat()), counted)
    sums = {
        grouping.code: _folded(
            groups,
            place,
            grouping.cards,
            joined if grouping.column in DIVISION_COLUMNS else {},
        )
        for together, groups in counted
        for place, grouping in enumerate(together)
    }
    whole = _Group()
    for group in counted[TOTAL_OF][1].values():
        whole.merge(group)
    return MonthSums({TOTAL: {"": whole.figures(True)} if counted[TOTAL_OF][1] else {}, **sums})


def _together() -> list[tuple[Grouping, ...]]:
    wanted = {
        code: each
        for code, each in GROUPINGS.items()
        if each.report_place != "nowhere" and code != TOTAL
    }
    joined = [tuple(wanted.pop(code) for code in codes) for codes in TOGETHER]
    return [*joined, *((grouping,) for grouping in wanted.values())]


def _add(rows: Iterable[Row], counted: Sequence[tuple[tuple[Grouping, ...], Groups]]) -> None:
    """Count the rows. A month of a busy county has a hundred thousand, so that each is touched as
    seldom as can be."""
    lines = [
        (_keys_of(together), groups, any(grouping.cards for grouping in together))
        for together, groups in counted
    ]
    for row in rows:
        redemption, card = row["kind"] == "redemption", row["card_id"]
        amount, discount, merchant, government = _AMOUNTS(row)
        for keys_of, groups, with_cards in lines:
            keys = keys_of(row)
            group = groups.get(keys)
            if group is None:
                group = groups[keys] = _Group()
            sums = group.sums
            sums[0 if redemption else 1] += 1
            sums[2] += amount
            sums[3] += discount
            sums[4] += merchant
            sums[5] += government
            if redemption and with_cards:
                group.cards.add(card)


def _keys_of(together: tuple[Grouping, ...]) -> Callable[[Row], tuple[str | None, ...]]:
    """Gives a row's key in each of the groupings."""
    if len(together) > 1 and all(grouping.key is None for grouping in together):
        return itemgetter(*(grouping.column for grouping in together))
    functions = [grouping.key_of for grouping in together]
    return lambda row: tuple([key_of(row) for key_of in functions])


def _folded(
    groups: Groups, place: int, with_cards: bool, joined: Mapping[str, str]
) -> dict[str, Figures]:
    folded: dict[str, _Group] = {}
    for keys, group in groups.items():
        key = keys[place]
        if key is not None:
            folded.setdefault(joined.get(key, key), _Group()).merge(group)
    return {key: group.figures(with_cards) for key, group in folded.items()}
