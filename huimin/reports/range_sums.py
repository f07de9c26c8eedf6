"""Any range of days, summed from the ledger's rows by their business day.

The same figures by the same groupings as a month's roll-ups. Rows are read a day at a time through
the index of days and folded in one pass: it costs what the range holds, not what history holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import itemgetter

from huimin.core.days import COUNTY_ZONE
from huimin.reports import queries
from huimin.reports.figures import ADDED_FIGURES, Figures, Row
from huimin.reports.month_sums import CARD_DIMENSIONS, MonthSums
from huimin.storage.engine import Transaction

# Groupings whose keys hang together (an outlet has one merchant, a village one town): a row is put
# into one group of each, and the groupings are folded from those groups. Grouping → column;
# hour and weekday are made from other columns.
TOGETHER: tuple[Mapping[str, str], ...] = (
    {"outlet": "outlet_id", "merchant": "merchant_id", "kind": "outlet_kind"},
    {"town": "town_code", "village": "division_code"},
    {"eligibility": "eligibility", "presenter": "presenter_kind", "channel": "channel"},
    {"weekday": "weekday", "hour": "hour", "adjusts_month": "adjusts_month"},
)
COUNTY_HOURS = int(COUNTY_ZONE.utcoffset(None).total_seconds()) // 3_600
HOUR_PLACES = slice(11, 13)


@dataclass(slots=True)
class _Group:
    """What a group has so far; amounts in fen."""

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
        return Figures(
            redemptions=self.redemptions,
            reversals=self.reversals,
            cards_used=len(self.cards) if with_cards else None,
            amount_fen=self.amount_fen,
            discount_fen=self.discount_fen,
            merchant_share_fen=self.merchant_share_fen,
            government_share_fen=self.government_share_fen,
        )


Groups = dict[tuple[str | None, ...], _Group]


def range_sums(tx: Transaction, first: date, last: date) -> MonthSums:
    """The sums of the days from `first` to `last`, both included, by every grouping."""
    found: list[Groups] = [{} for _ in TOGETHER]
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        _add(queries.range_rows_of_day(tx, day=day.isoformat()), day, found)
    total = _Group()
    for group in found[0].values():
        total.merge(group)
    folded = {
        grouping: _folded(groups, place, grouping in CARD_DIMENSIONS)
        for together, groups in zip(TOGETHER, found, strict=True)
        for place, grouping in enumerate(together)
    }
    return MonthSums(total.figures(True), folded)


def _add(rows: Iterable[Row], day: date, found: Sequence[Groups]) -> None:
    weekday = str(day.isoweekday())
    keys_of = [itemgetter(*together.values()) for together in TOGETHER]
    for row in rows:
        # An instant is UTC text, and the county's zone is a whole number of hours ahead.
        row["hour"] = str((int(row["occurred_at"][HOUR_PLACES]) + COUNTY_HOURS) % 24)
        row["weekday"] = weekday
        for groups, key_of in zip(found, keys_of, strict=True):
            keys = key_of(row)
            if keys not in groups:
                groups[keys] = _Group()
            groups[keys].add(row)


def _folded(groups: Groups, place: int, with_cards: bool) -> dict[str, Figures]:
    folded: dict[str, _Group] = {}
    for keys, group in groups.items():
        key = keys[place]
        if key is not None:
            folded.setdefault(key, _Group()).merge(group)
    return {key: group.figures(with_cards) for key, group in folded.items()}
