"""The columns of a list: a heading, a row's value, and how page and workbook show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from flask_babel import gettext
from markupsafe import Markup

from huimin.core.money import money_text
from huimin.storage.engine import Row
from huimin.web import cells
from huimin.web.words import grouped, minute_text


@dataclass(frozen=True, slots=True)
class TotalRow:
    """The row under a list: what it is called, and the sums of all that the filters leave, by the
    names that the columns with `total` take from a row."""

    label: str
    row: Row


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and the value for a row: the name of one of its fields, or a function.

    The workbook holds `value` as it is (a Decimal is an amount in yuan), the page what `cell` makes
    of the row. `css_class` is the class of its cells: "number" aligns right, "nowrap" prevents line
    breaks, and "tick" keeps the first column from being the row's heading.
    A column to be filled in by hand is at least `letters` wide.

    `sort` is the order of the list by this column; with "-" before it the first press sorts from
    the greatest. On a phone a row is a card: `place` is what stands out in it. With `total` it
    has a value in the row under the list as well.
    """

    heading: str
    value: str | Callable[[Row], Any]
    cell: Callable[[Row], Any] | None = None
    css_class: str = ""
    only: Literal["page", "workbook"] | None = None
    letters: int = 0
    sort: str | None = None
    place: Literal["state", "figure"] | None = None
    total: bool = False

    def plain(self, row: Row) -> Any:
        """The value, for a workbook."""
        return row[self.value] if isinstance(self.value, str) else self.value(row)

    def content(self, row: Row) -> Any:
        """The content of the cell on the page; "" for nothing."""
        content = self.plain(row) if self.cell is None else self.cell(row)
        return "" if content is None else content


def money(heading: str, name: str, **more: Any) -> Column:
    """An amount in fen: ¥1,234.00 on the page, a number of yuan in the workbook."""

    def cell(row: Row) -> str:
        return cells.NOTHING if row[name] is None else money_text(row[name])

    return Column(heading, lambda row: yuan_of(row[name]), cell, "number", **more)


def yuan_of(fen: int | None) -> Decimal | None:
    """An amount in fen as yuan with two decimals."""
    return None if fen is None else Decimal(fen).scaleb(-2)


def count(heading: str, name: str, **more: Any) -> Column:
    """A whole number."""
    return Column(heading, name, lambda row: f"{row[name]:,}", "number", **more)


def minute(heading: str, name: str, **more: Any) -> Column:
    """An instant as county time, to the minute."""
    return Column(heading, lambda row: minute_text(row[name]) or None, None, "nowrap", **more)


def day_of(heading: str, name: str, **more: Any) -> Column:
    """The county day of an instant."""
    return Column(heading, lambda row: minute_text(row[name])[:10], None, "nowrap", **more)


def state(
    heading: str,
    words: Mapping[str, Any],
    name: str = "state",
    *,
    colours: Mapping[str, str] | None = None,
    **more: Any,
) -> Column:
    """A state by its code, in words; `colours` maps each code to the code whose colour it takes."""

    def cell(row: Row) -> Markup:
        code = row[name]
        return cells.state(colours[code] if colours else code, words[code])

    return Column(heading, lambda row: str(words[row[name]]), cell, **{"place": "state", **more})


def linked(heading: str, name: str, endpoint: str, *, key: str = "id", **more: Any) -> Column:
    """A value that links to its own page: `endpoint` takes one argument, row[key]."""

    def cell(row: Row) -> Markup:
        return cells.link(row[name], endpoint, row[key])

    return Column(heading, name, cell, **more)


def person(endpoint: str, *, key: str = "id", **more: Any) -> Column:
    """Somebody's name with a link: on the page as the reader may see it, in the workbook masked."""

    def cell(row: Row) -> Markup:
        return cells.link(row["name"], endpoint, row[key])

    return Column(gettext("姓名"), "name_masked", cell, **more)


def dashed(heading: str, value: str | Callable[[Row], Any], **more: Any) -> Column:
    """A value that may be missing: the page then shows a dash."""
    column = Column(heading, value, **more)
    return replace(column, cell=lambda row: column.plain(row) or cells.NOTHING)


def word(heading: str, name: str, words: Mapping[str, Any], **more: Any) -> Column:
    """A code in words; nothing for None."""

    def value(row: Row) -> str | None:
        return None if row[name] is None else str(words[row[name]])

    return Column(heading, value, **more)


def card_number(cell: Callable[[Row], Any] | None = None, **more: Any) -> Column:
    """The number of a card in groups of four digits; nothing where no card is known."""
    heading = gettext("卡号")
    return Column(heading, lambda row: grouped(row["card_number"] or "") or None, cell, **more)


def till() -> Column:
    """In the workbook, a terminal with its number and its name."""
    heading = gettext("收银终端")
    return Column(
        heading, lambda row: f"{row['terminal_code']} {row['till_label']}", only="workbook"
    )


def places(*, sort: str | None = None) -> list[Column]:
    """A holder's address, from `town_name` and `village_name`: one column on the page."""

    def address(row: Row) -> str:
        names = dict.fromkeys((row["town_name"], row["village_name"]))
        return " · ".join(name for name in names if name)

    return [
        Column(gettext("住址"), address, only="page", sort=sort),
        Column(gettext("乡镇（街道）"), "town_name", only="workbook"),
        Column(gettext("村（社区）"), "village_name", only="workbook"),
    ]
