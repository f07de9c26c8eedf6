"""The take-up that is published: what reach counts, and no few people who are reached or missed."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from huimin.instance import Instance
from huimin.publication.counts import Counts, TakeUp
from huimin.publication.suppress import PEOPLE_MIN
from huimin.publication.take_up import protect_take_up, told_by
from tests.conftest import FixedClock, WireApp
from tests.making.holders import make_holder
from tests.publication.attack import AllTables
from tests.publication.county import LONGMEN, NANTA, TIANCHI, VILLAGES, PublicCounty

# Towns: of the entitled how many are reached, how many are missed, how many cards were used.
TOWN = st.tuples(st.integers(0, 40), st.integers(0, 12), st.integers(0, 50))


@settings(max_examples=150, deadline=None)
@given(st.lists(TOWN, min_size=1, max_size=7))
def test_few_people_reached_or_missed_follow_from_nothing_that_is_published(towns: list) -> None:
    names = [f"town-{n}" for n in range(len(towns))]
    by_town = {
        name: TakeUp(reached + missed, reached)
        for name, (reached, missed, _) in zip(names, towns, strict=True)
    }
    counted = [Counts(people=cards, cards=cards, sales=0, saved_fen=0) for _, _, cards in towns]
    cards = sum(each.cards for each in counted)
    whole, shown = protect_take_up(
        by_town, [(name,) for name in names], counted, Counts(cards, cards, 0, 0)
    )
    for part in (whole, *shown):
        assert part is None or min(part.reached, part.entitled - part.reached) >= PEOPLE_MIN
    if whole is None:
        assert shown == [None] * len(towns)
        return
    hidden = [n for n, part in enumerate(shown) if part is None]
    # What an attacker asks: how many reached (0) and missed (1) each withheld town may have.
    sums = [
        (
            {(n, one) for n in hidden},
            sum(towns[n][one] for n in hidden),
        )
        for one in (0, 1)
    ]
    tables = AllTables(list(product(hidden, (0, 1))), sums)
    for n, one in product(hidden, (0, 1)):
        assert tables.most({(n, one)}) >= PEOPLE_MIN
        assert len(hidden) > 1 or len(towns) == 1
    if any(shown):
        # Who knows every other small town still finds one with enough people in the sum.
        assert any(min(towns[n][:2]) >= PEOPLE_MIN for n in hidden) or not hidden


CHANGES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(-7, 7), st.integers(-7, 7)), min_size=1, max_size=6
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(5, 40), st.integers(5, 12)), min_size=5, max_size=5),
    st.lists(CHANGES, min_size=1, max_size=4),
)
def test_no_two_months_differ_by_a_few_people(towns: list, changes: list) -> None:
    """People come and go; whoever keeps every month's figures subtracts them."""
    names, published = [f"town-{n}" for n in range(len(towns))], list[Any]()
    for month in [[], *changes]:
        for place, reached, missed in month:
            towns[place] = (max(0, towns[place][0] + reached), max(0, towns[place][1] + missed))
        by_town = {n: TakeUp(a + b, a) for n, (a, b) in zip(names, towns, strict=True)}
        whole, shown = protect_take_up(
            by_town,
            [(name,) for name in names],
            [Counts(people=0, cards=0, sales=0, saved_fen=0)] * len(names),
            Counts(0, 0, 0, 0),
            told_by(published[::-1]),
        )
        county, of_towns = _row(whole), [_row(part) for part in shown]
        rows = [{"towns": [n], **row} for n, row in zip(names, of_towns, strict=True)]
        _require_no_few(published, county, rows)
        published.append({"county": county, "by_town": rows})


def _row(shown: TakeUp | None) -> dict[str, int | None]:
    return {"entitled": shown and shown.entitled, "reached": shown and shown.reached}


def _require_no_few(published: list[Any], county: Any, rows: list[Any]) -> None:
    """Against the newest month that tells each figure: none has moved by one to four people."""

    def told(places: set[int], month: Any) -> tuple[int, int] | None:
        parts = [month["by_town"][place] for place in places]
        if any(part["entitled"] is None for part in parts):
            return None
        return sum(p["entitled"] for p in parts), sum(p["reached"] for p in parts)

    def hidden(month: Any) -> set[int]:
        return {n for n, part in enumerate(month["by_town"]) if part["entitled"] is None}

    def rest(month: Any) -> tuple[int, int] | None:
        shown = told(set(range(len(rows))) - hidden(month), month)
        if shown is None or month["county"]["entitled"] is None:
            return None
        return month["county"]["entitled"] - shown[0], month["county"]["reached"] - shown[1]

    now = {"county": county, "by_town": rows}
    pairs = [
        (told({n}, now), next((t for m in published[::-1] if (t := told({n}, m))), None))
        for n in range(len(rows))
    ]
    left = hidden(now)
    if 0 < len(left) < len(rows):
        same = (rest(m) for m in published[::-1] if hidden(m) == left)
        pairs.append((rest(now), next((each for each in same if each), None)))
    known = (m["county"] for m in published[::-1] if m["county"]["entitled"] is not None)
    last = next(known, None)
    if last is not None and county["entitled"] is not None:
        pairs.append(((county["entitled"], county["reached"]), (last["entitled"], last["reached"])))
    for one, before in pairs:
        if one is None or before is None:
            continue
        by = (one[0] - before[0], one[1] - before[1])
        assert not any(0 < abs(each) < PEOPLE_MIN for each in (*by, by[0] - by[1]))


def test_the_page_and_the_files_show_who_is_entitled_reached_and_missed(
    instance: Instance, clock: FixedClock, wire_app: WireApp
) -> None:
    county = PublicCounty(instance)
    # Entitled without a card: eight and seven, and two in a town that has few.
    for town, count in ((TIANCHI, 8), (NANTA, 7), (LONGMEN, 2)):
        for _ in range(count):
            make_holder(instance, division_code=VILLAGES[town])
    clock.advance(days=1)
    county.close()
    client = wire_app(instance).test_client()
    figures: dict[str, Any] = client.get("/open/months/2026-10.json").json
    cards = len(county.cards)
    assert (figures["county"]["entitled"], figures["county"]["reached"]) == (cards + 17, cards)
    by_town = {town: row for row in figures["by_town"] for town in row["towns"]}
    # Longmen and the joined towns have too few; of the others the smaller is withheld with them.
    shown = {town: by_town[town]["entitled"] for town in (TIANCHI, NANTA, LONGMEN)}
    assert shown == {TIANCHI: 21, NANTA: None, LONGMEN: None}
    page = client.get("/public/months/2026-10").text
    assert "应享的人，用上了吗" in page and f"{cards + 17}" in page
    assert "应享的人，用上了吗" in client.get("/public/").text
    assert "entitled" in client.get("/open/months.csv").text.partition("\r\n")[0]
