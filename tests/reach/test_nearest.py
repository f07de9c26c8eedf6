"""Coordinates of outlets and villages, and the distances that the town's page shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from huimin.core.refusals import FieldProblems
from huimin.divisions.coordinates import locate_divisions, read_locations
from huimin.instance import Instance
from huimin.merchants.outlets import change_outlet, outlet_by_id
from huimin.reach.nearest import kilometres_text, nearest_of_town
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet
from tests.making.staff import csrf_of, make_staff, sign_in

NANTA, NEW_SOUTH, EAST = "512022002000", "512022002004", "512022002001"
FILE = f"code,latitude,longitude\n{NEW_SOUTH},30.275,105.02\n"


def load(instance: Instance, text: str) -> int:
    given = {"now": instance.clock(), "actor": "test"}
    return instance.engine.write(lambda tx: locate_divisions(tx, read_locations(text), **given))


def test_the_nearest_outlet_of_each_kind(instance: Instance) -> None:
    make_outlet(instance, "pharmacy", latitude="30.276", longitude="105.02")
    make_outlet(instance, "pharmacy", latitude="30.5", longitude="105.02")
    make_outlet(instance, "hospital", latitude="30.375", longitude="105.02")
    make_outlet(instance, "school")
    assert load(instance, "\ufeff" + FILE) == 1
    found = instance.engine.read(lambda tx: nearest_of_town(tx, NANTA))
    assert found == {NEW_SOUTH: {"pharmacy": 111, "hospital": 11_120}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code,lat\n", "第 1 行"),
        (f"code,latitude,longitude\n{NEW_SOUTH},30.2,105\n{EAST},91,105\n", "第 3 行"),
        (f"{FILE}{NEW_SOUTH},30.2,105\n", "写了两次"),
        (f"{FILE}999999999999,30.2,105\n", "没有行政区划代码"),
    ],
)
def test_a_wrong_file_changes_nothing_and_names_its_lines(
    instance: Instance, text: str, said: str
) -> None:
    with pytest.raises(FieldProblems) as why:
        load(instance, text)
    assert said in why.value.problems[0].message("zh_Hans")
    assert instance.engine.read(lambda tx: nearest_of_town(tx, NANTA)) == {}


def test_an_outlet_has_both_coordinates_or_none_and_within_china(instance: Instance) -> None:
    outlet = make_outlet(instance, latitude="30.1234567", longitude="105")
    assert outlet["latitude_microdegrees"] == 30_123_457
    given = {name: outlet[name] for name in ("name", "kind", "division_code", "address")}
    given |= {"now": instance.clock(), "actor": "test", "outlet_id": outlet["id"]}
    for wrong in ({"latitude": "30"}, {"latitude": "105", "longitude": "30"}):
        with pytest.raises(FieldProblems):
            instance.engine.write(lambda tx, wrong=wrong: change_outlet(tx, **given, **wrong))
    instance.engine.write(lambda tx: change_outlet(tx, **given))
    row = instance.engine.read(lambda tx: outlet_by_id(tx, outlet["id"]))
    assert (row["latitude_microdegrees"], row["longitude_microdegrees"]) == (None, None)


def test_the_form_and_the_town_s_page(client: Any, instance: Instance) -> None:
    make_holder(instance, division_code=NEW_SOUTH)
    outlet = make_outlet(instance, "pharmacy")
    load(instance, FILE)
    sign_in(client, make_staff(instance)["username"])
    page = f"/outlets/{outlet['id']}"
    form = {name: outlet[name] for name in ("name", "kind", "division_code", "address")}
    form |= {"act": "change", "csrf_token": csrf_of(client, page), "latitude": "30.285"}
    refused = client.post(page, data=form)
    assert refused.status_code == 422 and "经纬度要么都填" in refused.text
    assert client.post(page, data={**form, "longitude": "105.02"}).status_code == 302
    assert "30.285000, 105.020000" in client.get(page).text
    text = client.get(f"/reach/{NANTA}").text
    assert "1.1 km" in text and "未知" in text


def test_the_command_loads_a_file(sqlite_instance: Instance, run_cli: Any, tmp_path: Path) -> None:
    file = tmp_path / "villages.csv"
    file.write_text(FILE, encoding="utf-8")
    folder = sqlite_instance.settings.folder
    done = run_cli(["divisions", "coordinates", file], folder)
    assert done.returncode == 0 and "1 个" in done.stdout, done.stderr
    file.write_text(FILE.replace("30.275", "north"), encoding="utf-8")
    wrong = run_cli(["divisions", "coordinates", file], folder)
    assert wrong.returncode != 0 and "第 2 行" in wrong.stderr


@pytest.mark.parametrize(
    ("metres", "said"), [(0, "0 m"), (999, "999 m"), (1_000, "1.0 km"), (12_349, "12.3 km")]
)
def test_distances_are_said_shortly(metres: int, said: str) -> None:
    assert kilometres_text(metres) == said
