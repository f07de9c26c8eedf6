"""Who is entitled and whom the card reaches, counted by hand against the pages, on both engines."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from huimin.core.identity import mask_name
from huimin.instance import Instance
from huimin.reach.counts import reach_of_county, reach_of_town
from huimin.reach.unreached import REASONS, UnreachedCriteria, unreached_after
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.staff import make_staff, sign_in

NANTA, NEW_SOUTH, EAST = "512022002000", "512022002004", "512022002001"
TIANCHI, WEST = "512022001000", "512022001001"
VILLAGES = {NEW_SOUTH: "新南社区", EAST: "东街社区"}
OCTOBER = "2026-10"


@pytest.fixture
def people(instance: Instance, clock: FixedClock) -> dict[str, dict[str, Any]]:
    """Of 南塔: one who used a card, one who used it long ago, one who never did, one without a
    card, one whose card ran out, one who is not entitled any more; one of 天池 without a card."""
    make_policy(instance, starts_on="2026-01-01")
    _, key = make_terminal(instance, make_outlet(instance))
    made: dict[str, dict[str, Any]] = {}
    now = clock.now
    clock.now = now.replace(month=6, day=30)
    for name, village in (("used", NEW_SOUTH), ("long_ago", NEW_SOUTH), ("never", EAST)):
        made[name] = make_holder(instance, name=f"{name}人", division_code=village)
    cards = {name: make_card(instance, made[name], expires_on="2029-12-31") for name in made}
    make_redemption(instance, cards["long_ago"], key, amount_fen=10_000)
    made["ended_card"] = make_holder(instance, name="到期人", division_code=EAST)
    make_card(instance, made["ended_card"], expires_on="2026-09-30")
    clock.now = now
    make_redemption(instance, cards["used"], key, amount_fen=20_000)
    made["without"] = make_holder(instance, name="无卡人", division_code=EAST)
    made["elsewhere"] = make_holder(instance, name="别镇人", division_code=WEST)
    made["not_entitled"] = make_holder(instance, division_code=EAST, eligibility=None)
    return made


def named(instance: Instance, reason: str, **over: Any) -> set[str]:
    asked = {"reason": reason, "town": NANTA, "day": date(2026, 10, 31), **over}
    rows = instance.engine.read(
        lambda tx: unreached_after(tx, UnreachedCriteria(**asked), count=100)
    )
    return {row["id"] for row in rows}


def test_a_town_is_counted_by_village(instance: Instance, people: dict[str, Any]) -> None:
    rows = instance.engine.read(
        lambda tx: reach_of_town(tx, NANTA, VILLAGES, day=date(2026, 10, 31), month=OCTOBER)
    )
    assert [(row.entitled, row.carded, row.used, row.saved_fen) for row in rows] == [
        (2, 2, 1, 1_600),
        (3, 1, 0, 0),
    ]
    assert (rows[0].used_bp, rows[0].saved_each_fen, rows[1].used_bp) == (5_000, 800, 0)


def test_the_county_is_counted_once_a_day_and_says_when(
    instance: Instance, people: dict[str, Any], clock: FixedClock
) -> None:
    towns = {NANTA: "南塔街道", TIANCHI: "天池街道"}

    def look() -> Any:
        return reach_of_county(instance.engine, towns, now=clock(), month=OCTOBER)

    rows, counted_at = look()
    assert [(row.entitled, row.carded, row.used) for row in rows] == [(5, 3, 1), (1, 0, 0)]
    make_holder(instance, division_code=WEST)
    clock.advance(hours=2)
    again, then = look()
    assert (again[1].entitled, then) == (1, counted_at)
    clock.advance(days=1)
    tomorrow, then = look()
    assert tomorrow[1].entitled == 2 and then > counted_at


def test_each_who_is_not_reached_has_one_reason(instance: Instance, people: dict[str, Any]) -> None:
    found = {reason: named(instance, reason) for reason in REASONS}
    assert found == {
        "no_card": {people["without"]["id"], people["ended_card"]["id"]},
        "never_used": {people["never"]["id"]},
        "not_lately": {people["long_ago"]["id"]},
    }
    assert named(instance, "no_card", division_code=NEW_SOUTH) == set()


def test_pages_lead_on_and_back(instance: Instance, people: dict[str, Any]) -> None:
    asked = UnreachedCriteria("no_card", NANTA, date(2026, 10, 31))

    def read(key: str, **over: Any) -> list[str]:
        rows = instance.engine.read(lambda tx: unreached_after(tx, asked, key, 1, **over))
        return [row["id"] for row in rows]

    (first,) = read("")
    (second,) = read(first)
    assert read(second) == [] and read(second, backwards=True) == [first]


def test_a_registrar_sees_the_own_town_and_its_work_list(
    client: Any, instance: Instance, people: dict[str, Any]
) -> None:
    sign_in(client, make_staff(instance, "registrar", division_code=NANTA)["username"])
    assert client.get("/reach/").headers["Location"].endswith(f"/reach/{NANTA}")
    text = client.get(f"/reach/{NANTA}").text
    assert "新南社区" in text and "¥16.00" in text and "<svg" in text and "20.0%" in text
    for elsewhere in (f"/reach/{TIANCHI}", f"/reach/{TIANCHI}/people", "/reach/512022000000"):
        assert client.get(elsewhere).status_code == 404
    listed = client.get(f"/reach/{NANTA}/people?reason=no_card").text
    for who in ("without", "ended_card"):
        assert f"/holders/{people[who]['id']}" in listed
        assert people[who]["name"] not in listed and mask_name(people[who]["name"]) in listed
    assert people["never"]["id"] not in listed
    sheet = client.get(f"/reach/{NANTA}/people?reason=not_lately&format=xlsx")
    rows = list(openpyxl.load_workbook(BytesIO(sheet.data)).active.values)
    assert [row[4] for row in rows[2:]] == ["2026-06-30"]
    assert rows[2][0] == mask_name(people["long_ago"]["name"])


def test_an_administrator_sees_every_town(
    client: Any, instance: Instance, people: dict[str, Any]
) -> None:
    sign_in(client, make_staff(instance)["username"])
    text = client.get("/reach/").text
    assert "南塔街道" in text and "天池街道" in text and "16.7%" in text
    assert client.get(f"/reach/{TIANCHI}").status_code == 200
    assert client.get("/reach/?month=x").status_code == 404
