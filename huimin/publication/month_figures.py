"""A month's public figures: counted from the roll-ups, protected, and written as plain values.

The last step before they are stored. Nothing that is withheld is in the result, so that neither a
page nor a file can show it by mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby, product
from typing import Any

from huimin.core.days import county_start, instant_text, month_days, next_month
from huimin.core.words import OUTLET_KINDS
from huimin.divisions.lives import lives_of
from huimin.publication import queries
from huimin.publication.counts import Cell, Counts, MonthCounts, Pattern
from huimin.publication.suppress import (
    PEOPLE_MIN,
    SALES_WIDTH_MIN,
    SAVED_WIDTH_MIN_FEN,
    Protected,
    protect,
)
from huimin.storage.engine import Row, Transaction

CHUNK = 5_000
MARK = "town_and_kind="


def month_figures(tx: Transaction, month: str, counted: MonthCounts | None = None) -> Row:
    """What may be published of a month ("2026-10"), for JSON; money in fen.

    `counted` is what count_month gave earlier: used if it still holds, so that nobody waits for it.
    """
    counts = _still(tx, month, counted) or count_month(tx, month)
    days, lives = month_days(month), lives_of(tx)
    towns = sorted({*lives.living_in(*days, "town"), *(town for town, _ in counts.sums)})
    names = lives.names_over(*days)
    before = instant_text(county_start(month_days(next_month(month))[0]))
    taking_part = {row["kind"] for row in queries.kinds_taking_part(tx, before=before)}
    taking_part |= {kind for _, kind in counts.sums}
    kinds = [kind for kind in OUTLET_KINDS if kind in taking_part]
    named = {town: names.get(town, town) for town in towns}
    return figures_of(month, counts, named, kinds, lives.joined_over(*days, towns))


def figures_of(
    month: str,
    counts: MonthCounts,
    towns: dict[str, str],
    kinds: list[str],
    together: Sequence[tuple[str, ...]] | None = None,
) -> Row:
    """The same from counts, names of towns by code, and kinds, both in the order of the page.

    `together` are the towns in the groups that are never told apart: one followed the other.
    """
    codes = list(towns)
    protected = protect(counts, codes, kinds, together)
    named = {"towns": [{"code": code, "name": towns[code]} for code in codes], "kinds": kinds}
    head = {
        "month": month,
        "unit": "fen",
        "rule": {
            "people_min": PEOPLE_MIN,
            "sales_width_min": SALES_WIDTH_MIN,
            "saved_fen_width_min": SAVED_WIDTH_MIN_FEN,
        },
        **named,
    }
    if protected is None:
        nothing: list[Row] = []
        lists = dict.fromkeys(("by_town", "by_kind", "by_town_and_kind"), nothing)
        return {**head, "withheld": True, "county": None, **lists}
    return {
        **head,
        "withheld": False,
        "county": _figures(counts.of(codes, kinds)),
        "by_town": [{"towns": list(g), **_figures(counts.of(g, kinds))} for g in protected.towns],
        "by_kind": [{"kinds": list(g), **_figures(counts.of(codes, g))} for g in protected.kinds],
        "by_town_and_kind": list(_cells(counts, protected)),
    }


def count_month(tx: Transaction, month: str) -> MonthCounts:
    """The month's people, cards and sums. Reads each card used in the month once."""
    cards: Counter[Pattern] = Counter()
    known: dict[str, Pattern] = {}
    after = ""
    while rows := list(queries.cards_of_month_after(tx, month=month, after=after, row_limit=CHUNK)):
        cards.update(_pattern(row["counted_in"], known) for row in rows)
        after = rows[-1]["card_id"]
    people = Counter(cards)
    several = queries.people_of_several_cards(tx, month=month)
    for _, used in groupby(several, key=lambda row: row["holder_id"]):
        patterns = [_pattern(row["counted_in"], known) for row in used]
        people.subtract(patterns)
        people[frozenset().union(*patterns)] += 1
    return MonthCounts(people=+people, cards=cards, sums=_sums(tx, month))


def _still(tx: Transaction, month: str, counted: MonthCounts | None) -> MonthCounts | None:
    """The counts with the sums of now; None if a sale was recorded in the month since.

    Each sale adds one to its cell and nothing takes it away again, so that equal numbers of sales
    in every cell mean the same sales, hence the same cards and people. Returns change sums alone.
    """
    if counted is None:
        return None
    sums = _sums(tx, month)
    return replace(counted, sums=sums) if _sales(sums) == _sales(counted.sums) else None


def _sums(tx: Transaction, month: str) -> dict[Cell, tuple[int, int]]:
    sums: dict[Cell, tuple[int, int]] = {}
    for row in queries.sums_by_town_and_kind(tx, month=month):
        town, kind = row["key"].split()
        sums[town, kind] = (int(row["sales"]), int(row["saved_fen"]))
    return sums


def _sales(sums: Mapping[Cell, tuple[int, int]]) -> dict[Cell, int]:
    return {cell: sales for cell, (sales, _) in sums.items() if sales}


def _pattern(counted_in: str, known: dict[str, Pattern]) -> Pattern:
    """The cells that a card was counted in; few texts of them recur, and each is read once."""
    text = counted_in[counted_in.find(MARK) :]
    if text not in known:
        lines = [line.removeprefix(MARK).split() for line in text.split("\n") if MARK in line]
        known[text] = frozenset((town, kind) for town, kind in lines)
    return known[text]


def _cells(counts: MonthCounts, protected: Protected) -> Any:
    for (r, row), (c, column) in product(enumerate(protected.rows), enumerate(protected.columns)):
        place = {"towns": list(row), "kinds": list(column)}
        if (r, c) in protected.withheld:
            yield {**place, "cards": None, "sales": None, "saved_fen": None}
        else:
            yield {**place, **_figures(counts.of(row, column))}


def _figures(counts: Counts) -> Row:
    return {"cards": counts.cards, "sales": counts.sales, "saved_fen": counts.saved_fen}
