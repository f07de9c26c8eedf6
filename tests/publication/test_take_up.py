"""The take-up that is published: what reach counts, and no few people who are reached or missed."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from huimin.instance import Instance
from huimin.publication.counts import Counts, TakeUp
from huimin.publication.suppress import PEOPLE_MIN
from huimin.publication.take_up import protect_take_up
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
