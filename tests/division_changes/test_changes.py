"""Divisions change on a day: people, outlets and accounts go along, what was recorded stays."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huimin.access.staff import add_staff_with_hash
from huimin.core.days import county_day
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
from huimin.divisions.lives import past_names
from huimin.holders.registers.places import Places
from huimin.instance import Instance
from huimin.publication.month_figures import month_figures
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
    closed = close_month(instance, "2026-09", with_files=True)
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


def test_each_line_that_cannot_be_done_is_named(instance: Instance, tmp_path: Path) -> None:
    clock: Any = instance.clock
    assert clock().date().isoformat() == "2026-10-31"
    day, v = "2026-11-20", "512022116"
    lines = [
        ["2026-11-19", "撤并", "512022999999", "", f"{v}210", ""],  # unknown
        [day, "撤并", f"{v}202", "", f"{v}207", ""],  # a circle of two
        [day, "撤并", f"{v}207", "", f"{v}202", ""],
        [day, "撤并", f"{v}211", "", f"{v}216", ""],  # a chain: 216 goes itself
        [day, "撤并", f"{v}216", "", f"{v}219", ""],
        [day, "更名", f"{v}227", "", "", "万福村村民委员会"],
        [day, "撤销", f"{v}227", "", "", ""],  # twice on one day
        [day, "划转", f"{v}231", "", "512022150301", ""],  # no such town
        [day, "更名", f"{v}232", "清水村", "", "金山村村民委员会"],  # another's name
        [day, "撤并", OLD_TOWN, "", TOWN, ""],  # villages without a place to go
        [day, "新设", "", "", f"{v}302", "新村社区居民委员会"],  # 302 is a 村's number
        ["明天", "改地图", "", "", "12", ""],
    ]
    said = refused(instance, change_file(tmp_path, *lines))
    numbers = [int(one.split(" ")[1]) for one in said]
    assert sorted(set(numbers)) == [2, 3, 4, 5, 8, 9, 10, 11, 12, 13]
    text = "\n".join(said)
    for words in (
        "512022999999",
        "一圈",
        "直接写最后并入哪里",
        "两处变更",
        "那天没有",
        "不是“清水村”",
    ):
        assert words in text
    assert "8 个村社还没有写去向" in text and "GB/T 10114" in text and "2026-12-01" in text
    assert row_of(instance, "SELECT COUNT(*) AS count FROM division_change_list")[0]["count"] == 0


def test_a_day_in_a_closed_month_is_refused_and_a_dissolved_place_must_be_empty(
    instance: Instance, clock: FixedClock, tmp_path: Path
) -> None:
    clock.now = datetime(2026, 10, 2, 2, tzinfo=UTC)
    close_month(instance, "2026-09")
    (said,) = refused(
        instance,
        change_file(tmp_path, ["2026-09-30", "更名", MERGED_A, "", "", "河口村村民委员会"]),
    )
    assert "已结账" in said
    make_holder(instance, division_code=MERGED_A)
    (said,) = refused(instance, change_file(tmp_path, ["2026-10-30", "撤销", MERGED_A, "", "", ""]))
    assert "还有 1 人" in said


def test_people_whom_the_same_list_brings_to_a_place_keep_it_from_being_dissolved(
    instance: Instance, clock: FixedClock, tmp_path: Path
) -> None:
    clock.now = datetime(2026, 10, 20, 2, tzinfo=UTC)
    make_holder(instance, division_code=MERGED_A)
    into_b = ["2026-10-10", "撤并", MERGED_A, "", MERGED_B, ""]
    dissolved = ["2026-10-15", "撤销", MERGED_B, "", "", ""]
    (problem,) = refused(instance, change_file(tmp_path, into_b, dissolved))
    assert "第 3 行" in problem and "还有 1 人" in problem
    on_to = ["2026-10-12", "撤并", MERGED_B, "", NEW_VILLAGE, "双河新村村民委员会"]
    apply_file(instance, change_file(tmp_path, into_b, on_to))
    (holder,) = row_of(instance, "SELECT division_code FROM holder")
    assert holder["division_code"] == NEW_VILLAGE


def test_a_village_founded_after_a_towns_change_was_approved_follows_the_town(
    instance: Instance, clock: FixedClock, tmp_path: Path
) -> None:
    clock.now = datetime(2026, 10, 2, 2, tzinfo=UTC)
    town, village = "512022190000", "512022204299"
    renamed = ["2026-10-20", "更名", OLD_TOWN, "", town, "双河场镇"]
    founded = ["2026-10-10", "新设", "", "", village, "新桥村村民委员会"]
    apply_file(instance, change_file(tmp_path, renamed, name="更名.csv"))
    apply_file(instance, change_file(tmp_path, founded, name="新设.csv"))
    clock.now = datetime(2026, 10, 21, 2, tzinfo=UTC)
    assert apply_due(instance.engine, now=clock.now) == []
    assert villages_of(instance, OLD_TOWN) == []
    assert f"{town[:9]}299" in [one["code"] for one in villages_of(instance, town)]
    left = "SELECT COUNT(*) AS count FROM division_change WHERE applied_at IS NULL"
    assert row_of(instance, left)[0]["count"] == 0


def test_old_names_and_codes_are_understood_and_another_list_undoes_it(
    instance: Instance, clock: FixedClock, tmp_path: Path
) -> None:
    clock.now = datetime(2026, 10, 20, 2, tzinfo=UTC)
    stays = make_holder(instance, division_code=MERGED_B)
    goes = make_holder(instance, division_code=MERGED_A)
    path = change_file(
        tmp_path,
        ["2026-10-20", "撤并", "", "双河场乡两河口村", MERGED_B, "海慧寺村"],
        ["2026-10-20", "更名", MERGED_B, "", "", "双河新村村民委员会"],
    )
    apply_file(instance, path)

    def places() -> Places:
        return instance.engine.read(lambda tx: Places(all_divisions(tx), past_names(tx)))

    for written in ("两河口村", "海慧寺村", "双河新村", MERGED_A):
        assert places().village("双河场乡", written) == MERGED_B
    understood = places()
    understood.village("双河场乡", "两河口村")
    understood.village("双河场乡", "双河新村")
    assert understood.former == {("双河场乡", "两河口村"): "双河场乡 双河新村村民委员会"}

    def where(holder: dict[str, Any]) -> str:
        rows = row_of(instance, f"SELECT division_code FROM holder WHERE id = '{holder['id']}'")
        return str(rows[0]["division_code"])

    assert where(goes) == where(stays) == MERGED_B
    clock.advance(days=2)
    apply_file(
        instance,
        change_file(
            tmp_path,
            ["2026-10-22", "新设", "", "", MERGED_A, "两河口村村民委员会"],
            ["2026-10-22", "更名", MERGED_B, "", "", "海慧寺村村民委员会"],
            name="改回.csv",
        ),
    )
    assert (where(goes), where(stays)) == (MERGED_A, MERGED_B)
    assert places().village("双河场乡", "两河口村") == MERGED_A
    past = row_of(instance, "SELECT name FROM division_past ORDER BY id")
    assert [row["name"] for row in past] == [
        "两河口村村民委员会",
        "海慧寺村村民委员会",
        "双河新村村民委员会",
    ]


def test_what_is_published_never_tells_old_and_new_apart(
    instance: Instance, clock: FixedClock, tmp_path: Path
) -> None:
    clock.now = datetime(2026, 10, 10, 2, tzinfo=UTC)
    make_policy(instance)
    # Of six merchants, so that none dominates a town.
    keys = [make_terminal(instance, make_outlet(instance))[1] for _ in range(6)]
    many = [make_card(instance, make_holder(instance, division_code=MERGED_A)) for _ in range(6)]
    elsewhere = [make_card(instance, make_holder(instance)) for _ in range(6)]
    for card, key in zip((*many, *elsewhere), keys * 2, strict=True):
        make_redemption(instance, card, key)
    path = change_file(tmp_path, *town_merged(instance, "2026-10-15"))
    apply_file(instance, path)
    clock.now = datetime(2026, 10, 16, 2, tzinfo=UTC)
    assert apply_due(instance.engine, now=clock()) == []
    for card, key in zip(many[:5], keys, strict=False):
        make_redemption(instance, card, key)
    figures = instance.engine.read(lambda tx: month_figures(tx, "2026-10"))
    groups = [set(row["towns"]) for row in figures["by_town"]]
    assert any({OLD_TOWN, TOWN} <= group for group in groups), "though each has five people"
    (joined,) = [row for row in figures["by_town"] if OLD_TOWN in row["towns"]]
    assert (joined["cards"], joined["sales"]) == (6, 11)
    names = {town["code"]: town["name"] for town in figures["towns"]}
    assert "并入高寺镇" in names[OLD_TOWN] and "双河场乡并入" in names[TOWN]


def test_the_command_shows_it_first_and_applies_what_is_due(
    run_cli: Callable[..., Any], sqlite_instance: Instance, tmp_path: Path
) -> None:
    holder = make_holder(sqlite_instance, division_code=MERGED_A)
    today = county_day(datetime.now(UTC)).isoformat()
    path = change_file(tmp_path, [today, "更名", "", "双河场乡 · 两河口村", "", "河口村村民委员会"])
    folder = sqlite_instance.settings.folder
    shown = run_cli(["divisions", "change", str(path), "--dry-run"], folder)
    assert shown.returncode == 0 and "河口村村民委员会" in shown.stdout and "试运行" in shown.stdout
    made = run_cli(["divisions", "change", str(path), "--format", "json"], folder)
    assert made.returncode == 0, made.stdout
    proposed = json.loads(made.stdout)
    assert proposed["list"]["state"] == "proposed"
    own = run_cli(["divisions", "approve", proposed["list"]["id"]], folder)
    assert own.returncode == 2 and "另一位" in own.stderr
    gone = run_cli(["divisions", "withdraw", proposed["list"]["id"], "--reason", "写错了"], folder)
    assert gone.returncode == 0 and "已撤回" in gone.stdout
    assert holder["division_code"] == MERGED_A
