"""What a report counts: the figures of a group, beside those of two earlier months.

Plain values. Amounts are fen, net of reversals; a change is a difference of two figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from huimin.core.money import BASIS_POINTS, half_up
from huimin.storage.engine import Row


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was counted. Amounts in fen, net of reversals; cards are distinct cards, None where
    they are not counted by group (hours, weekdays, channels)."""

    redemptions: int = 0
    reversals: int = 0
    cards_used: int | None = 0
    amount_fen: int = 0
    discount_fen: int = 0
    merchant_share_fen: int = 0
    government_share_fen: int = 0

    @property
    def rows(self) -> int:
        """How many ledger rows were counted."""
        return self.redemptions + self.reversals

    def without(self, other: Figures) -> Figures:
        """These less those of some of the same rows that are no redemptions: the cards stay."""
        rest = {name: getattr(self, name) - getattr(other, name) for name in ADDED_FIGURES}
        return Figures(cards_used=self.cards_used, **rest)

    @property
    def payable_fen(self) -> int:
        """What the customers paid, in fen."""
        return self.amount_fen - self.discount_fen


FIGURES = tuple(field.name for field in fields(Figures))
ADDED_FIGURES = tuple(name for name in FIGURES if name != "cards_used")
NOTHING = Figures()


def added(parts: Iterable[Figures], cards_used: int | None) -> Figures:
    """The sum of figures; cards don't add up, so they are given."""
    sums = dict.fromkeys(ADDED_FIGURES, 0)
    for part in parts:
        for name in ADDED_FIGURES:
            sums[name] += getattr(part, name)
    return Figures(cards_used=cards_used, **sums)


@dataclass(frozen=True, kw_only=True)
class ReportRow(Figures):
    """One group. `key` is the outlet's or merchant's id, the kind, the division's code, …;
    `previous` is the month before, `last_year` the same month a year before."""

    key: str
    name: str
    previous: Figures = NOTHING
    last_year: Figures = NOTHING

    def change(self, figure: str, against: str = "previous") -> int | None:
        """How much more than in the month before: in fen for an amount, else a count."""
        now, before = getattr(self, figure), getattr(getattr(self, against), figure)
        return None if now is None or before is None else int(now) - int(before)

    def change_bp(self, figure: str, against: str = "previous") -> int | None:
        """The same in basis points of what it was; None when that was nothing, or less."""
        before, by = getattr(getattr(self, against), figure), self.change(figure, against)
        if by is None or before is None or before <= 0:
            return None
        return half_up(by * BASIS_POINTS, before)

    @property
    def discount_change_fen(self) -> int:
        """How much more discount than in the month before, in fen."""
        return self.discount_fen - self.previous.discount_fen

    @property
    def discount_change_bp(self) -> int | None:
        """The same in basis points of the month before; None when there was none, or less."""
        return self.change_bp("discount_fen")

    def as_dict(self) -> Row:
        """For JSON: the figures, those of the two earlier months, and the change to each."""
        values = asdict(self)
        earlier = {name: values.pop(name) for name in ("previous", "last_year")}
        return {
            **{name: values.pop(name) for name in ("key", "name")},
            **values,
            **earlier,
            "change": self._changes("previous"),
            "change_to_last_year": self._changes("last_year"),
        }

    @classmethod
    def from_dict(cls, recorded: Mapping[str, Any]) -> Self:
        """The row that as_dict was called on; the changes follow from the figures."""
        values: Row = {field.name: recorded[field.name] for field in fields(cls)}
        values |= {name: Figures(**values[name]) for name in ("previous", "last_year")}
        return cls(**values)

    def _changes(self, against: str) -> Row:
        changes: Row = {figure: self.change(figure, against) for figure in FIGURES}
        return {**changes, "discount_bp": self.change_bp("discount_fen", against)}


@dataclass(frozen=True, kw_only=True)
class OutletRow(ReportRow):
    """An outlet's month, and what a form needs to name the outlet beyond doubt."""

    kind: str
    division_code: str
    merchant_name: str
    credit_code: str
