"""Any range of days, summed from the ledger's rows by their business day.

The same figures by the same groupings as a month's roll-ups. Rows are read a day at a time through
the index of days and folded in one pass: it costs what the range holds, not what history holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from huimin.ledger.groupings import GROUPINGS, Grouping
from huimin.reports import queries
from huimin.reports.figures import ADDED_FIGURES, Figures
from huimin.reports.month_sums import DIVISION_COLUMNS, MonthSums
from huimin.storage.engine import Row, Transaction

# Groupings whose keys hang together (an outlet has one merchant, a village one town) are counted
# together: a row is put into one group of each line. A grouping that stands in none counts alone.
TOGETHER = (
    ("total", "outlet", "merchant", "kind"),
    ("town", "village"),
    ("eligibility", "presenter", "channel"),
    ("weekday", "hour", "adjusts_month"),
)


@dataclass(slots=True)
class _Group:
    """The sums of a group so far; amounts in fen."""

    redemptions: int = 0
    reversals: int = 0
    amount_fen: int = 0
    discount_fen: int = 0
    merchant_share_fen: int = 0
    government_share_fen: int = 0
    cards: set[str] = field(default_factory=set)

    def add(self, row: Row) -> None:
        """Count one ledger row."""
        if row["kind"] == "redemption":
            self.redemptions += 1
            self.cards.add(row["card_id"])
        else:
            self.reversals += 1
        self.amount_fen += row["amount_fen"]
        self.discount_fen += row["discount_fen"]
        self.merchant_share_fen += row["merchant_share_fen"]
        self.government_share_fen += row["government_share_fen"]

    def merge(self, other: _Group) -> None:
        """Take in another group."""
        for name in ADDED_FIGURES:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.cards |= other.cards

    def figures(self, with_cards: bool) -> Figures:
        """As a report shows them."""
        sums = {name: getattr(self, name) for name in ADDED_FIGURES}
        return Figures(cards_used=len(self.cards) if with_cards else None, **sums)


# Sums of days that were asked for lately, by the days and what tells that their rows are the same.
KEPT_MAX = 8
_kept: dict[tuple[Any, ...], MonthSums] = {}

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
    return MonthSums(
        {
            grouping.code: _folded(
                groups,
                place,
                grouping.cards,
                joined if grouping.column in DIVISION_COLUMNS else {},
            )
            for together, groups in counted
            for place, grouping in enumerate(together)
        }
    )


def _together() -> list[tuple[Grouping, ...]]:
    wanted = {code: each for code, each in GROUPINGS.items() if each.report_place != "nowhere"}
    joined = [tuple(wanted.pop(code) for code in codes) for codes in TOGETHER]
    return [*joined, *((grouping,) for grouping in wanted.values())]


def _add(rows: Iterable[Row], counted: Sequence[tuple[tuple[Grouping, ...], Groups]]) -> None:
    keys_of = [[grouping.key_of for grouping in together] for together, _ in counted]
    for row in rows:
        for (_, groups), functions in zip(counted, keys_of, strict=True):
            keys = tuple(key_of(row) for key_of in functions)
            if keys not in groups:
                groups[keys] = _Group()
            groups[keys].add(row)


def _folded(
    groups: Groups, place: int, with_cards: bool, joined: Mapping[str, str]
) -> dict[str, Figures]:
    folded: dict[str, _Group] = {}
    for keys, group in groups.items():
        key = keys[place]
        if key is not None:
            folded.setdefault(joined.get(key, key), _Group()).merge(group)
    return {key: group.figures(with_cards) for key, group in folded.items()}
