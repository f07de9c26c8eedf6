"""A page of a long list: rows, where the pages around it begin, and how many rows there are.

A page is found by the key of the row next to it, never by skipping rows, so that the thousandth
page costs as much as the first, in either direction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from flask import request

from huimin.storage.engine import Transaction
from huimin.storage.list_query import ListQuery, Order
from huimin.web.forms import Form

PAGE_ROWS = 50
# Counting further would not be worth its cost: "more than 10,000" is enough to know.
COUNT_MAX = 10_000
# The most rows a workbook holds.
ROWS_MAX = 100_000

W = TypeVar("W")
# Reads the rows that a list's form asks for; raises FieldProblems for an invalid filter.
ReadRows = Callable[[Transaction, Form, "Place"], "Listed"]


class Finder(Protocol):
    """Reads up to `count` rows after a key in the list's order ("": from the beginning).

    With `backwards`, the rows before the key, nearest first.
    """

    def __call__(self, key: str, count: int, backwards: bool = False) -> Sequence[Any]: ...


def as_workbook() -> bool:
    """Whether the address asks for the whole list as a workbook."""
    return request.args.get("format") == "xlsx"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list is (after a row, before a row, or at the beginning), and its size.

    `order` is the order that the reader chose; None for the list's own. A workbook is one page of
    ROWS_MAX.
    """

    after: str = ""
    before: str = ""
    size: int = PAGE_ROWS
    order: Order | None = None

    @classmethod
    def from_address(cls, order: Order | None = None) -> Place:
        """What the address asks for, in that order."""
        if as_workbook():
            return cls(size=ROWS_MAX, order=order)
        return cls(request.args.get("after", ""), request.args.get("before", ""), order=order)


@dataclass(frozen=True, slots=True)
class Listed:
    """One page. `count` is the number of all rows; `many` if there are more, which nobody counted.

    `behind` is true for a page that is not the first one.
    """

    rows: Sequence[Any]
    count: int
    next_after: str | None = None
    previous_before: str | None = None
    behind: bool = False
    many: bool = False


def _id_of(row: Any) -> str:
    return str(row["id"])


def listed(
    find: Finder,
    count: Callable[[], int],
    *,
    place: Place | None = None,
    key_of: Callable[[Any], str] = _id_of,
    size: int | None = None,
    capped: bool = False,
) -> Listed:
    """The page at that place; `count` is called only if the page does not hold every row.

    Where it is `capped`, it counts no further than COUNT_MAX + 1.
    """

    def counted() -> tuple[int, bool]:
        total = count()
        return (COUNT_MAX, True) if capped and total > COUNT_MAX else (total, False)

    place = place or Place()
    size = size or place.size
    if place.before:
        read = list(find(place.before, size + 1, True))
        if len(read) > size:
            rows = read[size - 1 :: -1]
            total, many = counted()
            return Listed(rows, total, key_of(rows[-1]), key_of(rows[0]), behind=True, many=many)
        # Less than a page before it: show the whole first page.
        place = replace(place, before="")
    read = list(find(place.after, size + 1))
    rows, behind = read[:size], bool(place.after)
    following = key_of(rows[-1]) if len(read) > size else None
    total, many = counted() if behind or following else (len(rows), False)
    previous = key_of(rows[0]) if behind and rows else None
    return Listed(rows, total, following, previous, behind, many)


def page_of(
    query: ListQuery[W],
    tx: Transaction,
    criteria: W,
    place: Place,
    *,
    key_of: Callable[[Any], str] = _id_of,
    count: Callable[[], int] | None = None,
) -> Listed:
    """The page of a room's list at that place; `count` where its number of rows is known."""
    capped = count is None and not query.counts_whole(criteria)
    count = count or partial(query.count, tx, criteria, COUNT_MAX + 1)
    if place.order is None:
        find = partial(query, tx, criteria)
        return listed(find, count, place=place, key_of=key_of, capped=capped)
    page = listed(
        partial(query.ordered, tx, criteria, place.order),
        count,
        place=place,
        key_of=lambda keyed: str(keyed.key),
        capped=capped,
    )
    return replace(page, rows=[keyed.row for keyed in page.rows])


def in_order(find: Finder, order: Order | None) -> Finder:
    """The rows of a list that has no order but its own, from the end that the reader chose."""
    if order is None or not order.descending:
        return find
    return lambda key, count, backwards=False: find(key, count, not backwards)


def sorted_page(
    rows: Sequence[W], place: Place, value_of: Mapping[str, Callable[[W], Any]]
) -> Listed:
    """All the rows of a list that is never long, in the order that the reader chose.

    `value_of` gives the value to sort by for each order. Rows with equal values stay as they are.
    """
    if place.order is not None:
        key = value_of[place.order.name]
        rows = sorted(rows, key=key, reverse=place.order.descending)
    return Listed(rows, len(rows))


def rows_of(query: ListQuery[W], criteria_of: Callable[[Form], W]) -> ReadRows:
    """Reads a list's rows by the criteria that `criteria_of` makes of its form."""
    return lambda tx, form, place: page_of(query, tx, criteria_of(form), place)
