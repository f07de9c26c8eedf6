"""A list, described once: its filters and its columns, for the page and for the workbook.

templates/list.html draws the page from the description and web/list_xlsx.py the workbook, so what
all lists share is changed only there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext, lazy_gettext
from jinja2 import Template

from huimin.storage.engine import Row
from huimin.storage.list_query import Order
from huimin.web.column import Column
from huimin.web.forms import Form

Choices = Sequence[tuple[str, Any]]
EVERY = lazy_gettext("全部")


@dataclass(frozen=True, slots=True)
class Filter:
    """One field of the form above a list; with `choices` (value, word) it is a select element.

    `blank` is the word for no choice; with None something is always chosen. A filter with a
    `default` is a view of the list: it does not count as narrowing it. A long choice is `typed`.
    `argument` is its name in the address where that is another one, `all` the choice that leaves
    nothing out, where it is not the blank one.
    """

    name: str
    label: str
    choices: Choices | None = None
    blank: Any = EVERY
    default: str = ""
    type: str = "text"
    maxlength: int | None = None
    inputmode: str | None = None
    hint: str | None = None
    typed: bool = False
    argument: str | None = None
    all: str | None = None

    @property
    def every(self) -> str | None:
        """The value that leaves nothing out; None if there is none."""
        return self.all or (None if self.blank is None and self.choices is not None else "")

    def narrows(self, value: str) -> bool:
        """Whether the list has fewer rows with this value than it could have."""
        return value != (self.default if self.every is None else self.every)

    def word(self, value: str) -> str:
        """The value in words: the choice, or the label with what was typed."""
        words = {str(code): str(word) for code, word in self.choices or ()}
        return words.get(value) or f"{self.label}：{value}"

    def value(self, address: Mapping[str, str]) -> str:
        """The value in the address, or the default."""
        value = address.get(self.name)
        if value is None or (not value and self.blank is None and self.choices is not None):
            return self.default
        return value.strip()


def day_filters(first: str | None = None, last: str | None = None) -> list[Filter]:
    """A range of days: `first` and `last`, both included."""
    return [
        Filter("first", first or gettext("从"), type="date"),
        Filter("last", last or gettext("到"), type="date"),
    ]


def outlet_filter(outlets: Iterable[Row]) -> Filter:
    """One of the outlets (`id`, `name`)."""
    return Filter("outlet", gettext("示范点"), [(row["id"], row["name"]) for row in outlets])


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says, and a link to continue: an endpoint, its arguments, its label."""

    sentence: str
    endpoint: str | None = None
    label: str | None = None
    arguments: Mapping[str, Any] | None = None

    @property
    def address(self) -> str | None:
        """Where the link leads."""
        return url_for(self.endpoint, **self.arguments or {}) if self.endpoint else None


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list: `endpoint` is its page, `title` its name on the page, in the workbook and in the tab.

    `empty` is shown when there are no rows at all, `none_fit` when the filters leave none. The
    workbook is called `file_name` if the title is not distinctive enough. What a page shows
    besides its list is in a template named like the endpoint, if there is one. `order` is the order
    in which the list comes by itself, as its column names it (`-at`: by `at`, the latest first).
    """

    endpoint: str
    title: str
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    empty: Empty | None = None
    none_fit: str | None = None
    template: str | None = None
    table_class: str = ""
    file_name: str | None = None
    order: str = ""

    @property
    def templates(self) -> list[str | Template]:
        """The room's own template, then the general one."""
        own = self.template or f"{self.endpoint.replace('.', '/')}.html"
        return [own, "list.html"]

    def read_filters(self) -> Form:
        """The filters from the address."""
        return Form({one.name: one.value(request.args) for one in self.filters})

    def read_order(self) -> Order | None:
        """The order that the address asks for; None for the list's own, or for one it has not."""
        order = Order.of_text(request.args.get("sort", ""))
        names = {Order.of_text(one.sort).name for one in self.columns if one.sort}
        return order if order.name in names and order.text != self.order else None

    def arguments(self, form: Form) -> dict[str, str]:
        """The query arguments that keep these filters."""
        return {
            one.name: form.text(one.name)
            for one in self.filters
            if one.argument is None and (form.text(one.name) or one.default)
        }

    def narrowed(self, form: Form) -> bool:
        """Whether a filter narrows the list."""
        return any(form.text(one.name) for one in self.filters if not one.default)

    @property
    def searches(self) -> bool:
        """Whether there is a search box."""
        return any(one.type == "search" for one in self.filters)
