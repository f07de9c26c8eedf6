"""The county's real divisions: complete, loaded once, found by code and by what offices write."""

from __future__ import annotations

from collections import Counter

import pytest

from huimin.divisions.find import DivisionIndex, all_divisions, find, town_of, village_form
from huimin.divisions.load import load_divisions, package_divisions
from huimin.instance import Instance
from huimin.storage.engine import Engine


def test_the_package_holds_the_county() -> None:
    rows = package_divisions()
    assert Counter(row["level"] for row in rows) == {"county": 1, "town": 21, "village": 315}
    codes = [str(row["code"]) for row in rows]
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 12 and code.startswith("512022") for code in codes)
    for row in rows:
        if row["level"] == "village":
            assert row["parent_code"] == town_of(str(row["code"]))


def test_loading_twice_changes_nothing(engine: Engine) -> None:
    assert engine.write(load_divisions) == 337
    before = engine.read(all_divisions)
    assert engine.write(load_divisions) == 337
    assert engine.read(all_divisions) == before


def test_a_division_is_found_by_its_code(instance: Instance) -> None:
    row = instance.engine.read(lambda tx: find(tx, "512022001000"))
    assert row == {
        "code": "512022001000",
        "name": "天池街道",
        "level": "town",
        "parent_code": "512022000000",
    }
    for unknown in ("512022999999", "", "5120220010", "'; DROP TABLE division"):
        assert instance.engine.read(lambda tx, code=unknown: find(tx, code)) is None


def test_every_village_is_found_by_its_full_and_its_short_name() -> None:
    rows = package_divisions()
    index = DivisionIndex(rows)
    for row in rows:
        name, code = str(row["name"]), str(row["code"])
        if row["level"] == "town":
            assert index.town(name) == index.town(f"四川省资阳市乐至县{name}") == code
            assert index.names(code) == (name, "")
        elif row["level"] == "village":
            parent = str(row["parent_code"])
            assert index.village(parent, name) == code
            assert index.village(parent, village_form(name)) == code
            assert index.names(code) == (index.names(parent)[0], name)


COUNTY = [
    {"code": "1", "name": "甲镇", "level": "town", "parent_code": None},
    {"code": "2", "name": "乙街道", "level": "town", "parent_code": None},
    {"code": "11", "name": "清泉村村民委员会", "level": "village", "parent_code": "1"},
    {"code": "12", "name": "清泉社区居民委员会", "level": "village", "parent_code": "1"},
    {"code": "13", "name": "高寺村村民委员会", "level": "village", "parent_code": "1"},
    {"code": "21", "name": "清泉村村民委员会", "level": "village", "parent_code": "2"},
]


@pytest.mark.parametrize(
    ("town", "text", "code"),
    [
        ("1", "清泉村", "11"),
        ("1", "清泉村委会", "11"),
        ("1", "清泉社区", "12"),
        ("1", "清泉居委会", "12"),
        ("1", "清泉", None),
        ("1", "高寺", "13"),
        ("1", "高寺社区", None),
        ("1", " 高　寺 村 ", "13"),
        ("1", "高", None),
        ("1", "", None),
        ("2", "清泉", "21"),
        ("2", "高寺村", None),
        ("9", "清泉村", None),
    ],
)
def test_a_short_name_counts_when_it_is_the_only_match(
    town: str, text: str, code: str | None
) -> None:
    assert DivisionIndex(COUNTY).village(town, text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("甲", "1"),
        ("乙镇", "2"),
        ("乙街道办事处", "2"),
        ("甲镇人民政府", "1"),
        ("丙", None),
        ("", None),
    ],
)
def test_towns_are_found_under_old_and_short_names(text: str, code: str | None) -> None:
    assert DivisionIndex(COUNTY).town(text) == code


@pytest.mark.parametrize("text", ["高寺鎮清水村三社", "四川省資陽市樂至縣高寺鎮清水村村民委員會"])
def test_an_address_in_traditional_characters_is_found(text: str) -> None:
    index = DivisionIndex(package_divisions())
    start = index.town_at_start(text)
    assert start is not None and start[0] == "512022116000"
    found = index.village(*start) or index.village_at_start(*start)
    assert found == "512022116210"
