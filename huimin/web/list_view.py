"""What stands around the rows of a list: the filters that are on, and the heads that sort.

All of it is links, so that it works without scripts and can be sent to others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from huimin.storage.list_query import Order
from huimin.web.column import Column
from huimin.web.forms import Form
from huimin.web.list_page import Filter, ListPage

SORT = "sort"
ARIA = {False: "ascending", True: "descending"}
ARROWS = {False: "↑", True: "↓"}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: its name and value in words, and the address of the list without it."""

    label: str
    word: str
    address: str


@dataclass(frozen=True, slots=True)
class Head:
    """A heading that sorts: the address, and how the list is sorted by it (aria-sort), if it is."""

    heading: str
    address: str
    aria: str
    arrow: str


@dataclass(frozen=True, slots=True)
class ListView:
    """A list as it is asked for: its filters, their place in the address, and its order.

    `arguments` make the address, with the order in it if the reader chose one.
    """

    list_page: ListPage
    form: Form
    arguments: Mapping[str, Any]
    order: Order | None

    @property
    def chips(self) -> list[Chip]:
        """The filters that are on, in the order of the form."""
        return [
            Chip(str(one.label), one.word(value), self._address(without=[one]))
            for one, value in self._narrowing()
        ]

    @property
    def cleared(self) -> str:
        """The address with no filter on."""
        return self._address(without=[one for one, _value in self._narrowing()])

    @property
    def heads(self) -> list[Head]:
        """The headings that sort, as on the page."""
        listed = (self.head(one) for one in self.list_page.columns if one.only != "workbook")
        return [one for one in listed if one is not None]

    @property
    def sorted_in_words(self) -> str:
        """The heading of the present order with its arrow, or that it is the list's own."""
        chosen = [f"{one.heading} {one.arrow}" for one in self.heads if one.arrow]
        return chosen[0] if chosen else gettext("默认")

    def head(self, column: Column) -> Head | None:
        """The heading of a column that sorts; None for others."""
        if column.sort is None:
            return None
        first = Order.of_text(column.sort)
        present = self.order or Order.of_text(self.list_page.order)
        by_this = present.name == first.name
        following = present.turned if by_this else first
        return Head(
            str(column.heading),
            url_for(self.list_page.endpoint, **{**self.arguments, SORT: following.text}),
            ARIA[present.descending] if by_this else "",
            ARROWS[present.descending] if by_this else "",
        )

    def _narrowing(self) -> list[tuple[Filter, str]]:
        values = ((one, self.form.text(one.name)) for one in self.list_page.filters)
        return [(one, value) for one, value in values if one.narrows(value)]

    def _address(self, without: list[Filter]) -> str:
        arguments = dict(self.arguments)
        for one in without:
            arguments.pop(one.argument or one.name, None)
            if one.default and one.every is not None:
                arguments[one.name] = one.every
        return url_for(self.list_page.endpoint, **arguments)
