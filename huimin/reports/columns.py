"""The columns of a report's tables: what each is called, how it is written, where its value is.

The table, the CSV and the workbook are all made from these, so that they can't disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from huimin.core.catalogue import SOURCE, say, sentence, sentences
from huimin.core.money import share_text, yuan, yuan_text
from huimin.core.words import FIGURE_NAMES, GROUPING_NAMES, OUTLET_KINDS
from huimin.ledger.groupings import GROUPINGS, TOTAL
from huimin.reports.figures import FIGURES, OutletRow, ReportRow
from huimin.reports.monthly import MonthlyReport
from huimin.web.workbook import UNKNOWN

Value = str | int | None
# "points" is the difference of two rates.
Sort = Literal["text", "count", "money", "rate", "points"]


@dataclass(frozen=True)
class Column:
    """A column. `value` gives text, a count, fen (money) or basis points (rate, None unknown)."""

    heading: str
    sort: Sort
    value: Callable[[ReportRow], Value]

    def text(self, row: ReportRow) -> str:
        """The cell as text: money in 元 with two decimals, a rate in per cent."""
        return value_text(self.value(row), self.sort)


def shown_text(value: Value, sort: Sort) -> str:
    """A value for people, the same on pages and paper but for the ¥ of a page: `1,234`,
    `146,717.04`, `12.3%`, `0.2 个百分点`; UNKNOWN for none."""
    if value is None:
        return UNKNOWN
    if sort == "money":
        return yuan_text(int(value))
    if sort == "rate":
        return share_text(int(value))
    if sort == "points":
        return say("{points} 个百分点", points=share_text(int(value)).rstrip("%"))
    return f"{value:,}" if isinstance(value, int) else value


def value_text(value: Value, sort: Sort) -> str:
    """A value for programs, as `1234`, `146717.04` and `12.34%`; UNKNOWN for none."""
    if value is None:
        return UNKNOWN
    if sort == "money":
        return yuan(int(value))
    if sort == "rate":
        return f"{yuan(int(value))}%"
    return str(value)


def columns_of(grouping: str, report: MonthlyReport) -> tuple[Column, ...]:
    """The columns of a grouping's table, without the row's number in front."""
    name = Column(GROUPING_NAMES.say(grouping), "text", lambda row: row.name)
    named = GROUPINGS[grouping].named
    beside_name = NAMING_COLUMNS.get(named, ()) if isinstance(named, str) else ()
    return (name, *beside_name, *figure_columns(report))


def figure_columns(report: MonthlyReport) -> tuple[Column, ...]:
    """The figures of a row and their changes."""
    _now, before, last_year = against_words(report)
    return (
        *map(_figure, FIGURES),
        Column(
            say("{before}优惠", before=before),
            "money",
            lambda row: report.earlier(row, "discount_fen"),
        ),
        Column(
            say("较{before}增减", before=before),
            "money",
            lambda row: report.change(row, "discount_fen"),
        ),
        Column(say("增减幅度"), "rate", lambda row: row.discount_change_bp),
        Column(
            say("{last_year}优惠", last_year=last_year),
            "money",
            lambda row: report.earlier(row, "discount_fen", "last_year"),
        ),
    )


def against_words(report: MonthlyReport, language: str = SOURCE) -> tuple[str, str, str]:
    """What the report's own period and the two that it is compared with are called."""
    if not report.period.month:
        words = sentences("本期", "上期", "去年同期")
    elif report.as_of:
        words = sentences("本月", "上月同期", "去年同期")
    else:
        words = sentences("本月", "上月", "去年同月")
    now, before, last_year = (say(word, language) for word in words)
    return now, before, last_year


def sort_of(figure: str) -> Sort:
    """How a figure is written: an amount or a count."""
    return "money" if figure.endswith("_fen") else "count"


def _figure(name: str) -> Column:
    return Column(FIGURE_NAMES.say(name), sort_of(name), attrgetter(name))


def of_outlet(name: str) -> Callable[[ReportRow], Value]:
    """A field of an outlet; "" for the total, which stands in the same table."""
    return lambda row: str(getattr(row, name)) if isinstance(row, OutletRow) else ""


def key_of_group(row: ReportRow) -> Value:
    """The group's key; "" for the total."""
    return "" if row.key == TOTAL else row.key


def kind_of_outlet(row: ReportRow) -> Value:
    """The kind of an outlet in words; "" for the total."""
    return OUTLET_KINDS.say(row.kind) if isinstance(row, OutletRow) else ""


# What a form needs to name a group beyond doubt, by what names it.
NAMING_COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "outlet": (
        Column(sentence("商户"), "text", of_outlet("merchant_name")),
        Column(sentence("统一社会信用代码"), "text", of_outlet("credit_code")),
        Column(sentence("类别"), "text", kind_of_outlet),
    ),
    "division": (Column(sentence("行政区划代码"), "text", key_of_group),),
}
