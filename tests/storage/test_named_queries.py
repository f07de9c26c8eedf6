"""The translation of one SQL text for PostgreSQL's driver, and what each kind of query gives."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from huimin.instance import Instance
from huimin.storage import giving_way, named_queries
from huimin.storage.engine import Engine, Row, Transaction
from huimin.storage.named_queries import (
    either_way,
    load_queries,
    parameter_names,
    pyformat,
    turned,
)

QUERIES = """
-- name: add!
INSERT INTO division (code, name, level) VALUES (:code, :name, 'county');

-- name: add_many*!
INSERT INTO division (code, name, level) VALUES (:code, :name, 'county');

-- name: add_and_give^
INSERT INTO division (code, name, level) VALUES (:code, :name, 'county') RETURNING code, name;

-- name: by_code^
SELECT code, name FROM division WHERE code = :code;

-- name: all
SELECT code FROM division ORDER BY code;

-- name: count$
SELECT CAST(COUNT(*) AS BIGINT) FROM division;

-- name: behind
-- read both ways
-- The nearest to the key first.
SELECT code, name FROM division
WHERE (name, code) > (:after_name, :after) AND level = 'county'
ORDER BY name, code LIMIT :count;

-- part: of_level
    AND level = :level
    AND name <> '丙'

-- name: of_level_behind
-- read both ways
SELECT code, name FROM division
WHERE code > :after
    -- with: of_level
ORDER BY code LIMIT :count;

-- name: count_of_level$
SELECT CAST(COUNT(*) AS BIGINT) FROM division WHERE TRUE
-- with: of_level
;

-- name: odd^
-- A comment with :no parameter, and 100%.
SELECT ':kept' AS kept, '50%' AS per_cent, CAST(:name AS TEXT) AS name; -- :neither 5%
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "queries.sql").write_text(QUERIES, encoding="utf-8")
    monkeypatch.setattr(named_queries, "ROOMS_FOLDER", tmp_path)


def test_every_kind_gives_the_same_on_both_engines(engine: Engine, room: None) -> None:
    queries = load_queries("room")
    one, two, three, four = (f"{number:012d}" for number in range(1, 5))
    assert engine.write(lambda tx: queries.add(tx, code=one, name="甲")) == 1
    many = [{"code": two, "name": "乙"}, {"code": three, "name": "丙"}]
    assert engine.write(lambda tx: queries.add_many(tx, many)) == 2
    given = engine.write(lambda tx: queries.add_and_give(tx, code=four, name="丁"))
    assert given == {"code": four, "name": "丁"}
    assert engine.read(lambda tx: queries.by_code(tx, code=two)) == {"code": two, "name": "乙"}
    assert engine.read(lambda tx: queries.by_code(tx, code="none")) is None
    rows = engine.read(lambda tx: queries.all(tx))
    assert rows == [{"code": code} for code in (one, two, three, four)]
    assert engine.read(lambda tx: queries.count(tx)) == 4
    odd = engine.read(lambda tx: queries.odd(tx, name="戊"))
    assert odd == {"kept": ":kept", "per_cent": "50%", "name": "戊"}


@pytest.mark.parametrize("many", [1, 2, 3])
@pytest.mark.parametrize("further", [-1, 0, 1])
def test_many_rows_come_whole_and_between_them_others_get_their_turn(
    engine: Engine, room: None, monkeypatch: pytest.MonkeyPatch, many: int, further: int
) -> None:
    monkeypatch.setattr(named_queries, "ROWS_IN_A_STRETCH", 10)
    queries = load_queries("room")
    codes = [{"code": f"{number:012d}", "name": "甲"} for number in range(many * 10 + further)]
    engine.write(lambda tx: queries.add_many(tx, codes))

    def read_and_write(tx: Transaction) -> list[Row]:
        rows: list[Row] = queries.all(tx)
        queries.add(tx, code="9" * 12, name="乙")
        return rows

    read = engine.write(read_and_write)
    assert [row["code"] for row in read] == [each["code"] for each in codes]
    assert engine.read(lambda tx: queries.count(tx)) == len(codes) + 1


