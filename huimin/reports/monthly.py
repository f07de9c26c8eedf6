"""The county's report of one month: by outlet, kind, town and eligibility, beside the month before.

Drawn from the roll-ups that each ledger row keeps up to date, never from the rows themselves. All
amounts are net of reversals, in fen, and count in the month in which the row was recorded; every
grouping's rows add up to the total (but for cards, which are counted once wherever they were used).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from huimin.core.days import parse_month, previous_month
from huimin.core.kind_names import (
    ELIGIBILITIES,
    OUTLET_KINDS,
    eligibility_word,
    outlet_kind_word,
)
from huimin.core.money import BASIS_POINTS, half_up
from huimin.core.refusals import field_problem
from huimin.storage.engine import Transaction
from huimin.storage.named_queries import load_queries

queries = load_queries("reports")

Row = dict[str, Any]
GROUPINGS = ("outlet", "kind", "town", "eligibility")
# The column of month_sums that each grouping groups by.
COLUMNS = {
    "outlet": "outlet_id",
    "kind": "outlet_kind",
    "town": "town_code",
    "eligibility": "eligibility",
}


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was counted in a month. Amounts in fen, net of reversals; cards are distinct cards."""

    redemptions: int = 0
    reversals: int = 0
    cards_used: int = 0
    amount_fen: int = 0
    discount_fen: int = 0
    merchant_share_fen: int = 0
    government_share_fen: int = 0

    @property
    def payable_fen(self) -> int:
        """What the customers paid, in fen."""
        return self.amount_fen - self.discount_fen


FIGURES = tuple(field.name for field in fields(Figures))
ADDED_FIGURES = tuple(name for name in FIGURES if name != "cards_used")
NOTHING = Figures()


@dataclass(frozen=True, kw_only=True)
class ReportRow(Figures):
    """One group's month. `key` is the outlet's id, the kind, the town's code or the eligibility."""

    key: str
    name: str
    previous: Figures = NOTHING

    def change(self, figure: str) -> int:
        """How much more than in the month before: in fen for an amount, else a count."""
        return int(getattr(self, figure)) - int(getattr(self.previous, figure))

    @property
    def discount_change_fen(self) -> int:
        """How much more discount than in the month before, in fen."""
        return self.change("discount_fen")

    @property
    def discount_change_bp(self) -> int | None:
        """The same in basis points of the month before; None when there was none."""
        before_fen = self.previous.discount_fen
        if before_fen == 0:
            return None
        return half_up(self.discount_change_fen * BASIS_POINTS, before_fen)

    def as_dict(self) -> Row:
        """For JSON: the figures, those of the month before, and the change of each."""
        shown = asdict(self)
        previous = shown.pop("previous")
        change = {figure: self.change(figure) for figure in FIGURES}
        return {
            **{name: shown.pop(name) for name in ("key", "name")},
            **shown,
            "previous": previous,
            "change": {**change, "discount_bp": self.discount_change_bp},
        }


@dataclass(frozen=True, kw_only=True)
class OutletRow(ReportRow):
    """An outlet's month, and what a form needs to name the outlet beyond doubt."""

    kind: str
    division_code: str
    merchant_name: str
    credit_code: str


@dataclass(frozen=True)
class MonthlyReport:
    """A month's report. A group without a row in this month or the one before is left out."""

    month: str
    previous_month: str
    total: ReportRow
    by_outlet: tuple[OutletRow, ...]
    by_kind: tuple[ReportRow, ...]
    by_town: tuple[ReportRow, ...]
    by_eligibility: tuple[ReportRow, ...]

    @property
    def empty(self) -> bool:
        """True when nothing was recorded in the month itself."""
        return self.total.redemptions == 0 and self.total.reversals == 0

    def rows(self, grouping: str) -> tuple[ReportRow, ...]:
        """The rows of one of GROUPINGS."""
        rows: tuple[ReportRow, ...] = getattr(self, f"by_{grouping}")
        return rows

    def as_dict(self) -> Row:
        """For JSON; amounts in fen."""
        return {
            "month": self.month,
            "previous_month": self.previous_month,
            "unit": "fen",
            "total": self.total.as_dict(),
            **{f"by_{name}": [row.as_dict() for row in self.rows(name)] for name in GROUPINGS},
        }


