"""A page of a long list: rows, where the pages around it begin, and how many rows there are.

A page is found by the key of the row beside it, never by counting rows off, so that the thousandth
page costs what the first one costs, whichever way one comes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from flask import request

from huimin.storage.engine import Transaction
from huimin.storage.list_query import ListQuery
from huimin.web.forms import Form

PAGE_ROWS = 50
# Counting further would cost more than it tells: "more than 10,000" is enough to know.
COUNT_MAX = 10_000
# What a workbook holds at most.
ROWS_MAX = 100_000

W = TypeVar("W")
# Finds the rows that a list's form asks for; raises FieldProblems for a filter that can't be.
Look = Callable[[Transaction, Form, "Place"], "Listed"]


class Finder(Protocol):
    """Reads up to `count` rows behind a key in the list's order ("": from its beginning).

    With `backwards`, the rows before the key, the nearest first.
    """

    def __call__(self, key: str, count: int, backwards: bool = False) -> Sequence[Any]: ...


def as_workbook() -> bool:
    """Whether the address asks for the whole list as a workbook."""
    return request.args.get("format") == "xlsx"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a page lies (behind a row, before a row, or at the beginning), and its size.

    A workbook is one page of ROWS_MAX.
    """

    after: str = ""
    before: str = ""
    size: int = PAGE_ROWS

    @classmethod
    def asked(cls) -> Place:
        """What the address asks for."""
        if as_workbook():
            return cls(size=ROWS_MAX)
        return cls(request.args.get("after", ""), request.args.get("before", ""))


@dataclass(frozen=True, slots=True)
class Listed:
    """One page. `count` is the number of all rows, up to COUNT_MAX + 1.

    `behind` is true for a page that is not the first one.
    """

    rows: Sequence[Any]
    count: int
    next_after: str | None = None
    previous_before: str | None = None
    behind: bool = False

    @property
    def many(self) -> bool:
        """True when there are more than were counted."""
        return self.count > COUNT_MAX


def _id_of(row: Any) -> str:
    return str(row["id"])


def listed(
    find: Finder,
    count: Callable[[], int],
    *,
    place: Place | None = None,
    key_of: Callable[[Any], str] = _id_of,
    size: int | None = None,
) -> Listed:
    """The page at that place; `count` is asked only when the page does not hold every row."""
    place = place or Place()
    size = size or place.size
    if place.before:
        found = list(find(place.before, size + 1, True))
        if len(found) > size:
            rows = found[size - 1 :: -1]
            return Listed(rows, count(), key_of(rows[-1]), key_of(rows[0]), behind=True)
        # Fewer than a page stand before it: that is the first page, which is shown whole.
        place = Place()
    found = list(find(place.after, size + 1))
    rows, behind = found[:size], bool(place.after)
    following = key_of(rows[-1]) if len(found) > size else None
    total = count() if behind or following else len(rows)
    return Listed(rows, total, following, key_of(rows[0]) if behind and rows else None, behind)


def page_of(
    query: ListQuery[W],
    tx: Transaction,
    wanted: W,
    place: Place,
    *,
    key_of: Callable[[Any], str] = _id_of,
) -> Listed:
    """The page of a room's list that lies at that place."""
    return listed(
        partial(query, tx, wanted),
        partial(query.count, tx, wanted, COUNT_MAX + 1),
        place=place,
        key_of=key_of,
    )


def rows_of(query: ListQuery[W], wanted: Callable[[Form], W]) -> Look:
    """Looks a list's rows up by what its form wants."""
    return lambda tx, form, place: page_of(query, tx, wanted(form), place)
