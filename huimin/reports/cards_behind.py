"""The cards behind a number of a report: new, valid and never used ones, and those that were used.

Counted by the same statements and roll-ups as the report, so that a list is as long as the number
that was clicked. Names are masked; a card is shown as it is now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from huimin.cards.card_list import card_rows
from huimin.core.period import Period
from huimin.core.refusals import Refusal
from huimin.ledger.groupings import TOTAL
from huimin.reports import queries
from huimin.reports.counts import days_of_cards
from huimin.reports.drill_down import SEPARATOR, Behind
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import key_or_end
from huimin.storage.named_queries import either_way

COUNTED = ("new", "valid", "never_used")
USED = "used"
LINE_END = "\n"
# So many cards of a range are looked for among its rows; more, among all cards.
FEW = 10_000


@dataclass(frozen=True, slots=True)
class CardsBehind:
    """Which cards: `of` COUNTED at the period's end (today at the latest), or USED in it for a
    redemption of one group."""

    of: str
    behind: Behind
    today: date

    @classmethod
    def from_address(cls, period: Period, of: str, by: str, key: str, *, today: date) -> Self:
        """What an address asks for. Raises Refusal `not_found` for what has no count of cards."""
        behind = Behind.from_address(period, by, key, "redemption")
        counted = behind.grouping.cards if of == USED else of in COUNTED and by == TOTAL
        if not counted:
            raise Refusal("not_found")
        return cls(of, behind, today)

    @property
    def period(self) -> Period:
        """The report's."""
        return self.behind.period

    @property
    def days(self) -> dict[str, str]:
        """The first day, and the day at whose end cards are counted."""
        return days_of_cards(self.period, self.today)

    def page(
        self, tx: Transaction, key: str, count: int, backwards: bool = False, *, of: int = 0
    ) -> list[Row]:
        """Up to `count` places of cards behind the place `key`, the earliest issued first.

        With `backwards`, those before it, the nearest first. `of` is how many there are, where that
        is known: many are found in another way than few.
        """
        name, parameters = self._statement(key_or_end(key, backwards), of)
        rows = either_way(queries, name, backwards)(tx, row_limit=count, **parameters)
        return [dict(row) for row in rows]

    def count(self, tx: Transaction) -> int:
        """How many there are."""
        if self.of != USED:
            return int(queries.cards_counted(tx, **self.days)[self.of])
        if self.period.month is None:
            return self.behind.cards_of_days(tx)
        group = {"dimension": self.behind.grouping.column, "key": self.behind.key}
        return int(queries.cards_of_group(tx, month=self.period.month, **group) or 0)

    def _statement(self, key: str, of: int) -> tuple[str, dict[str, Any]]:
        """The statement that finds them, and its parameters."""
        if self.of == "new":
            day, _, card_id = key.partition(SEPARATOR)
            return "cards_new", {**self.days, "after_day": day, "after": card_id}
        if self.of != USED:
            return f"cards_{self.of}", {"day": self.days["day"], "after": key}
        if self.period.month is None:
            name = "range_cards_walked" if of > FEW else "range_cards_used"
            return name, {**self.behind.of_days(), "after": key}
        line = f"{LINE_END}{self.behind.grouping.column}={self.behind.key}{LINE_END}"
        parameters = {"month": self.period.month, "line": line, "line_end": LINE_END, "after": key}
        return "cards_used_in_month", parameters


def shown_cards(tx: Transaction, places: list[Row]) -> list[Row]:
    """The cards at those places as a list shows them, with name_masked."""
    return card_rows(tx, [row["id"] for row in places])
