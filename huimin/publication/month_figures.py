"""A month's public figures: counted from the roll-ups, protected, and written as plain values.

The last step before they are stored. Nothing that is withheld is in the result, so that neither a
page nor a file can show it by mistake.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby, product
from typing import Any

from huimin.core.days import county_start, instant_text, month_days, next_month
from huimin.core.json_text import read_json
from huimin.core.words import OUTLET_KINDS
from huimin.divisions.lives import lives_of
from huimin.publication import queries
from huimin.publication.counts import Cell, Counts, MonthCounts, OfMerchants, Pattern, TakeUp
from huimin.publication.dominance import MERCHANTS_MIN, SHARE_BP_MAX
from huimin.publication.suppress import (
    PEOPLE_MIN,
    SALES_WIDTH_MIN,
    SAVED_WIDTH_MIN_FEN,
    Protected,
    protect,
)
from huimin.publication.take_up import Shown, Told, protect_take_up, told_by
from huimin.reach.counts import count_county
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
    together = lives.joined_over(*days, towns)
    return figures_of(month, counts, named, kinds, together, _told_beside(tx, month))


def figures_of(
    month: str,
    counts: MonthCounts,
    towns: dict[str, str],
    kinds: list[str],
    together: Sequence[tuple[str, ...]] | None = None,
    told: Sequence[Told] = (),
) -> Row:
    """The same from counts, names of towns by code, and kinds, both in the order of the page.

    `together` are the towns in the groups that are never told apart: one followed the other; `told`
    is the take-up that the months before and after have told.
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
            "merchants_min": MERCHANTS_MIN,
            "merchant_share_bp_max": SHARE_BP_MAX,
        },
        **named,
    }
    if protected is None:
        nothing: list[Row] = []
        lists = dict.fromkeys(("by_town", "by_kind", "by_town_and_kind"), nothing)
        return {**head, "withheld": True, "county": None, **lists}
    county, by_town = counts.of(codes, kinds), [counts.of(g, kinds) for g in protected.towns]
    of_county, of_towns = protect_take_up(counts.take_up, protected.towns, by_town, county, told)
    return {
        **head,
        "withheld": False,
        "county": {**_figures(county), **_take_up(of_county)},
        "by_town": [
            {"towns": list(group), **_figures(counted), **_take_up(reached)}
            for group, counted, reached in zip(protected.towns, by_town, of_towns, strict=True)
        ],
        "by_kind": [{"kinds": list(g), **_figures(counts.of(codes, g))} for g in protected.kinds],
        "by_town_and_kind": list(_cells(counts, protected)),
    }


def count_month(tx: Transaction, month: str) -> MonthCounts:
    """The month's people, cards, sums and take-up. Reads each card used in the month once, and the
    registers once."""
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
    return MonthCounts(
        people=+people, cards=cards, sums=_sums(tx, month), take_up=_take_up_of(tx, month)
    )


def _still(tx: Transaction, month: str, counted: MonthCounts | None) -> MonthCounts | None:
    """The counts with the sums of now; None if a sale was recorded in the month since.

    Each sale adds one to its cell and nothing takes it away again, so that equal numbers of sales
    in every cell mean the same sales, hence the same cards and people. Returns change sums alone.
    """
    if counted is None:
        return None
    sums = _sums(tx, month)
    return replace(counted, sums=sums) if _sales(sums) == _sales(counted.sums) else None


def _told_beside(tx: Transaction, month: str) -> list[Told]:
    """The take-up that months before and after have told, each figure by the nearest."""
    rows = [
        (row["month"], read_json(row["figures_json"]))
        for row in queries.figures_ever_published(tx)
        if row["month"] != month
    ]
    before = [figures for of, figures in reversed(rows) if of < month]
    after = [figures for of, figures in rows if of > month]
    return [*told_by(before), *told_by(after)]


def _sums(tx: Transaction, month: str) -> dict[Cell, OfMerchants]:
    sums: dict[Cell, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in queries.sums_by_town_kind_and_merchant(tx, month=month):
        town, kind = row["key"].split()
        sums[town, kind][row["merchant_id"]] = (int(row["sales"]), int(row["saved_fen"]))
    return dict(sums)


def _sales(sums: Mapping[Cell, OfMerchants]) -> dict[Cell, int]:
    by_cell = {cell: sum(sales for sales, _ in parts.values()) for cell, parts in sums.items()}
    return {cell: sales for cell, sales in by_cell.items() if sales}


def _take_up_of(tx: Transaction, month: str) -> dict[str, TakeUp]:
    counted = count_county(tx, day=month_days(month)[1], month=month)
    return {town: TakeUp(int(row["entitled"]), int(row["carded"])) for town, row in counted.items()}


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


def _take_up(shown: Shown) -> Row:
    if shown is None:
        return {"entitled": None, "reached": None}
    return {"entitled": shown.entitled, "reached": shown.reached}
