"""The county's report of one month, beside the month before and the same month a year before.

Drawn from the roll-ups that each ledger row keeps up to date, never from the rows themselves. All
amounts are net of reversals, in fen, and count in the month in which the row counts; every
grouping's rows add up to the total (but for cards, which are counted once wherever they were used).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from huimin.core.days import parse_month, previous_month
from huimin.core.kind_names import (
    ELIGIBILITIES,
    OUTLET_KINDS,
    eligibility_word,
    outlet_kind_word,
)
from huimin.core.refusals import field_problem
from huimin.reports.figures import FIGURES, NOTHING, Figures, OutletRow, ReportRow, Row
from huimin.reports.month_sums import MonthSums, month_sums, queries
from huimin.reports.wording import CHANNEL_WORDS, PRESENTER_WORDS, WEEKDAY_WORDS
from huimin.storage.engine import Transaction

GROUPINGS = (
    "outlet",
    "merchant",
    "kind",
    "town",
    "village",
    "eligibility",
    "presenter",
    "channel",
    "weekday",
    "hour",
)


@dataclass(frozen=True)
class MonthlyReport:
    """A month's report. A group without a row in any of the three months is left out.

    `adjustments` are the rows that belong to earlier months (by that month); the total holds them.
    """

    month: str
    previous_month: str
    last_year_month: str
    total: ReportRow
    groups: Mapping[str, tuple[ReportRow, ...]]
    adjustments: tuple[ReportRow, ...]

    @property
    def empty(self) -> bool:
        """True when nothing was recorded in the month itself."""
        return self.total.redemptions == 0 and self.total.reversals == 0

    def rows(self, grouping: str) -> tuple[ReportRow, ...]:
        """The rows of one of GROUPINGS."""
        return self.groups[grouping]

    def as_dict(self) -> Row:
        """For JSON; amounts in fen."""
        return {
            "month": self.month,
            "previous_month": self.previous_month,
            "last_year_month": self.last_year_month,
            "unit": "fen",
            "total": self.total.as_dict(),
            **{f"by_{name}": [row.as_dict() for row in self.rows(name)] for name in GROUPINGS},
            "adjustments": [row.as_dict() for row in self.adjustments],
        }


def monthly_report(tx: Transaction, month: str) -> MonthlyReport:
    """The report of a month written as 2026-10. Raises FieldProblems for any other text."""
    month = checked_month(month)
    before, last_year = previous_month(month), f"{int(month[:4]) - 1}{month[4:]}"
    sums = _Three(month_sums(tx, month), month_sums(tx, before), month_sums(tx, last_year))
    months = {"month": month, "previous_month": before, "last_year_month": last_year}
    divisions = {row["code"]: row["name"] for row in queries.divisions_by_code(tx)}
    names: dict[str, Mapping[str, str]] = {
        "merchant": {row["id"]: row["name"] for row in queries.merchants_of_months(tx, **months)},
        "kind": {kind: outlet_kind_word(kind) for kind in OUTLET_KINDS},
        "town": divisions,
        "village": divisions,
        "eligibility": {key: eligibility_word(key) for key in ELIGIBILITIES},
        "presenter": {key: words["zh_Hans"] for key, words in PRESENTER_WORDS.items()},
        "channel": {key: words["zh_Hans"] for key, words in CHANNEL_WORDS.items()},
        "weekday": {key: words["zh_Hans"] for key, words in WEEKDAY_WORDS.items()},
        "hour": {str(hour): f"{hour:02d}:00–{hour:02d}:59" for hour in range(24)},
    }
    groups: dict[str, tuple[ReportRow, ...]] = {
        "outlet": tuple(_outlet_rows(queries.outlets_of_months(tx, **months), sums)),
        **{name: tuple(_group_rows(name, found, sums)) for name, found in names.items()},
    }
    return MonthlyReport(
        **months,
        total=_row("total", "合计", *(found.total for found in sums.all)),
        groups={name: groups[name] for name in GROUPINGS},
        adjustments=tuple(
            _row(key, key, figures, NOTHING, NOTHING)
            for key, figures in sorted(sums.now.groups["adjusts_month"].items())
        ),
    )


def checked_month(text: str) -> str:
    """A month as it should be written. Raises FieldProblems on `month`."""
    try:
        return parse_month(text.strip())
    except ValueError:
        raise field_problem(
            "month", "月份请写成 2026-10 这样。", "Write the month as 2026-10."
        ) from None


@dataclass(frozen=True)
class _Three:
    """The month, the one before, and the one a year before."""

    now: MonthSums
    previous: MonthSums
    last_year: MonthSums

    @property
    def all(self) -> tuple[MonthSums, ...]:
        return (self.now, self.previous, self.last_year)

    def of(self, grouping: str, key: str) -> list[Figures] | None:
        """A group's figures in each; None when it has none in any."""
        found = [sums.groups[grouping].get(key) for sums in self.all]
        return [figures or NOTHING for figures in found] if any(found) else None


def _group_rows(grouping: str, names: Mapping[str, str], sums: _Three) -> Iterator[ReportRow]:
    """The groups of any of the months, in the order of `names`."""
    for key, name in names.items():
        figures = sums.of(grouping, key)
        if figures is not None:
            yield _row(key, name, *figures)


def _outlet_rows(outlets: Any, sums: _Three) -> Iterator[OutletRow]:
    for outlet in outlets:
        now, previous, last_year = sums.of("outlet", outlet["id"]) or [NOTHING] * 3
        yield OutletRow(
            key=outlet["id"],
            name=outlet["name"],
            kind=outlet["kind"],
            division_code=outlet["division_code"],
            merchant_name=outlet["merchant_name"],
            credit_code=outlet["credit_code"],
            previous=previous,
            last_year=last_year,
            **_figures(now),
        )


def _row(key: str, name: str, now: Figures, previous: Figures, last_year: Figures) -> ReportRow:
    return ReportRow(key=key, name=name, previous=previous, last_year=last_year, **_figures(now))


def _figures(figures: Figures) -> dict[str, Any]:
    return {name: getattr(figures, name) for name in FIGURES}