@dataclass(frozen=True)
class _Month:
    """One month folded: grouping → key → figures."""

    total: Figures
    groups: Mapping[str, Mapping[str, Figures]]


def monthly_report(tx: Transaction, month: str) -> MonthlyReport:
    """The report of a month written as 2026-10. Raises FieldProblems for any other text."""
    month = checked_month(month)
    before = previous_month(month)
    current, previous = _folded(tx, month), _folded(tx, before)
    months = {"month": month, "previous_month": before}
    outlets = list(queries.outlets_of_months(tx, **months))
    towns = {row["code"]: row["name"] for row in queries.towns_of_months(tx, **months)}
    named = {
        "kind": {kind: outlet_kind_word(kind) for kind in OUTLET_KINDS},
        "town": towns,
        "eligibility": {key: eligibility_word(key) for key in ELIGIBILITIES},
    }
    return MonthlyReport(
        month=month,
        previous_month=before,
        total=ReportRow(
            key="total", name="合计", previous=previous.total, **_figures(current.total)
        ),
        by_outlet=tuple(_outlet_row(row, current, previous) for row in outlets),
        **{
            f"by_{grouping}": tuple(_group_rows(grouping, names, current, previous))
            for grouping, names in named.items()
        },
    )


def checked_month(text: str) -> str:
    """A month as it should be written. Raises FieldProblems on `month`."""
    try:
        return parse_month(text.strip())
    except ValueError:
        raise field_problem(
            "month", "月份请写成 2026-10 这样。", "Write the month as 2026-10."
        ) from None


def _folded(tx: Transaction, month: str) -> _Month:
    sums = list(queries.month_sums(tx, month=month))
    cards = {
        "outlet": queries.month_cards_by_outlet(tx, month=month),
        "kind": queries.month_cards_by_kind(tx, month=month),
        "town": queries.month_cards_by_town(tx, month=month),
        "eligibility": queries.month_cards_by_eligibility(tx, month=month),
    }
    groups = {}
    for grouping in GROUPINGS:
        used = {row["group_key"]: row["cards_used"] for row in cards[grouping]}
        parts: dict[str, list[Row]] = {}
        for row in sums:
            parts.setdefault(row[COLUMNS[grouping]], []).append(row)
        groups[grouping] = {key: _added(rows, used.get(key, 0)) for key, rows in parts.items()}
    return _Month(_added(sums, queries.month_cards(tx, month=month)), groups)


def _added(rows: Iterable[Row], cards_used: int) -> Figures:
    rows = list(rows)
    sums = {name: sum(row[name] for row in rows) for name in ADDED_FIGURES}
    return Figures(cards_used=cards_used, **sums)


def _group_rows(
    grouping: str, names: Mapping[str, str], current: _Month, previous: _Month
) -> Iterable[ReportRow]:
    """The groups of either month, in the order of `names`."""
    now, before = current.groups[grouping], previous.groups[grouping]
    for key, name in names.items():
        if key in now or key in before:
            figures = _figures(now.get(key, NOTHING))
            yield ReportRow(key=key, name=name, previous=before.get(key, NOTHING), **figures)


def _outlet_row(outlet: Row, current: _Month, previous: _Month) -> OutletRow:
    return OutletRow(
        key=outlet["id"],
        name=outlet["name"],
        kind=outlet["kind"],
        division_code=outlet["division_code"],
        merchant_name=outlet["merchant_name"],
        credit_code=outlet["credit_code"],
        previous=previous.groups["outlet"].get(outlet["id"], NOTHING),
        **_figures(current.groups["outlet"].get(outlet["id"], NOTHING)),
    )


def _figures(figures: Figures) -> dict[str, Any]:
    return {name: getattr(figures, name) for name in FIGURES}
