"""The scale of a report's chart, and the words that stand at its bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from huimin.core.money import money_text, yuan
from huimin.reports.figures import ReportRow
from huimin.reports.wording import KEY_WORDS


@dataclass(frozen=True, slots=True)
class Scale:
    """元 on an axis from `low_fen` (0, or below it where reversals outweigh) in round steps."""

    low_fen: int
    high_fen: int
    step_fen: int

    def share(self, fen: int) -> float:
        """How far along the axis an amount is, from 0 to 1."""
        return (fen - self.low_fen) / (self.high_fen - self.low_fen)

    def ticks(self) -> range:
        """The amounts that are written at the axis, in fen."""
        return range(self.low_fen, self.high_fen + 1, self.step_fen)


def scale_of(rows: Sequence[ReportRow], ticks: int) -> Scale:
    """The axis for the rows' discount, now and before, with about that many steps."""
    amounts = [fen for row in rows for fen in (row.discount_fen, row.previous.discount_fen)]
    low, high = min(0, *amounts), max(0, *amounts)
    step = _round_step((high - low) // ticks)
    return Scale(low // step * step, max(-(-high // step), 1) * step, step)


def name_of(row: ReportRow, grouping: str, language: str) -> str:
    """What a row is called in the reader's language."""
    words = KEY_WORDS.get(grouping, {}).get(row.key)
    return row.name if words is None else words.get(language, words["zh_Hans"])


def amount_text(row: ReportRow) -> str:
    """The row's discount as it is written at its bar."""
    return money_text(row.discount_fen)


def whole_yuan(fen: int) -> str:
    """An amount on the axis."""
    return yuan(fen).removesuffix(".00")


def _round_step(at_least_fen: int) -> int:
    """The smallest of 1, 2 or 5 × 10ⁿ 元 that is not below it."""
    step = 100
    while True:
        for times in (1, 2, 5):
            if step * times >= at_least_fen:
                return step * times
        step *= 10
