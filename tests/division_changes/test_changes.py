"""Divisions change on a day: people, outlets and accounts go along, what was recorded stays."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huimin.access.staff import add_staff_with_hash
from huimin.core.refusals import FieldProblems
from huimin.division_changes.apply import apply_due
from huimin.division_changes.change_lists import (
    approve_list,
    check_list,
    effects_of,
    propose_list,
    total_of,
)
from huimin.divisions.find import all_divisions
from huimin.instance import Instance
from huimin.reports.exports import EXPORTS, export_report
from huimin.reports.monthly import MonthlyReport, monthly_report
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.months import close_month
from tests.making.policies import make_policy
from tests.making.sales import make_redemption

HEAD = ["生效日期", "变更", "原代码", "原名称", "新代码", "新名称", "依据（批文号）"]
BASIS = "川府民政〔2026〕8号"
OLD_TOWN, TOWN = "512022204000", "512022116000"
# 两河口村, 海慧寺村
MERGED_A, MERGED_B, NEW_VILLAGE = "512022204203", "512022204206", "512022116301"


def change_file(folder: Path, *rows: Sequence[str], name: str = "区划变更.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *([*row, BASIS] for row in rows)])
    return path


def villages_of(instance: Instance, town: str) -> list[dict[str, Any]]:
    rows = instance.engine.read(all_divisions)
    return [dict(row) for row in rows if row["parent_code"] == town]


def town_merged(instance: Instance, day: str) -> list[list[str]]:
    """双河场乡 goes into 高寺镇: two of its villages become one, the others get new codes."""
    rows = [[day, "撤并", OLD_TOWN, "双河场乡", TOWN, "高寺镇"]]
    for place, one in enumerate(villages_of(instance, OLD_TOWN)):
        if one["code"] in (MERGED_A, MERGED_B):
            rows.append([day, "撤并", one["code"], "", NEW_VILLAGE, "双河新村村民委员会"])
            continue
        kind = "1" if "社区" in one["name"] else "3"
        rows.append([day, "划转", one["code"], "", f"{TOWN[:9]}{kind}{place + 10}", ""])
    return rows


def apply_file(instance: Instance, path: Path, by: str = "li") -> str:
    today = instance.clock().date()
    planned = instance.engine.read(lambda tx: check_list(tx, path, today=today))
    who: Any = {"now": instance.clock(), "actor": by}
    list_id = instance.engine.write(
        lambda tx: propose_list(tx, planned, file_name=path.name, file_sha256="0" * 64, **who)
    )
    by_other: Any = {"now": instance.clock(), "actor": "wang"}
    instance.engine.write(lambda tx: approve_list(tx, list_id, four_eyes=True, **by_other))
    assert apply_due(instance.engine, now=instance.clock()) == []
    return list_id


def refused(instance: Instance, path: Path) -> list[str]:
    today = instance.clock().date()
    with pytest.raises(FieldProblems) as error:
        instance.engine.read(lambda tx: check_list(tx, path, today=today))
    return [one.message() for one in error.value.problems]


def report(instance: Instance, month: str) -> MonthlyReport:
    return instance.engine.read(lambda tx: monthly_report(tx, month))


def exported(instance: Instance, month: str) -> dict[str, bytes]:
    return {form: export_report(report(instance, month), form, "乐至县") for form in EXPORTS}


def row_of(instance: Instance, statement: str) -> Any:
    return instance.engine.read(lambda tx: tx.connection.execute(statement).fetchall())


def test_a_town_is_merged_in_the_middle_of_a_month(
    instance: Instance, clock: FixedClock, tmp_path: Path
) -> None:
    clock.now = datetime(2026, 9, 10, 2, tzinfo=UTC)
    make_policy(instance)
    outlet = make_outlet(instance, division_code=OLD_TOWN)
    _terminal, key = make_terminal(instance, outlet)
    staff: Any = {"now": clock(), "actor": "li"}
    instance.engine.write(
        lambda tx: add_staff_with_hash(
            tx,
            username="deng",
            name="邓丽",
            role="registrar",
            password_hash="x",
            division_code=OLD_TOWN,
            **staff,
        )
    )
    holder = make_holder(instance, division_code=MERGED_A)
    card = make_card(instance, holder)
    make_redemption(instance, card, key)
    clock.now = datetime(2026, 10, 1, 2, tzinfo=UTC)
    closed = close_month(instance, "2026-09")
    september = instance.settings.folder / "months"
    kept = {path: path.read_bytes() for path in september.rglob("*") if path.is_file()}
    assert closed and kept
    clock.now = datetime(2026, 10, 5, 2, tzinfo=UTC)
    make_redemption(instance, card, key)
    before = exported(instance, "2026-09")

    path = change_file(tmp_path, *town_merged(instance, "2026-10-15"))
    planned = instance.engine.read(lambda tx: check_list(tx, path, today=clock().date()))
    total = total_of(instance.engine.read(lambda tx: effects_of(tx, planned)))
    assert (total["people"], total["family"], total["outlets"], total["staff"]) == (1, 1, 1, 1)
    assert total["unprinted"] == 1
    apply_file(instance, path)
    assert row_of(instance, "SELECT division_code FROM holder") == [{"division_code": MERGED_A}], (
        "a day that is to come is waited for"
    )

    clock.now = datetime(2026, 10, 14, 16, 0, tzinfo=UTC)
    assert apply_due(instance.engine, now=clock()) == []
    (moved,) = row_of(instance, "SELECT division_code FROM holder")
    assert moved["division_code"] == NEW_VILLAGE
    assert row_of(instance, "SELECT division_code FROM outlet") == [{"division_code": TOWN}]
    assert row_of(instance, "SELECT division_code FROM staff") == [{"division_code": TOWN}]
    make_redemption(instance, card, key)

    rows = row_of(instance, "SELECT town_code FROM ledger ORDER BY id")
    assert [row["town_code"] for row in rows] == [OLD_TOWN, OLD_TOWN, TOWN]
    names = {row.key: row.name for row in report(instance, "2026-10").rows("town")}
    assert names == {
        TOWN: "高寺镇（2026年10月15日双河场乡并入）",
        OLD_TOWN: "双河场乡（2026年10月15日并入高寺镇）",
    }
    assert exported(instance, "2026-09") == before
    assert {path: path.read_bytes() for path in september.rglob("*") if path.is_file()} == kept
    clock.now = datetime(2026, 11, 5, 2, tzinfo=UTC)
    make_redemption(instance, card, key)
    (november,) = report(instance, "2026-11").rows("town")
    assert november.key == TOWN and november.previous.redemptions == 2
    assert november.previous.cards_used == 1, "a card under both names is one card"
    assert "双河场乡" in november.name
