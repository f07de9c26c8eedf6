"""The claims behind a number of a report: sent, decided, or still waiting at the period's end.

Found by the same conditions as they are counted by. Names are masked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from huimin.core.identity import mask_name
from huimin.core.period import Period
from huimin.core.refusals import Refusal
from huimin.reports import queries
from huimin.reports.counts import claim_counts, instants_of
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import key_or_end
from huimin.storage.named_queries import either_way

COUNTED = ("submitted", "approved", "rejected", "open")


@dataclass(frozen=True, slots=True)
class ClaimsBehind:
    """Which claims: one of COUNTED, of a period."""

    period: Period
    of: str

    @classmethod
    def from_address(cls, period: Period, of: str) -> Self:
        """What an address asks for. Raises Refusal `not_found` for what is not counted."""
        if of not in COUNTED:
            raise Refusal("not_found")
        return cls(period, of)

    def page(self, tx: Transaction, key: str, count: int, backwards: bool = False) -> list[Row]:
        """Up to `count` claims behind the id `key`, the first that was sent first.

        With `backwards`, those before it, the nearest first.
        """
        key = key_or_end(key, backwards)
        rows = either_way(queries, "claims_of_period", backwards)(
            tx, of=self.of, after=key, row_limit=count, **instants_of(self.period)
        )
        return [{**row, "name_masked": _masked(row)} for row in rows]

    def count(self, tx: Transaction) -> int:
        """How many there are."""
        return int(getattr(claim_counts(tx, self.period), self.of))


def _masked(row: Row) -> str:
    return "—" if row["erased_at"] else mask_name(row["holder_name"])
