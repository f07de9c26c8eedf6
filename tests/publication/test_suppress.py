"""Attack the published tables: no group of fewer than five people may follow from them, and no
merchant's figure, neither exactly nor nearly, whatever another merchant knows of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from tests.publication.attack import AllTables, Place, interval, solvable

TOWNS = [f"town-{n}" for n in range(9)]
KINDS = ["supermarket", "pharmacy", "hospital", "school", "other"]

# Who sells at each kind: pharmacies are nearly all of one chain, the school is the only one, and
# a chain has supermarkets and a pharmacy.
MERCHANTS = {
    "supermarket": ("chain", "corner", "market", "fruit", "chain", "market"),
    "pharmacy": ("drugs", "drugs", "drugs", "drugs", "chain", "herbs"),
    "hospital": ("county", "clinic", "dentist", "county", "clinic", "dentist"),
    "school": ("school",) * 6,
    "other": ("baths", "barber", "baths", "barber", "baths", "county"),
}

Sellers = Mapping[str, Sequence[str]]
# Where nobody dominates anything: six merchants at every kind.
EVERYWHERE = dict.fromkeys(KINDS, "abcdef")

# A person: the town, which kinds are used, how often each, how much it saved, and at whose outlets.
PERSON = st.tuples(
    st.sampled_from([0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8]),
    st.sets(st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4]), min_size=1, max_size=3),
    st.integers(1, 30),
    st.integers(1, 4_000),
    st.integers(0, 5),
)
PEOPLE = st.lists(PERSON, max_size=250)


def month_of(
    people: Sequence[tuple[int, set[int], int, int, int]], sellers: Sellers = MERCHANTS
) -> MonthCounts:
    patterns: Counter[frozenset[tuple[str, str]]] = Counter()
    sums: dict[tuple[str, str], dict[str, tuple[int, int]]] = defaultdict(dict)
    for town, kinds, times, saved, place in people:
        cells = frozenset((TOWNS[town], KINDS[kind]) for kind in kinds)
        patterns[cells] += 1
        for cell in cells:
            merchant = sellers[cell[1]][place]
            before = sums[cell].get(merchant, (0, 0))
            sums[cell][merchant] = (before[0] + times, before[1] + times * saved)
    return MonthCounts(people=patterns, cards=patterns, sums=sums)


def grid(counts: MonthCounts, found: Protected) -> dict[tuple[int, int], Counts]:
    return {
        (r, c): counts.of(row, column)
        for (r, row), (c, column) in product(enumerate(found.rows), enumerate(found.columns))
    }


def dominated(counts: MonthCounts, towns: Iterable[str], kinds: Iterable[str]) -> bool:
    """By the rule's own words: fewer than three merchants, or one with more than 85 %, or the
    second could tell the first's figure to 10 %."""
    parts: dict[str, tuple[int, int]] = {}
    for cell in product(towns, kinds):
        for merchant, (sales, saved) in counts.sums.get(cell, {}).items():
            before = parts.get(merchant, (0, 0))
            parts[merchant] = (before[0] + sales, before[1] + saved)
    for one in (0, 1):
        first, second, *others = [
            *sorted((part[one] for part in parts.values()), reverse=True),
            0,
            0,
        ]
        if first and (
            len(parts) < 3
            or first * 100 > 85 * (first + second + sum(others))
            or sum(others) * 10 < first
        ):
            return True
    return False


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
    if len(people) < PEOPLE_MIN or dominated(counts, TOWNS, KINDS):
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
    assert not any(dominated(counts, group, KINDS) for group in found.towns)
    assert not any(dominated(counts, TOWNS, group) for group in found.kinds)
    for (r, row), (c, column) in product(enumerate(found.rows), enumerate(found.columns)):
        assert (r, c) in found.withheld or not dominated(counts, row, column)
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
    assert set(small_of(cells)) <= set(found.witness)
    for r, c in small_of(cells):
        witness = found.witness[r, c]
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


