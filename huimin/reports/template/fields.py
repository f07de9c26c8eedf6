"""What a county may write in braces in its template workbook, and what is put there.

`{{title}}` and its like stand anywhere; `{{name}}`, `{{discount_fen}}` and the other columns make
their row one that is repeated for each group of the sheet's grouping.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter, methodcaller

from huimin.core.catalogue import say
from huimin.core.period_words import month_words, period_words
from huimin.core.words import FACT_NAMES, GROUPING_NAMES
from huimin.ledger.groupings import TOTAL, tables
from huimin.reports.columns import Sort, Value, key_of_group, kind_of_outlet, of_outlet, sort_of
from huimin.reports.facts import Fact, facts_of
from huimin.reports.figures import FIGURES, OutletRow, ReportRow
from huimin.reports.monthly import MonthlyReport
from huimin.reports.wording import notes_of, title_words

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
BY = "by:"
# Empty until the month is signed: who prepared, reviewed and approved it, and the day.
SIGNERS = ("prepared", "reviewed", "approved", "prepared_on")
TEXTS = ("title", "county", "period", "month", "unit", "note", *SIGNERS)
NUMBER = "number"
# What a cover's line is asked by: {{now.discount_fen}}, {{change.cards_new}} …
FACT_PARTS: Mapping[str, Callable[[Fact], int | None]] = {
    "now": lambda fact: fact.now,
    "previous": lambda fact: fact.previous,
    "last_year": lambda fact: fact.last_year,
    "change": lambda fact: fact.change(),
    "change_to_last_year": lambda fact: fact.change("last_year"),
}
BEFORE_A_GROUPING = ("", "按", "分")
# What a grouping was called when templates that are in use were made.
EARLIER_NAMES = {"网点类别": "kind"}


@dataclass(frozen=True, slots=True)
class Field:
    """A column that may be asked for: how its value is written, and where it is."""

    sort: Sort
    value: Callable[[ReportRow], Value]


def grouping_named(text: str) -> str | None:
    """The grouping that a sheet's name or a {{by:…}} names: "outlet", 惠民示范点, 按惠民示范点."""
    text = text.strip()
    for grouping in tables():
        words = GROUPING_NAMES.say(grouping.code)
        if text in (grouping.code, *(f"{before}{words}" for before in BEFORE_A_GROUPING)):
            return grouping.code
    return EARLIER_NAMES.get(text.removeprefix("按").removeprefix("分"))


def is_column(name: str) -> bool:
    """Whether a placeholder makes its row one that is repeated."""
    return name == NUMBER or name in COLUMNS


def is_single(name: str) -> bool:
    """Whether a placeholder may stand anywhere."""
    part, _, code = name.partition(".")
    if part == TOTAL:
        return code in COLUMNS
    return name in TEXTS or (part in FACT_PARTS and code in FACT_NAMES)


def column_value(name: str, row: ReportRow, number: int) -> tuple[Sort, Value]:
    """What a column has in a row; `number` is the row's place, from 1."""
    if name == NUMBER:
        return "count", number
    field = COLUMNS[name]
    return field.sort, field.value(row)


def single_value(
    name: str, report: MonthlyReport, county_name: str, grouping: str | None
) -> tuple[Sort, Value]:
    """What stands for a placeholder that is of no row."""
    part, _, code = name.partition(".")
    if part == TOTAL:
        return column_value(code, report.total, 0)
    if part in FACT_PARTS:
        fact = next(fact for fact in facts_of(report) if fact.code == code)
        return fact.sort, FACT_PARTS[part](fact)
    texts = {
        "title": title_words(county_name, report.month, grouping),
        "county": county_name,
        "period": period_words(report.month),
        "month": month_words(report.month),
        "unit": say("元"),
        "note": "\n".join(notes_of(report)),
        **dict.fromkeys(SIGNERS, ""),
        **dict(zip(SIGNERS, report.signers, strict=False)),
    }
    return "text", texts[name]


def _code(row: ReportRow) -> Value:
    return row.credit_code if isinstance(row, OutletRow) else key_of_group(row)


def _figure_fields() -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for figure in FIGURES:
        sort = sort_of(figure)
        fields |= {
            figure: Field(sort, attrgetter(figure)),
            f"previous_{figure}": Field(sort, attrgetter(f"previous.{figure}")),
            f"last_year_{figure}": Field(sort, attrgetter(f"last_year.{figure}")),
            f"change_{figure}": Field(sort, methodcaller("change", figure)),
        }
    return fields


COLUMNS: Mapping[str, Field] = {
    "name": Field("text", lambda row: row.name),
    "code": Field("text", _code),
    "merchant": Field("text", of_outlet("merchant_name")),
    "kind": Field("text", kind_of_outlet),
    "payable_fen": Field("money", lambda row: row.payable_fen),
    "change_bp": Field("rate", lambda row: row.discount_change_bp),
    **_figure_fields(),
}
