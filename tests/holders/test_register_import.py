"""Writing a register, on both engines: new people, what known people gain, nothing by halves."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from math import inf
from pathlib import Path
from typing import Any

import pytest

from huimin.core.days import county_day
from huimin.holders.change_person import change_details
from huimin.holders.people import (
    eligibilities_of,
    family_of,
    find_by_id_number,
    presenters_of,
    set_last_day,
)
from huimin.holders.registers import import_register as register_import
from huimin.holders.registers.gains import Gains
from huimin.holders.registers.import_register import (
    ImportCounts,
    import_register,
    require_fitting_keys,
)
from huimin.holders.registers.result import AcceptedRow, RegisterCheck
from huimin.instance import Instance
from huimin.keys.personal_data import FILE_NAME, PersonalData
from huimin.storage import giving_way
from huimin.storage.engine import StorageProblem
from tests.making.holders import id_number, make_holder
from tests.making.registers import HEADER, check, codes, register_row, write_csv

Row = dict[str, Any]


def checked(tmp_path: Path, *rows: list[Any], name: str = "a.csv") -> RegisterCheck:
    return check(write_csv(tmp_path / name, rows))


def bring_in(instance: Instance, register: RegisterCheck, **over: Any) -> ImportCounts:
    return import_register(
        instance.engine,
        instance.personal_data,
        register,
        now=instance.clock(),
        actor="test",
        **over,
    )


def person(instance: Instance, number: str) -> Row:
    row = instance.engine.read(lambda tx: find_by_id_number(tx, instance.personal_data, number))
    assert row is not None
    return row


def count(instance: Instance, table: str) -> int:
    sql = f"SELECT COUNT(*) AS n FROM {table}"
    return int(instance.engine.read(lambda tx: tx.connection.execute(sql).fetchone()["n"]))


def test_a_new_person_is_written_with_family_and_eligibility(
    instance: Instance, tmp_path: Path
) -> None:
    number, wife = id_number(), id_number()
    register = checked(
        tmp_path,
        register_row(
            id_number=f" {number[:6]} {number[6:]} ",
            kind="城市低保、残疾",
            family=f"李四（丈夫）{wife}；王五（子）",
        ),
    )
    assert bring_in(instance, register) == ImportCounts(new=1)
    holder = person(instance, number)
    secrets = instance.personal_data
    assert secrets.decrypt(holder["id_number_cipher"], "holder.id_number") == number
    assert secrets.decrypt(holder["phone_cipher"], "holder.phone") == "13800000000"
    assert holder["division_code"].startswith("512022")

    def look(tx: Any) -> tuple[list[Row], list[Row], list[Row]]:
        own = holder["id"]
        return family_of(tx, own), eligibilities_of(tx, own), presenters_of(tx, own)

    family, eligibilities, presenters = instance.engine.read(look)
    assert [(m["name"], m["relation"]) for m in family] == [("李四", "配偶"), ("王五", "儿子")]
    assert secrets.decrypt(family[0]["id_number_cipher"], "family_member.id_number") == wife
    assert [(e["kind"], e["starts_on"], e["evidence"]) for e in eligibilities] == [
        ("dibao", "2024-10-17", "城市低保、残疾"),
        ("disability", "2024-10-17", "城市低保、残疾"),
    ]
    assert "第 3 行" in eligibilities[0]["source"] and "a.csv" in eligibilities[0]["source"]
    assert [p["relation"] for p in presenters] == ["本人", "配偶", "儿子"]
    events = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT action, new_json FROM audit_event").fetchall()
    )
    assert [event["action"] for event in events] == ["register.imported"]
    assert number not in str(events)


def test_a_known_person_gains_what_is_new_and_is_not_entered_again(
    instance: Instance, tmp_path: Path
) -> None:
    number = id_number()
    first = register_row(id_number=number, family="李四（夫）")
    assert bring_in(instance, checked(tmp_path, first)) == ImportCounts(new=1)
    assert bring_in(instance, checked(tmp_path, first)) == ImportCounts(unchanged=1)
    husband = id_number()
    second = register_row(
        id_number=number,
        kind="重大疾病",
        starts_on="2026-09-01",
        family=f"李四（夫）{husband}；王五（子）",
        village="香泉社区",
        phone="13900000000",
    )
    dry = bring_in(instance, checked(tmp_path, second), dry_run=True)
    holder = person(instance, number)
    assert bring_in(instance, checked(tmp_path, second)) == dry == ImportCounts(updated=1)
    assert bring_in(instance, checked(tmp_path, second)) == ImportCounts(unchanged=1)
    after = person(instance, number)
    assert count(instance, "holder") == 1 and after["id"] == holder["id"]
    assert after["division_code"] != holder["division_code"]
    family = instance.engine.read(lambda tx: family_of(tx, holder["id"]))
    assert [(m["name"], m["id_number_hash"] is not None) for m in family] == [
        ("李四", True),
        ("王五", False),
    ]
    kinds = instance.engine.read(lambda tx: eligibilities_of(tx, holder["id"]))
    assert [row["kind"] for row in kinds] == ["dibao", "major_illness"]
    # A later start of what counts already adds nothing.
    later = register_row(id_number=number, starts_on="2025-01-01", village="香泉社区", phone=None)
    assert bring_in(instance, checked(tmp_path, later)) == ImportCounts(unchanged=1)


def test_what_a_hand_corrected_stands_unless_a_later_register_is_said_to_count(
    instance: Instance, tmp_path: Path
) -> None:
    number = id_number()
    register = checked(tmp_path, register_row(id_number=number, phone="+86 138 0000 0000"))
    bring_in(instance, register)
    holder = person(instance, number)
    assert instance.personal_data.value(holder, "holder.phone") == "13800000000"
    corrected = {"phone": "13911112222", "division_code": holder["division_code"]}

    def correct(tx: Any) -> None:
        change_details(
            tx,
            instance.personal_data,
            holder,
            name=holder["name"],
            reason="本人来电",
            now=instance.clock(),
            actor="staff:登记员",
            **corrected,
        )

    instance.engine.write(correct)
    told: list[tuple[str, bool]] = []

    def tell(row: AcceptedRow, gains: Gains) -> None:
        told.extend((change.field, change.kept) for change in gains.changes)

    assert bring_in(instance, register, tell=tell) == ImportCounts(unchanged=1)
    assert told == [("phone", True)], "what is left as it was is named"
    day = county_day(instance.clock())
    assert bring_in(instance, register, register_date=day) == ImportCounts(unchanged=1)
    later = day + timedelta(days=1)
    assert bring_in(instance, register, register_date=later) == ImportCounts(updated=1)
    assert instance.personal_data.value(person(instance, number), "holder.phone") == "13800000000"


def test_a_renewal_is_taken_and_an_end_or_a_return_is_a_person_s_to_decide(
    instance: Instance, tmp_path: Path
) -> None:
    header = (*HEADER, "截止日期")
    number = id_number()

    def register(last: str) -> RegisterCheck:
        path = tmp_path / "a.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, [*register_row(id_number=number), last]])
        return check(path)

    def last_day() -> str | None:
        holder = person(instance, number)
        (row,) = instance.engine.read(lambda tx: eligibilities_of(tx, holder["id"]))
        day: str | None = row["ends_on"]
        return day

    bring_in(instance, register("2026-12-31"))
    assert bring_in(instance, register("2027-12-31")) == ImportCounts(updated=1)
    assert last_day() == "2027-12-31"
    told: list[tuple[str, bool]] = []

    def tell(row: AcceptedRow, gains: Gains) -> None:
        told.extend((change.field, change.kept) for change in gains.changes)

    assert bring_in(instance, register("2026-11-30"), tell=tell) == ImportCounts(unchanged=1)
    assert (last_day(), told) == ("2027-12-31", [("end", True)])
    holder = person(instance, number)
    (row,) = instance.engine.read(lambda tx: eligibilities_of(tx, holder["id"]))
    over = county_day(instance.clock()) - timedelta(days=1)
    instance.engine.write(lambda tx: set_last_day(tx, holder["id"], row["id"], over))
    told.clear()
    assert bring_in(instance, register("长期"), tell=tell) == ImportCounts(unchanged=1)
    assert (last_day(), told) == (over.isoformat(), [("ended", True)])


def test_a_family_member_who_was_ended_is_not_brought_back(
    instance: Instance, tmp_path: Path
) -> None:
    number = id_number()
    register = checked(tmp_path, register_row(id_number=number, family="李四（夫）"))
    bring_in(instance, register)
    instance.engine.write(
        lambda tx: tx.connection.execute("UPDATE family_member SET ended_at = added_at")
    )
    assert bring_in(instance, register) == ImportCounts(unchanged=1)
    assert instance.engine.read(lambda tx: family_of(tx, person(instance, number)["id"])) == []


def test_another_name_under_a_known_number_is_refused_and_does_not_name_anybody(
    instance: Instance, tmp_path: Path
) -> None:
    number = id_number()
    make_holder(instance, name="黄筱平", id_number=number)
    path = write_csv(tmp_path / "a.csv", [register_row(id_number=number, name="张三")])

    def look(tx: Any) -> RegisterCheck:
        def name_of(wanted: str) -> str | None:
            row = find_by_id_number(tx, instance.personal_data, wanted)
            return None if row is None else str(row["name"])

        return check(path, registered_name=name_of)

    register = instance.engine.read(look)
    assert codes(register) == [(3, "B", "name_conflict")]
    assert "黄*平" in register.problems[0].message and "黄筱平" not in register.problems[0].message


def test_an_import_that_breaks_off_is_finished_by_running_it_again(
    instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_import, "CHUNK_ROWS", 4)
    monkeypatch.setattr(giving_way, "PART_SECONDS", inf)
    monkeypatch.setattr(giving_way, "PART_SECONDS_IN_ALL", inf)
    register = checked(
        tmp_path, *[register_row(family="李四（夫）；王五（子）") for _ in range(10)]
    )
    written = 0

    def enter(*args: Any, **named: Any) -> Any:
        nonlocal written
        written += 1
        if written == 7:
            raise KeyboardInterrupt
        return original(*args, **named)

    original = register_import.enter_holder
    monkeypatch.setattr(register_import, "enter_holder", enter)
    with pytest.raises(KeyboardInterrupt):
        bring_in(instance, register)
    # The chunk that broke off is not there at all; the one before it is whole.
    assert (count(instance, "holder"), count(instance, "family_member")) == (4, 8)
    # What it did write is on record: who, when, from which file, how many.
    assert count(instance, "register_import") == 1
    monkeypatch.setattr(register_import, "enter_holder", original)
    assert bring_in(instance, register) == ImportCounts(new=6, unchanged=4)
    assert (count(instance, "holder"), count(instance, "family_member")) == (10, 20)
    assert count(instance, "eligibility") == 10 and count(instance, "register_import") == 2


def test_two_imports_at_once_enter_everybody_once(instance: Instance, tmp_path: Path) -> None:
    register = checked(tmp_path, *[register_row(family="李四（夫）") for _ in range(60)])
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: bring_in(instance, register), range(4)))
    assert sum(one.new for one in counts) == 60
    assert sum(one.updated for one in counts) == 0
    assert (count(instance, "holder"), count(instance, "family_member")) == (60, 60)


def test_a_key_file_of_another_instance_is_noticed(instance: Instance, tmp_path: Path) -> None:
    instance.engine.read(lambda tx: require_fitting_keys(tx, instance.personal_data))
    make_holder(instance)
    instance.engine.read(lambda tx: require_fitting_keys(tx, instance.personal_data))
    with pytest.raises(StorageProblem) as caught:
        instance.engine.read(
            lambda tx: require_fitting_keys(tx, PersonalData.open(tmp_path / "other"))
        )
    assert FILE_NAME in str(caught.value)


# `huimin holders import FILE`, killed as it has written its third part and not committed it.
KILLED = """
import os, signal, sys
from huimin.storage import giving_way
write_part, parts = giving_way.write_part, []
def counted(engine, work):
    parts.append(work)
    def killed(tx):
        work(tx)
        os.kill(os.getpid(), signal.SIGKILL)
    return write_part(engine, killed if len(parts) == 3 else work)
giving_way.write_part = counted
from huimin.cli import main
main(["holders", "import", sys.argv[1]])
"""


def test_a_killed_import_leaves_whole_people_and_the_next_one_finishes(
    sqlite_instance: Instance, tmp_path: Path
) -> None:
    people = 1_000
    rows = [register_row(family="李四（夫）；王五（子）") for _ in range(people)]
    register = write_csv(tmp_path / "a.csv", rows)
    command = [sys.executable, "-m", "huimin", "holders", "import", str(register)]
    environment = {
        **os.environ,
        "HUIMIN_FOLDER": str(sqlite_instance.settings.folder),
        "PYTHONIOENCODING": "utf-8",
    }
    dies = [sys.executable, "-c", KILLED, str(register)]
    killed = subprocess.run(dies, env=environment, capture_output=True, check=False, timeout=300)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    written = count(sqlite_instance, "holder")
    assert 0 < written < people
    assert count(sqlite_instance, "family_member") == 2 * written
    assert count(sqlite_instance, "eligibility") == written
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=300)
    assert f"已新增 {people - written} 人".encode() in done.stdout
    assert count(sqlite_instance, "holder") == count(sqlite_instance, "eligibility") == people
    assert count(sqlite_instance, "family_member") == 2 * people
