"""A list in the orders that its statement names: whole pages, both ways, equal values by id."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huimin.storage import named_queries
from huimin.storage.engine import Engine, Row
from huimin.storage.list_query import ListQuery, Order
from huimin.storage.named_queries import load_queries, sorted_statements
from huimin.web.lists import Place, page_of

QUERIES = """
-- name: add_many*!
INSERT INTO division (code, name, level) VALUES (:code, :name, :level);

-- name: clear!
DELETE FROM division;

-- name: divisions_before
-- read both ways
-- sorted by: code
-- sorted by: name division.name
-- sorted by number: length COALESCE(length(division.name), 0)
-- The greatest code first.
SELECT division.code AS id, division.name FROM division
WHERE division.code < :before AND (CAST(:level AS TEXT) IS NULL OR division.level = :level)
ORDER BY division.code DESC LIMIT :row_limit;
"""
KEYS: dict[str, Any] = {
    "code": lambda row: row["code"],
    "name": lambda row: (row["name"], row["code"]),
    "length": lambda row: (len(row["name"]), row["code"]),
}
NAMES = st.sampled_from(["", "a", "b", "aa", "b.b", "ccc", "b"])


@pytest.fixture
def queries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "queries.sql").write_text(QUERIES, encoding="utf-8")
    monkeypatch.setattr(named_queries, "ROOMS_FOLDER", tmp_path)
    return load_queries("room")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, max_size=9), size=st.integers(1, 4))
def test_every_order_gives_each_row_once_in_both_directions(
    engine: Engine, queries: Any, names: list[str], size: int
) -> None:
    rows = [
        {"code": f"{number:012d}", "name": name, "level": ("town", "county")[number % 2]}
        for number, name in enumerate(names)
    ]
    engine.write(lambda tx: (queries.clear(tx), queries.add_many(tx, rows)))
    divisions = ListQuery[Row](queries, "divisions_before")
    for name, key in KEYS.items():
        for descending in (False, True):
            order = Order(name, descending)
            for level in (None, "town"):
                wanted = [row for row in rows if level in (None, row["level"])]
                wanted.sort(key=key, reverse=descending)
                pages = walked(engine, divisions, level, Place(size=size, order=order))
                assert [row["id"] for page in pages for row in page.rows] == [
                    row["code"] for row in wanted
                ]
                assert all(page.count == len(wanted) for page in pages)
                way_back(engine, divisions, level, pages, Place(size=size, order=order))


def walked(engine: Engine, query: Any, level: str | None, place: Place) -> list[Any]:
    """The first page and all that follow it."""
    pages = [at(engine, query, level, place)]
    while pages[-1].next_after:
        following = Place(after=pages[-1].next_after, size=place.size, order=place.order)
        pages.append(at(engine, query, level, following))
    return pages


def way_back(engine: Engine, query: Any, level: str | None, pages: list[Any], place: Place) -> None:
    """Each page before is the one that was there."""
    for earlier, page in pairwise(pages):
        before = Place(before=page.previous_before, size=place.size, order=place.order)
        assert at(engine, query, level, before).rows == earlier.rows


def at(engine: Engine, query: Any, level: str | None, place: Place) -> Any:
    return engine.read(lambda tx: page_of(query, tx, {"level": level}, place))


def test_a_key_that_nobody_made_leads_to_the_beginning(engine: Engine, queries: Any) -> None:
    rows = [{"code": f"{number:012d}", "name": "a" * number, "level": "town"} for number in (1, 2)]
    engine.write(lambda tx: queries.add_many(tx, rows))
    divisions = ListQuery[Row](queries, "divisions_before")
    for key in ("", "x", "1' OR 1=1 --.2", f"{10**30}.1", "1e5.3", "-.1"):
        place = Place(after=key, order=Order("length"))
        assert len(at(engine, divisions, None, place).rows) == 2, key


def test_an_order_that_a_statement_has_not_is_refused(engine: Engine, queries: Any) -> None:
    divisions = ListQuery[Row](queries, "divisions_before")
    with pytest.raises(KeyError):
        at(engine, divisions, None, Place(order=Order("level; DROP TABLE division")))


def test_what_can_not_be_sorted_is_refused_when_it_is_loaded() -> None:
    with pytest.raises(ValueError, match="to sort"):
        sorted_statements("SELECT id FROM a ORDER BY id LIMIT :count;", "a.name")