def test_a_command_that_was_interrupted_ends_between_two_rows(
    sqlite_instance: Instance, room: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(named_queries, "ROWS_IN_A_STRETCH", 10)
    queries, stopped = load_queries("room"), threading.Event()
    stopped.set()
    token = giving_way._stopped.set(stopped)
    try:
        with pytest.raises(KeyboardInterrupt):
            sqlite_instance.engine.read(lambda tx: queries.all(tx))
    finally:
        giving_way._stopped.reset(token)
    assert len(sqlite_instance.engine.read(lambda tx: queries.all(tx))) > 20


def test_quotes_comments_and_casts_are_left_alone() -> None:
    sql = "SELECT ':a', \":b\", x::text, 5 % 2, :c, ':d''s' -- :e\nWHERE y = :f AND z = :c"
    assert parameter_names(sql) == ["c", "f"]
    assert pyformat(sql) == (
        "SELECT ':a', \":b\", x::text, 5 %% 2, %(c)s, ':d''s' -- :e\nWHERE y = %(f)s AND z = %(c)s"
    )


def test_what_is_read_both_ways_has_the_same_rows_from_behind(engine: Engine, room: None) -> None:
    queries = load_queries("room")
    rows = [{"code": f"{number:012d}", "name": "甲乙"[number % 2]} for number in range(8)]
    engine.write(lambda tx: queries.add_many(tx, rows))
    in_order = sorted(rows, key=lambda row: (row["name"], row["code"]))

    def read(backwards: bool, place: int, count: int) -> list[dict[str, str]]:
        key = in_order[place]
        return engine.read(
            lambda tx: either_way(queries, "behind", backwards)(
                tx, after_name=key["name"], after=key["code"], count=count
            )
        )

    for place in range(8):
        assert read(False, place, 3) == in_order[place + 1 : place + 4]
        assert read(True, place, 3) == in_order[:place][::-1][:3]


def test_a_part_stands_in_every_statement_that_names_it(engine: Engine, room: None) -> None:
    queries = load_queries("room")
    rows = [{"code": f"{number:012d}", "name": name} for number, name in enumerate("甲乙丙丁")]
    engine.write(lambda tx: queries.add_many(tx, rows))

    def read(backwards: bool, after: str) -> list[str]:
        find = either_way(queries, "of_level_behind", backwards)
        found = engine.read(lambda tx: find(tx, after=after, level="county", count=9))
        return [row["name"] for row in found]

    assert read(False, "") == ["甲", "乙", "丁"]
    assert read(True, "000000000003") == ["乙", "甲"]
    assert engine.read(lambda tx: queries.count_of_level(tx, level="county")) == 3
    assert engine.read(lambda tx: queries.count_of_level(tx, level="town")) == 0
    assert "of_level" not in queries.available_queries


def test_a_part_that_is_not_there_is_refused_when_it_is_loaded(room: None) -> None:
    path = named_queries.ROOMS_FOLDER / "room" / "queries.sql"
    path.write_text(QUERIES.replace("-- part: of_level", "-- part: of_lovel"), encoding="utf-8")
    with pytest.raises(KeyError, match="of_level"):
        load_queries("room")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM a ORDER BY id LIMIT :count;",
        "SELECT id FROM a WHERE id > :after LIMIT :count;",
        "SELECT id FROM a WHERE id > :after OR day < :before ORDER BY id LIMIT :count;",
    ],
)
def test_what_can_not_be_turned_is_refused_when_it_is_loaded(sql: str) -> None:
    with pytest.raises(ValueError, match="to turn"):
        turned(sql)


def test_order_and_condition_are_turned_and_nothing_else() -> None:
    sql = """SELECT a.id FROM a
WHERE a.id < :before AND a.day >= :first AND (b.x, b.id) < (a.x, a.id)
ORDER BY a.day DESC, a.id LIMIT :count;"""
    other = turned(sql)
    assert "a.id > :before AND a.day >= :first AND (b.x, b.id) < (a.x, a.id)" in other
    assert other.endswith("ORDER BY a.day, a.id DESC LIMIT :count;")
    assert turned(other) == sql
