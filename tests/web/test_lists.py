"""The pages of a long list, forward and back: every row once, in order, whatever goes meanwhile."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from huimin.web.lists import COUNT_MAX, Listed, Place, listed


class Rows:
    """Rows with the numbers as ids, found by key as a statement finds them."""

    def __init__(self, numbers: set[int]) -> None:
        self.ids = sorted(f"{number:04d}" for number in numbers)

    def find(self, key: str, count: int, backwards: bool = False) -> list[dict[str, str]]:
        ids = [one for one in self.ids if one > key]
        if backwards:
            ids = [one for one in reversed(self.ids) if one < key]
        return [{"id": one} for one in ids[:count]]

    def page(self, place: Place, size: int) -> Listed:
        return listed(self.find, lambda: len(self.ids), place=place, size=size)


def ids_of(page: Listed) -> list[str]:
    return [row["id"] for row in page.rows]


@given(st.sets(st.integers(0, 200), max_size=40), st.integers(1, 9))
def test_the_way_back_leads_over_the_same_pages(numbers: set[int], size: int) -> None:
    rows = Rows(numbers)
    pages = [rows.page(Place(), size)]
    while pages[-1].next_after:
        pages.append(rows.page(Place(after=pages[-1].next_after), size))
    assert [one for page in pages for one in ids_of(page)] == rows.ids
    assert all(page.count == len(rows.ids) for page in pages)
    page = pages[-1]
    for earlier in reversed(pages[:-1]):
        assert page.behind and page.previous_before
        page = rows.page(Place(before=page.previous_before), size)
        assert ids_of(page) == ids_of(earlier) and page.next_after == earlier.next_after
    assert not page.behind and page.previous_before is None


@given(st.sets(st.integers(0, 200), min_size=1, max_size=40), st.integers(0, 200))
def test_a_row_that_went_meanwhile_leaves_no_hole_and_no_short_page(
    numbers: set[int], gone: int
) -> None:
    rows, key = Rows(numbers - {gone}), f"{gone:04d}"
    page = rows.page(Place(before=key), 5)
    before = [one for one in rows.ids if one < key]
    assert ids_of(page) == (before[-5:] if len(before) > 5 else rows.ids[:5])
    assert ids_of(rows.page(Place(after=key), 5)) == [one for one in rows.ids if one > key][:5]


def test_a_count_that_stopped_says_so_and_an_exact_one_does_not() -> None:
    rows = Rows(set(range(9)))
    stopped = listed(rows.find, lambda: COUNT_MAX + 1, size=2, capped=True)
    assert (stopped.count, stopped.many) == (COUNT_MAX, True)
    exact = listed(rows.find, lambda: 10 * COUNT_MAX, size=2)
    assert (exact.count, exact.many) == (10 * COUNT_MAX, False)
