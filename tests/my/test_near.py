"""The nearest outlets: in the order of true distances, and no more of them read than are shown."""

from __future__ import annotations

import random
from typing import Any

import pytest

from huimin.core.coordinates import distance_m
from huimin.core.days import county_day
from huimin.instance import Instance
from huimin.my import near
from tests.making.merchants import make_outlet

HERE = (30_275_612, 105_020_000)


def place(instance: Instance, table: str, key: str, value: str, point: Any) -> None:
    column = "code" if table == "division" else "id"
    assert key == column
    mark = "%s" if "postgresql" in type(instance.engine).__name__.lower() else "?"
    statement = (
        f"UPDATE {table} SET latitude_microdegrees = {point[0]}, "
        f"longitude_microdegrees = {point[1]} WHERE {column} = {mark}"
    )
    instance.engine.write(lambda tx: tx.connection.execute(statement, (value,)) and None)


@pytest.mark.both_engines
def test_they_come_by_distance_and_then_those_of_the_own_town(instance: Instance) -> None:
    chance = random.Random(17)
    village = "512022002001"
    place(instance, "division", "code", village, HERE)
    points = {}
    for number in range(12):
        outlet = make_outlet(instance, name=f"店{number}")
        if number < 9:
            spread = [chance.randrange(-200_000, 200_000) for _ in range(2)]
            points[outlet["id"]] = (HERE[0] + spread[0], HERE[1] + spread[1])
            place(instance, "outlet", "id", outlet["id"], points[outlet["id"]])
    rows = instance.engine.read(
        lambda tx: near.points_near(tx, village, day=county_day(instance.clock()), count=11)
    )
    true = sorted(points, key=lambda one: distance_m(HERE, points[one]))
    assert [row["id"] for row in rows[:9]] == true
    assert [row["metres"] for row in rows[:9]] == [distance_m(HERE, points[one]) for one in true]
    assert [row["metres"] for row in rows[9:]] == [None, None]


@pytest.mark.both_engines
def test_where_nothing_is_on_the_map_the_own_town_comes_first(instance: Instance) -> None:
    elsewhere = make_outlet(instance, division_code="512022001001")
    own = make_outlet(instance, division_code="512022002001")
    rows = instance.engine.read(
        lambda tx: near.points_near(tx, "512022002001", day=county_day(instance.clock()))
    )
    assert [row["id"] for row in rows] == [own["id"], elsewhere["id"]]


def test_the_town_is_chosen_without_scripts(client: Any, instance: Instance) -> None:
    """A form of the door that leads to the public list of that town alone."""
    make_outlet(instance, name="东街药房", division_code="512022001001")
    make_outlet(instance, name="西街药房", division_code="512022002001")
    page = client.get("/my/").text
    assert '<form method="get" action="/public/outlets"' in page and 'name="town"' in page
    listed = client.get("/public/outlets?town=512022002000&lang=zh-Hans").text
    assert "西街药房" in listed and "东街药房" not in listed
