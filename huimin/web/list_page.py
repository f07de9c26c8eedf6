"""A list, described once: its filters and its columns, for the page and for the workbook.

templates/list.html draws the page from the description and web/list_xlsx.py the workbook, so what
all lists do is changed here and there, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext, lazy_gettext
from jinja2 import Template

from huimin.web.column import Column
from huimin.web.forms import Form

Choices = Sequence[tuple[str, Any]]
EVERY = lazy_gettext("全部")


@dataclass(frozen=True, slots=True)
class Filter:
    """One field of the form above a list; with `choices` (value, word) it is a select.

    `blank` is the word for no choice; with None there always is one. A filter with a `default` is
    a view of the list: it is not counted among what narrows it.
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

    def value(self, given: Mapping[str, str]) -> str:
        """What the address says, or the default where it says nothing."""
        value = given.get(self.name)
        if value is None or (not value and self.blank is None and self.choices is not None):
            return self.default
        return value.strip()


def day_filters(first: str | None = None, last: str | None = None) -> list[Filter]:
    """Two days between which rows lie: `first` and `last`, both included."""
    return [
        Filter("first", first or gettext("从"), type="date"),
        Filter("last", last or gettext("到"), type="date"),
    ]


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says, and where to go on: an endpoint, its arguments, and the words."""

    sentence: str
    endpoint: str | None = None
    label: str | None = None
    arguments: Mapping[str, Any] | None = None

    @property
    def address(self) -> str | None:
        """Where to go on."""
        return url_for(self.endpoint, **self.arguments or {}) if self.endpoint else None


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list: `endpoint` is its page, `title` its name there, in the workbook and in the tab.

    `empty` is said where there is no row at all, `none_fit` where the filters leave none. The
    workbook is called `file_name` where the title would not tell it from others. What a page has
    beside its list stands in a template called as the endpoint, if it is there.
    """

    endpoint: str
    title: str
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    empty: Empty | None = None
    none_fit: str | None = None
    template: str | None = None
    table_look: str = ""
    file_name: str | None = None

    @property
    def templates(self) -> list[str | Template]:
        """The room's own template before the one of all lists."""
        own = self.template or f"{self.endpoint.replace('.', '/')}.html"
        return [own, "list.html"]

    def asked(self) -> Form:
        """The filters as the address has them."""
        return Form({one.name: one.value(request.args) for one in self.filters})

    def arguments(self, form: Form) -> dict[str, str]:
        """What keeps the filters in an address."""
        return {
            one.name: form.text(one.name)
            for one in self.filters
            if form.text(one.name) or one.default
        }

    def views(self, form: Form) -> dict[str, str]:
        """What is left of the address when nothing narrows the list any more."""
        return {one.name: form.text(one.name) for one in self.filters if one.default}

    def narrowed(self, form: Form) -> bool:
        """Whether a filter narrows the list."""
        return any(form.text(one.name) for one in self.filters if not one.default)

    @property
    def searches(self) -> bool:
        """Whether there is a box to search in."""
        return any(one.type == "search" for one in self.filters)
