"""Attack the published tables: no group of fewer than five people may follow from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huimin.publication.counts import Counts, MonthCounts
from huimin.publication.suppress import (
    PEOPLE_MIN,
    SALES_WIDTH_MIN,
    SAVED_WIDTH_MIN_FEN,
    Protected,
    protect,
)
from tests.publication.attack import interval, solvable

TOWNS = [f"town-{n}" for n in range(9)]
KINDS = ["supermarket", "pharmacy", "hospital", "school", "other"]

# A person: the town, which kinds are used, how often each, and how much it saved.
PERSON = st.tuples(
    st.sampled_from([0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8]),
    st.sets(st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4]), min_size=1, max_size=3),
    st.integers(1, 30),
    st.integers(1, 4_000),
)
PEOPLE = st.lists(PERSON, max_size=250)


def month_of(people: list[tuple[int, set[int], int, int]]) -> MonthCounts:
    patterns: Counter[frozenset[tuple[str, str]]] = Counter()
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for town, kinds, times, saved in people:
        cells = frozenset((TOWNS[town], KINDS[kind]) for kind in kinds)
        patterns[cells] += 1
        for cell in cells:
            before = sums.get(cell, (0, 0))
            sums[cell] = (before[0] + times, before[1] + times * saved)
    return MonthCounts(people=patterns, cards=patterns, sums=sums)


def grid(counts: MonthCounts, found: Protected) -> dict[tuple[int, int], Counts]:
    return {
        (r, c): counts.of(row, column)
        for (r, row), (c, column) in product(enumerate(found.rows), enumerate(found.columns))
    }


def small_of(cells: dict[tuple[int, int], Counts]) -> list[tuple[int, int]]:
    return [place for place, cell in cells.items() if cell.people < PEOPLE_MIN]


def equations(found: Protected, unknown: set[tuple[str, str]]) -> Iterator[frozenset[object]]:
    """Every sum over single cells (town, kind) that is published, at every level."""
    yield frozenset(unknown)
    for towns in found.towns:
        yield frozenset(cell for cell in unknown if cell[0] in towns)
    for kinds in found.kinds:
        yield frozenset(cell for cell in unknown if cell[1] in kinds)
    for (r, row), (c, column) in product(enumerate(found.rows), enumerate(found.columns)):
        if (r, c) not in found.withheld:
            yield frozenset(cell for cell in unknown if cell[0] in row and cell[1] in column)


@settings(max_examples=150, deadline=None)
@given(PEOPLE)
def test_nothing_small_is_published_and_every_town_and_kind_is_counted_once(people: list) -> None:
    counts = month_of(people)
    found = protect(counts, TOWNS, KINDS)
    if len(people) < PEOPLE_MIN:
        assert found is None
        return
    assert found is not None
    for groups, codes in (
        (found.towns, TOWNS),
        (found.rows, TOWNS),
        (found.kinds, KINDS),
        (found.columns, KINDS),
    ):
        assert sorted(code for group in groups for code in group) == sorted(codes)
    assert all(counts.of(group, KINDS).people >= PEOPLE_MIN for group in found.towns)
    assert all(counts.of(TOWNS, group).people >= PEOPLE_MIN for group in found.kinds)
    cells = grid(counts, found)
    assert set(small_of(cells)) <= found.withheld
    assert protect(counts, TOWNS, KINDS) == found


@settings(max_examples=150, deadline=None)
@given(PEOPLE)
def test_no_withheld_cell_can_be_solved_or_narrowed_down(people: list) -> None:
    counts = month_of(people)
    found = protect(counts, TOWNS, KINDS)
    if found is None:
        return
    cells = grid(counts, found)
    withheld = sorted(found.withheld)
    sums = [frozenset(p for p in withheld if p[0] == r) for r in range(len(found.rows))]
    sums += [frozenset(p for p in withheld if p[1] == c) for c in range(len(found.columns))]
    assert solvable(sums, withheld).isdisjoint(small_of(cells))
    for place in small_of(cells):
        sales = interval({p: cells[p].sales for p in withheld}, place)
        saved = interval({p: cells[p].saved_fen for p in withheld}, place)
        assert sales[1] - sales[0] >= max(SALES_WIDTH_MIN, cells[place].sales)
        assert saved[1] - saved[0] >= max(SAVED_WIDTH_MIN_FEN, cells[place].saved_fen)


@settings(max_examples=60, deadline=None)
@given(PEOPLE)
def test_who_knows_all_other_small_cells_still_solves_none(people: list) -> None:
    """As an insider does, or whoever takes groups of small cells together."""
    counts = month_of(people)
    found = protect(counts, TOWNS, KINDS)
    if found is None:
        return
    cells = grid(counts, found)
    small = small_of(cells)
    for place in small:
        unknown = [p for p in sorted(found.withheld) if p == place or p not in small]
        sums = [frozenset(p for p in unknown if p[0] == r) for r in range(len(found.rows))]
        sums += [frozenset(p for p in unknown if p[1] == c) for c in range(len(found.columns))]
        assert place not in solvable(sums, unknown)
        low, high = interval({p: cells[p].sales for p in unknown}, place)
        assert high - low >= max(SALES_WIDTH_MIN, cells[place].sales)


@settings(max_examples=60, deadline=None)
@given(PEOPLE)
def test_no_single_town_and_kind_follows_from_joined_ones(people: list) -> None:
    """Across levels: towns and kinds may be joined in the table and single in the margins."""
    counts = month_of(people)
    found = protect(counts, TOWNS, KINDS)
    if found is None:
        return
    unknown = set(product(TOWNS, KINDS))
    known = solvable(list(equations(found, unknown)), sorted(unknown))
    assert all(counts.of([town], [kind]).people >= PEOPLE_MIN for town, kind in known)


@settings(max_examples=150, deadline=None)
@given(PEOPLE)
def test_another_table_with_five_people_there_fits_all_that_is_published(people: list) -> None:
    """Cards too: no kind has more of a town than the town has, and no cell more than its sales."""
    counts = month_of(people)
    found = protect(counts, TOWNS, KINDS)
    if found is None:
        return
    cells = grid(counts, found)
    assert set(found.witness) == set(small_of(cells))
    for (r, c), witness in found.witness.items():
        (other_r, other_c), change = witness.opposite, witness.change
        assert change.sales >= max(SALES_WIDTH_MIN, cells[r, c].sales)
        assert change.saved_fen >= max(SAVED_WIDTH_MIN_FEN, cells[r, c].saved_fen)
        corners = {(r, c): 1, (other_r, other_c): 1, (r, other_c): -1, (other_r, c): -1}
        assert set(corners) <= found.withheld
        other = dict(cells)
        for place, sign in corners.items():
            cell = cells[place]
            other[place] = Counts(
                people=cell.people,
                cards=cell.cards + sign * change.cards,
                sales=cell.sales + sign * change.sales,
                saved_fen=cell.saved_fen + sign * change.saved_fen,
            )
        assert other[r, c].cards >= PEOPLE_MIN
        assert all(0 <= cell.cards <= cell.sales and cell.saved_fen >= 0 for cell in other.values())
        for row, group in enumerate(found.rows):
            in_row = [other[row, column].cards for column in range(len(found.columns))]
            assert max(in_row) <= counts.of(group, KINDS).cards <= sum(in_row)


def test_a_month_of_a_real_size_keeps_most_of_its_table() -> None:
    """Not everything is withheld: what helps nobody to hide is shown."""
    people = [
        (n % 9, {0} | ({1} if n % 2 else set()) | ({2} if n % 5 == 0 else set()), 1 + n % 4, 500)
        for n in range(2_000)
    ] + [(1, {3}, 2, 300), (2, {3}, 1, 800), (7, {4}, 1, 100)]
    people += [(n, {3}, 3, 900) for n in (0, 1, 3, 4, 5, 6) for _ in range(6)]
    people += [(n, {4}, 3, 900) for n in (0, 1) for _ in range(8)]
    counts = month_of(people)
    found = protect(counts, TOWNS, KINDS)
    assert found is not None
    assert found.towns == tuple((town,) for town in TOWNS)
    assert found.kinds == tuple((kind,) for kind in KINDS)
    cells = grid(counts, found)
    assert len(small_of(cells)) >= 2
    assert len(found.withheld) <= len(cells) // 2


@pytest.mark.parametrize("people", [0, 4])
def test_fewer_than_five_people_in_all_give_nothing(people: int) -> None:
    assert protect(month_of([(0, {0}, 3, 100)] * people), TOWNS, KINDS) is None


def test_the_attacker_solves_what_is_badly_hidden() -> None:
    """The attack is no straw man: one withheld cell in a row is found, and a thin interval seen."""
    assert solvable([frozenset("a"), frozenset("bc")], ["a", "b", "c"]) == {"a"}
    assert solvable([frozenset("ab"), frozenset("bc"), frozenset("ac")], ["a", "b", "c"]) == {
        *"abc"
    }
    square = {(0, 0): 1, (0, 1): 2, (1, 0): 3, (1, 1): 50}
    assert interval(square, (0, 0)) == (0, 3)
    assert interval({(0, 0): 7}, (0, 0)) == (7, 7)
