"""The open data as one SQLite file says what the JSON and CSV files say, and can be searched."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.publication.pages import open_data
from huimin.publication.publish import withdraw_month
from tests.conftest import FixedClock
from tests.making.merchants import make_outlet
from tests.publication.county import PublicCounty

OUTLET = {
    "name": "时代百盛·宏扬店",
    "division_code": "512022002004",
    "address": "南塔街道迎宾大道 88 号",
    "latitude": "30.2756",
    "longitude": "105.022341",
    "contact_name": "钱掌柜",
    "contact_phone": "13812345678",
}


@pytest.fixture
def county(sqlite_instance: Instance, clock: FixedClock) -> PublicCounty:
    made = PublicCounty(sqlite_instance)
    make_outlet(sqlite_instance, "pharmacy", **OUTLET)
    clock.advance(days=1)
    made.close()
    return made


@pytest.fixture
def client(county: PublicCounty) -> Any:
    from huimin.app import create_app

    return create_app(instance=county.instance, testing=True).test_client()


@pytest.fixture
def database(client: Any) -> Iterator[sqlite3.Connection]:
    """The downloaded file, opened."""
    answer = client.get("/open/data.db")
    assert answer.mimetype == "application/vnd.sqlite3"
    assert answer.headers["Content-Disposition"] == "attachment; filename=data.db"
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(answer.data)
        connection.row_factory = sqlite3.Row
        yield connection


def rows(database: sqlite3.Connection, query: str, *values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in database.execute(query, values).fetchall()]


def csv_rows(client: Any, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get(address).text.lstrip("\ufeff"))))


def as_text(row: dict[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}


def test_the_file_is_sound(database: sqlite3.Connection) -> None:
    assert rows(database, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert rows(database, "PRAGMA foreign_key_check") == []
    references = {
        (table, row["from"], row["table"])
        for table in ("figure", "figure_town", "figure_kind", "outlet")
        for row in rows(database, f"PRAGMA foreign_key_list({table})")
    }
    assert references == {
        ("figure", "month", "month"),
        ("figure_town", "figure_id", "figure"),
        ("figure_town", "town", "town"),
        ("figure_kind", "figure_id", "figure"),
        ("figure_kind", "kind", "kind"),
        ("outlet", "town_code", "town"),
        ("outlet", "kind", "kind"),
    }


def test_it_has_the_figures_of_the_other_files_and_withholds_the_same(
    client: Any, database: sqlite3.Connection
) -> None:
    figures = rows(database, "SELECT * FROM figure ORDER BY id")
    listed = [as_text({k: v for k, v in row.items() if k != "id"}) for row in figures]
    assert listed == csv_rows(client, "/open/months.csv")
    (month,) = client.get("/open/months.json").json["months"]
    assert rows(database, "SELECT * FROM month") == [
        {"month": "2026-10", "withheld": 0, **month["rule"]}
    ]
    query = (
        "SELECT f.cards, f.sales, f.saved_fen FROM figure AS f JOIN figure_town AS t"
        " ON t.figure_id = f.id WHERE f.level = 'town' AND t.town = ?"
    )
    for by_town in month["by_town"]:
        for town in by_town["towns"]:
            (found,) = rows(database, query, town)
            assert found == {name: by_town[name] for name in ("cards", "sales", "saved_fen")}
    withheld = [row for row in figures if row["cards"] is None]
    assert withheld
    assert all(row["sales"] is None and row["saved_fen"] is None for row in withheld)
    towns = {town["code"]: town["name"] for town in month["towns"]}
    known = {row["code"]: row["name"] for row in rows(database, "SELECT * FROM town")}
    assert known == known | towns


def test_it_has_the_outlets_and_nothing_that_is_not_published(
    client: Any, database: sqlite3.Connection
) -> None:
    assert (
        rows(database, "SELECT * FROM outlet ORDER BY rowid")
        == (client.get("/open/outlets.json").json["outlets"])
    )
    content = client.get("/open/data.db").data
    for hidden in ("钱掌柜", "13812345678", "测试商贸", "黄筱平", "512022195603"):
        assert hidden.encode() not in content


def test_an_outlet_is_found_by_three_characters_and_more(database: sqlite3.Connection) -> None:
    # As Datasette asks: the rows whose full-text index holds the quoted words.
    query = (
        "SELECT name FROM outlet WHERE rowid IN"
        " (SELECT rowid FROM outlet_fts WHERE outlet_fts MATCH ?)"
    )
    for words in ("宏扬店", "时代百盛", "百盛·宏扬", "道 88", "宏扬店"):
        assert rows(database, query, f'"{words}"') == [{"name": OUTLET["name"]}], words
    assert rows(database, query, '"没有这店"') == []
    shorter = "SELECT name FROM outlet WHERE name LIKE '%' || ? || '%'"
    assert rows(database, shorter, "宏扬") == [{"name": OUTLET["name"]}]


def test_it_describes_itself(client: Any, database: sqlite3.Connection) -> None:
    told = {row["key"]: row["value"] for row in rows(database, "SELECT * FROM metadata")}
    assert told["licence"] == client.get("/open/outlets.json").json["licence"]["name"]
    assert told["outlets_of_day"] == "2026-11-01"
    assert "少于 5 人" in told["rule_1_zh"] and told["rule_1_en"].isascii()
    columns = {
        (table, row["name"])
        for table in ("figure", "outlet")
        for row in rows(database, f"PRAGMA table_info({table})")
    }
    described = rows(database, "SELECT * FROM dictionary")
    assert {(row["table"], row["field"]) for row in described} == columns - {("figure", "id")}
    units = {row["field"]: row["unit"] for row in described}
    assert (units["saved_fen"], units["latitude"]) == ("fen", "degree")


def test_the_same_data_is_the_same_file_and_other_data_another(
    client: Any, county: PublicCounty
) -> None:
    first = client.get("/open/data.db")
    open_data._database_of.cache_clear()
    again = client.get("/open/data.db")
    assert again.data == first.data and again.headers["ETag"] == first.headers["ETag"]
    now = county.instance.clock()
    county.instance.engine.write(lambda tx: withdraw_month(tx, "2026-10", close_id="c", now=now))
    changed = client.get("/open/data.db", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(changed.data)
        assert connection.execute("SELECT COUNT(*) FROM figure").fetchone() == (0,)