@settings(max_examples=60, deadline=None)
@given(
    PEOPLE, st.sampled_from([None, *sorted({one for each in MERCHANTS.values() for one in each})])
)
def test_no_merchant_can_be_told_by_another_that_knows_its_own_figures(
    people: list, attacker: str | None
) -> None:
    """In any cells, all towns and kinds of a merchant's: to 10 % of what it is."""
    counts = month_of(people)
    found = protect(counts, TOWNS, KINDS)
    if found is None:
        return
    for one in (0, 1):
        table, own = of_merchants(counts, found, one)
        tables = AllTables(list(table), [*published_of(table, own.pop(attacker, {}), found)])
        for merchant, figures in own.items():
            sold = [KINDS.index(kind) for kind in KINDS if merchant in MERCHANTS[kind]]
            groups = {n for n, kinds in enumerate(found.kinds) for k in sold if KINDS[k] in kinds}
            rows = [{(t, k) for k in groups} for t in range(len(found.towns))]
            single = [{cell} for cell in figures]
            for cells in (*rows, *single, set(product(range(len(found.towns)), groups))):
                figure = sum(figures.get(cell, 0) for cell in cells)
                assert tables.most(cells) >= figure * 1.1 - 0.001, (merchant, cells, figure)


def of_merchants(
    counts: MonthCounts, found: Protected, one: int
) -> tuple[dict[Place, int], dict[str, dict[Place, int]]]:
    """The finest cells, towns × kinds as in the margins: all of it, and each merchant's part."""
    table: dict[Place, int] = dict.fromkeys(
        product(range(len(found.towns)), range(len(found.kinds))), 0
    )
    own: dict[str, dict[Place, int]] = defaultdict(lambda: defaultdict(int))
    for (town, kind), parts in counts.sums.items():
        t = next(n for n, group in enumerate(found.towns) if town in group)
        k = next(n for n, group in enumerate(found.kinds) if kind in group)
        for merchant, figures in parts.items():
            table[t, k] += figures[one]
            own[merchant][t, k] += figures[one]
    return table, own


def published_of(
    table: dict[Place, int], known: dict[Place, int], found: Protected
) -> Iterator[tuple[set[Place], int]]:
    """Every published sum over the finest cells, less what the attacker knows to be its own."""
    left = {cell: value - known.get(cell, 0) for cell, value in table.items()}

    def summed(towns: Iterable[str], kinds: Iterable[str]) -> tuple[set[Place], int]:
        cells = {
            (t, k)
            for t, k in table
            if set(found.towns[t]) <= set(towns) and set(found.kinds[k]) <= set(kinds)
        }
        return cells, sum(left[cell] for cell in cells)

    yield from (summed(group, KINDS) for group in found.towns)
    yield from (summed(TOWNS, group) for group in found.kinds)
    for (r, row), (c, column) in product(enumerate(found.rows), enumerate(found.columns)):
        if (r, c) not in found.withheld:
            yield summed(row, column)


def test_a_month_of_a_real_size_keeps_most_of_its_table() -> None:
    """Not everything is withheld: what helps nobody to hide is shown."""
    people = [
        (n % 9, {0, *({1} if n % 2 else ()), *({2} if n % 5 == 0 else ())}, 1 + n % 4, 500)
        for n in range(2_000)
    ] + [(1, {3}, 2, 300), (2, {3}, 1, 800), (7, {4}, 1, 100)]
    people += [(n, {3}, 3, 900) for n in (0, 1, 3, 4, 5, 6) for _ in range(6)]
    people += [(n, {4}, 3, 900) for n in (0, 1) for _ in range(8)]
    counts = month_of([(*person, n // 9 % 6) for n, person in enumerate(people)], EVERYWHERE)
    found = protect(counts, TOWNS, KINDS)
    assert found is not None
    assert found.towns == tuple((town,) for town in TOWNS)
    assert found.kinds == tuple((kind,) for kind in KINDS)
    cells = grid(counts, found)
    assert len(small_of(cells)) >= 2
    assert len(found.withheld) <= len(cells) // 2


@pytest.mark.parametrize("people", [0, 4])
def test_fewer_than_five_people_in_all_give_nothing(people: int) -> None:
    few = [(0, {0}, 3, 100, n) for n in range(people)]
    assert protect(month_of(few), TOWNS, KINDS) is None


def test_the_attacker_solves_what_is_badly_hidden() -> None:
    """The attack is no straw man: one withheld cell in a row is found, and a thin interval seen."""
    assert solvable([frozenset("a"), frozenset("bc")], ["a", "b", "c"]) == {"a"}
    assert solvable([frozenset("ab"), frozenset("bc"), frozenset("ac")], ["a", "b", "c"]) == {
        *"abc"
    }
    square = {(0, 0): 1, (0, 1): 2, (1, 0): 3, (1, 1): 50}
    assert interval(square, (0, 0)) == (0, 3)
    assert interval({(0, 0): 7}, (0, 0)) == (7, 7)
