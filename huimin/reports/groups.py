"""The rows of a report's groupings: the sums of three periods, each group named and in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from huimin.core.catalogue import say
from huimin.core.days import county_start, instant_text
from huimin.core.period import Period
from huimin.divisions.lives import outlets_then
from huimin.ledger.groupings import Grouping, tables
from huimin.reports import queries
from huimin.reports.counts import SilentOutlet
from huimin.reports.figures import FIGURES, NOTHING, Figures, OutletRow, ReportRow
from huimin.reports.month_sums import MonthSums
from huimin.storage.engine import Row, Transaction


@dataclass(frozen=True)
class ThreeSums:
    """Those of the period, of the one before, and of the one a year before."""

    now: MonthSums
    previous: MonthSums
    last_year: MonthSums

    @property
    def all(self) -> tuple[MonthSums, ...]:
        """In the order in which a row shows them."""
        return (self.now, self.previous, self.last_year)

    @property
    def adjustments(self) -> tuple[ReportRow, ...]:
        """The rows of earlier months, by the month they belong to."""
        by_month = sorted(self.now.groups.get("adjusts_month", {}).items())
        return tuple(_row(key, key, figures, NOTHING, NOTHING) for key, figures in by_month)

    def keys(self, grouping: str) -> list[str]:
        """The keys of a grouping that have figures in any, in their order."""
        return sorted({key for sums in self.all for key in sums.groups[grouping]})

    def of(self, grouping: str, key: str) -> list[Figures] | None:
        """A group's figures in each; None when it has none in any."""
        figures = [sums.groups[grouping].get(key) for sums in self.all]
        return [each or NOTHING for each in figures] if any(figures) else None


def total_row(sums: ThreeSums) -> ReportRow:
    """The whole county."""
    return _row("total", say("合计"), *(sums_of_month.total for sums_of_month in sums.all))


def grouped_rows(
    tx: Transaction, sums: ThreeSums, division_names: Mapping[str, str], last: date
) -> tuple[dict[str, tuple[ReportRow, ...]], list[Row]]:
    """The rows of each table of the report; and every outlet there is, by town.

    `division_names` is what each division was called then, by code; `last` the last day.
    """
    outlets = _outlets_then(tx, last)
    merchants = sorted(outlets, key=lambda row: (row["merchant_since"], row["merchant_id"]))
    looked_up = {
        "division": division_names,
        "merchant": {row["merchant_id"]: row["merchant_name"] for row in merchants},
    }

    def names(grouping: Grouping) -> Mapping[str, str]:
        if not isinstance(grouping.named, str):
            return grouping.named
        if grouping.named == "key":
            return {key: key for key in sums.keys(grouping.code)}
        return looked_up[grouping.named]

    groups = {
        grouping.code: tuple(
            _outlet_rows(grouping.code, outlets, sums)
            if grouping.named == "outlet"
            else _group_rows(grouping.code, names(grouping), sums)
        )
        for grouping in tables()
    }
    return groups, outlets


def _outlets_then(tx: Transaction, day: date) -> list[Row]:
    """Every outlet, where it stood on the day: by town, then in the order they joined."""
    then, outlets = outlets_then(tx, day), list(queries.outlets(tx))
    if not then:
        return outlets
    rows = [{**row, "division_code": then.get(row["id"], row["division_code"])} for row in outlets]
    return sorted(rows, key=lambda row: (row["division_code"], row["created_at"], row["id"]))


def silent_outlets(
    outlets: Iterable[Row], sums: MonthSums, period: Period
) -> tuple[SilentOutlet, ...]:
    """Those that take part now, had joined by the period's end, and sold nothing in it."""
    end = instant_text(county_start(period.last + timedelta(days=1)))
    sold = {key for key, figures in sums.groups["outlet"].items() if figures.redemptions}
    return tuple(
        SilentOutlet(
            key=row["id"],
            name=row["name"],
            kind=row["kind"],
            division_code=row["division_code"],
            merchant_name=row["merchant_name"],
        )
        for row in outlets
        if row["state"] == row["merchant_state"] == "active"
        and row["created_at"] < end
        and row["id"] not in sold
    )


def _group_rows(grouping: str, names: Mapping[str, str], sums: ThreeSums) -> Iterator[ReportRow]:
    """The groups of any of the periods, in the order of `names`."""
    for key, name in names.items():
        figures = sums.of(grouping, key)
        if figures is not None:
            yield _row(key, name, *figures)


def _outlet_rows(grouping: str, outlets: Iterable[Row], sums: ThreeSums) -> Iterator[OutletRow]:
    for outlet in outlets:
        figures = sums.of(grouping, outlet["id"])
        if figures is None:
            continue
        now, previous, last_year = figures
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
