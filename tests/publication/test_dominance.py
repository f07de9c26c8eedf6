"""Whether a figure tells of one merchant; and the attack on a real county's files and history."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from itertools import product
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.ledger.lock_month import unlock_month
from huimin.publication.counts import MonthCounts
from huimin.publication.dominance import shortfall
from huimin.publication.month_figures import count_month
from huimin.publication.publish import withdraw_month
from tests.conftest import FixedClock, WireApp
from tests.publication.attack import AllTables
from tests.publication.county import PublicCounty

OCTOBER = "2026-10"


@pytest.mark.parametrize(
    ("parts", "short"),
    [
        ([], 0),
        ([0, 0], 0),
        ([100], 18),  # 100 of 118 is 85 %
        ([100, 100], 10),  # who knows its 100 must still be wrong by 10
        ([100, 100, 10], 0),
        ([100, 100, 9], 1),
        ([86, 5, 5, 4], 2),  # four merchants, and one has 86 %
        ([850, 50, 50, 50], 0),
        ([100, 90, 30, 30], -50),
        ([-100, 90, 3, 3], 4),  # what was returned counts by its size, and hides nobody
        ([100, 90, -30, 10], 0),
    ],
)
def test_what_a_figure_is_short_of_the_rule(parts: list[int], short: int) -> None:
    assert shortfall(parts) == short


def test_no_merchant_follows_from_the_sqlite_file_and_from_all_that_was_published_before(
    sqlite_instance: Instance, clock: FixedClock, wire_app: WireApp
) -> None:
    """One pharmacy chain, as most counties have; the month is published twice."""
    county = PublicCounty(sqlite_instance, sellers=(4, 1, 3))
    counts = sqlite_instance.engine.read(lambda tx: count_month(tx, OCTOBER))
    clock.advance(days=1)
    county.close()
    client = wire_app(sqlite_instance).test_client()
    history = rows_of(client)
    now = clock()

    def reopen(tx: Any) -> None:
        unlock_month(tx, OCTOBER)
        withdraw_month(tx, OCTOBER, close_id="close-1", now=now)

    sqlite_instance.engine.write(reopen)
    county.sell(county.cards[0], 1, 77_700)
    county.close(close_id="close-2")
    history += [row for row in rows_of(client) if row not in history]
    assert any(row["sales"] for row in history if row["level"] == "kind")
    for figure, place in (("sales", 0), ("saved_fen", 1)):
        attack(counts, history, figure, place)
    page = client.get(f"/public/months/{OCTOBER}").text
    assert "一家商户的生意是它自己的事" in page
    assert "人数或商户太少的镇街或类型与别的合并" in page


def test_a_county_of_two_merchants_publishes_nothing_and_says_why(
    sqlite_instance: Instance, clock: FixedClock, wire_app: WireApp
) -> None:
    county = PublicCounty(sqlite_instance, sellers=(2, 2, 2))
    clock.advance(days=1)
    assert county.close()["figures"]["withheld"] is True
    client = wire_app(sqlite_instance).test_client()
    assert "背后的商户太少" in client.get(f"/public/months/{OCTOBER}").text
    assert "商户太少" in client.get("/public/months/").text
    assert all(row["sales"] is None for row in rows_of(client))


def rows_of(client: Any) -> list[dict[str, Any]]:
    """Every figure of the SQLite file, with the towns and kinds that it is of."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(client.get("/open/data.db").data)
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM figure")]


def attack(counts: MonthCounts, rows: list[dict[str, Any]], figure: str, place: int) -> None:
    """No merchant, in any town and at any kind, to 10 %: for anybody, and for each merchant that
    knows what is its own."""
    own: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for cell, parts in counts.sums.items():
        for merchant, figures in parts.items():
            own[merchant][cell] += figures[place]
    towns = {town for row in rows for town in row["towns"].split(";") if town}
    kinds = {kind for row in rows for kind in row["kinds"].split(";") if kind}
    cells = sorted(product(towns, kinds))
    for attacker in (None, *own):
        sums = []
        for row in rows:
            if row[figure] is None:
                continue
            added = {
                (town, kind)
                for town, kind in cells
                if town in (row["towns"] or town) and kind in (row["kinds"] or kind)
            }
            known = own[attacker] if attacker else {}
            sums.append((added, row[figure] - sum(known.get(cell, 0) for cell in added)))
        tables = AllTables(cells, sums)
        for merchant in own.keys() - {attacker}:
            for wanted in (
                *({cell} for cell in own[merchant]),
                *({(town, kind) for kind in kinds} for town in towns),
                *({(town, kind) for town in towns} for kind in kinds),
                set(cells),
            ):
                part = sum(own[merchant].get(cell, 0) for cell in wanted)
                assert tables.most(wanted) >= part * 1.1 - 0.001, (merchant, attacker, wanted)
