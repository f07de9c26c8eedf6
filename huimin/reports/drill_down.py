"""The ledger rows behind a number of a report: a page of them, and what they add up to.

A month's rows are those that count in it, a range's those of its business days, exactly as the
report counts them, so that the sums under the list are the number that was clicked. Names are
masked. Pages are found by the last row of the page before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from huimin.core.identity import mask_name
from huimin.core.period import Period
from huimin.core.refusals import Refusal
from huimin.divisions.lives import lives_of
from huimin.ledger.groupings import GROUPINGS, TOTAL, Grouping
from huimin.reports import queries
from huimin.reports.figures import NOTHING, Figures
from huimin.reports.month_sums import month_sums
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import key_or_end
from huimin.storage.named_queries import either_way

KINDS = ("redemption", "reversal")
HASH_CHARACTERS = 16
SEPARATOR = "_"


@dataclass(frozen=True, slots=True)
class Behind:
    """Which rows: of a period, of one group (`key` of the grouping `by`), of one kind or all."""

    period: Period
    by: str = TOTAL
    key: str = ""
    kind: str | None = None

    @classmethod
    def from_address(cls, period: Period, by: str, key: str, kind: str) -> Self:
        """What an address asks for. Raises Refusal `not_found` for a grouping there is none of."""
        has_rows = by in GROUPINGS and GROUPINGS[by].report_place != "nowhere"
        if not has_rows or kind not in ("", *KINDS):
            raise Refusal("not_found")
        return cls(period, by, "" if by == TOTAL else key, kind or None)

    @property
    def grouping(self) -> Grouping:
        """How the group is chosen."""
        return GROUPINGS[self.by]

    def _group(self) -> dict[str, Any]:
        return {"by": self.grouping.column, "key": self.key, "kind": self.kind}

    def page(self, tx: Transaction, key: str, count: int, backwards: bool = False) -> list[Row]:
        """Up to `count` rows behind the one whose `place` is `key`, in the order of recording.

        With `backwards`, those before it, the nearest first.
        """
        key = key_or_end(key, backwards)
        if self.period.month:
            find = either_way(queries, "rows_of_month", backwards)
            place = {"month": self.period.month, "after": key}
        else:
            find = either_way(queries, "rows_of_days", backwards)
            day, _, row_id = key.partition(SEPARATOR)
            place = {**self._days(), "after_day": day, "after": row_id}
        rows = find(tx, row_limit=count, **place, **self._group())
        return [self._for_reader(row) for row in rows]

    def sums(self, tx: Transaction) -> Figures:
        """The figures of all the rows, as the report counts them: of a month from its roll-ups."""
        if not self.period.month:
            sums = queries.sums_of_rows_of_days(tx, **self.of_days())
            return Figures(cards_used=self._cards_of_days(tx), **sums)
        month = self.period.month
        group = {**self._group(), "kind": "reversal"}
        taken_back = Figures(**queries.reversals_of_month(tx, month=month, **group))
        if self.kind == "reversal":
            return taken_back
        whole = month_sums(tx, month).groups[self.by].get(self.key, NOTHING)
        return whole if self.kind is None else whole.without(taken_back)

    def cards_of_days(self, tx: Transaction) -> int:
        """How many different cards the rows of a range's redemptions have."""
        return int(queries.range_cards_counted(tx, **{**self.of_days(), "kind": "redemption"}))

    def _cards_of_days(self, tx: Transaction) -> int | None:
        if not self.grouping.cards:
            return None
        return 0 if self.kind == "reversal" else self.cards_of_days(tx)

    def of_days(self) -> dict[str, Any]:
        """The parameters that name the rows of the group in the period's business days."""
        return {**self._days(), **self._group()}

    def name(self, tx: Transaction) -> str:
        """What the group is called, or its key where that is a code."""
        if self.grouping.named == "division":
            names = lives_of(tx).names_over(self.period.first, self.period.last)
            return names.get(self.key, self.key)
        find = getattr(queries, f"{self.grouping.named}_name", None)
        return str((find and find(tx, key=self.key)) or self.key)

    def _days(self) -> dict[str, str]:
        return {"first": self.period.first.isoformat(), "last": self.period.last.isoformat()}

    def _for_reader(self, row: Mapping[str, Any]) -> Row:
        for_reader = dict(row)
        for_reader["name_masked"] = mask_name(for_reader.pop("holder_name"))
        for_reader["hash_prefix"] = for_reader["hash"][:HASH_CHARACTERS]
        # Where the next page begins: rows of days are in the order of days first.
        for_reader["place"] = (
            row["id"] if self.period.month else f"{row['business_day']}{SEPARATOR}{row['id']}"
        )
        return for_reader
