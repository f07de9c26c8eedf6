"""`huimin holders …` as an office runs it: real processes; masked unless a reason is given."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import openpyxl
import pytest

from huimin.holders.people import eligibilities_of
from huimin.instance import Instance
from tests.making.holders import id_number, make_holder
from tests.making.registers import check, register_row, write_xlsx

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def run(run_cli: Run, sqlite_instance: Instance) -> Run:
    return lambda *args: run_cli(list(args), sqlite_instance.settings.folder)


def as_json(done: CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def add(run: Run, number: str, *more: str, since: str = "2026-03-01") -> CompletedProcess[str]:
    return run(
        *("holders", "add", "--name", "黄筱平", "--id-number", number, "--phone", "13800000000"),
        *("--town", "高寺镇", "--village", "清水村", "--kind", "城市低保", "--since", since, *more),
    )


def test_from_a_person_to_an_approved_application(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, wife = id_number(), id_number()
    holder = as_json(add(run, number, "--family", f"李四（配偶）{wife}", "--format", "json"))
    assert holder["name"] == "黄*平" and holder["family"][0]["name"] == "李*"
    assert holder["village"] == "清水村村民委员会"
    assert [e["kind"] for e in holder["eligibilities"]] == ["dibao"]
    listed = run("holders", "list")
    assert "黄*平" in listed.stdout and "黄筱平" not in listed.stdout
    shown = run("holders", "show", holder["id"])
    for text in (listed.stdout, shown.stdout, json.dumps(holder, ensure_ascii=False)):
        assert number not in text and wife not in text and "13800000000" not in text

    application = as_json(run("holders", "apply", holder["id"], "--format", "json"))
    waiting = as_json(run("holders", "applications", "--format", "json"))
    assert [(row["id"], row["holder_name"]) for row in waiting] == [(application["id"], "黄*平")]
    assert run("holders", "apply", holder["id"]).returncode == 2
    own = run("holders", "approve", "--all-open")
    assert own.stdout == "" and "另一位" in own.stderr
    assert run("holders", "approve", application["id"]).returncode == 2
    monkeypatch.setenv("HUIMIN_FOUR_EYES", "0")
    assert "已通过" in run("holders", "approve", "--all-open").stdout
    issued = run("cards", "issue", "--all-approved")
    assert issued.returncode == 0 and "共发卡 1 张" in issued.stdout


def test_the_full_numbers_are_shown_for_a_reason_and_that_is_recorded(
    run: Run, sqlite_instance: Instance
) -> None:
    number = id_number()
    holder_id = make_holder(sqlite_instance, id_number=number)["id"]
    refused = run("holders", "show", holder_id, "--unmask")
    assert refused.returncode == 2 and "reason" in refused.stderr and refused.stdout == ""
    shown = as_json(
        run("holders", "show", holder_id, "--unmask", "--reason", "核对证件", "--format", "json")
    )
    assert shown["id_number"] == number and shown["phone"] == "13800000000"
    events = sqlite_instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT action, reason, subject_id FROM audit_event WHERE action = 'holder.unmasked'"
        ).fetchall()
    )
    assert events == [{"action": "holder.unmasked", "reason": "核对证件", "subject_id": holder_id}]


def test_every_wrong_field_is_named_and_nothing_is_written(run: Run) -> None:
    done = run(
        *("holders", "add", "--name", "张3", "--id-number", "512022195603081234", "--phone", "x"),
        *("--town", "高寺镇", "--village", "没有村", "--kind", "富裕", "--since", "2026-02-30"),
    )
    assert done.returncode == 2 and done.stdout == "" and "Traceback" not in done.stderr
    for field in ("name", "id_number", "phone", "village", "kind", "since"):
        assert f"{field}：" in done.stderr
    assert "512022195603081234" not in done.stderr
    assert as_json(run("holders", "list", "--format", "json")) == []


def test_the_same_person_is_not_added_twice(run: Run) -> None:
    number = id_number()
    assert add(run, number).returncode == 0
    again = add(run, number)
    assert again.returncode == 2 and "id_number" in again.stderr and number not in again.stderr


def test_unknown_people_and_applications_are_refused(run: Run) -> None:
    for args in (
        ("show", "没有"),
        ("show",),
        ("apply", "没有"),
        ("approve", "没有"),
        ("approve",),
        ("reject", "没有", "--reason", "错"),
    ):
        done = run("holders", *args)
        assert done.returncode == 2 and done.stdout == "" and "Traceback" not in done.stderr, args


def test_the_refused_rows_go_to_the_folder_or_where_one_says(
    run: Run, sqlite_instance: Instance, tmp_path: Path
) -> None:
    register = write_xlsx(tmp_path / "名册.xlsx", [register_row(), register_row(village="没有村")])
    done = as_json(run("holders", "import", str(register), "--format", "json"))
    kept = Path(done["refused_file"])
    assert kept.parent == sqlite_instance.settings.folder / "refused" and kept.exists()
    assert [problem.row for problem in check(kept).problems] == [4]
    assert done["refused"][0]["column"] == "G" and done["written"]["new"] == 1
    chosen = tmp_path / "x" / "改.xlsx"
    again = run("holders", "import", str(register), "--dry-run", "--refused", str(chosen))
    assert again.returncode == 0 and chosen.exists() and str(chosen) in again.stdout
    assert "没有写入" in again.stdout and "G 列“村（社区）”" in again.stdout


def test_a_list_of_deaths_becomes_a_draft_and_ends_nothing(
    run: Run, sqlite_instance: Instance, tmp_path: Path
) -> None:
    died, unknown = id_number(), id_number()
    holder = make_holder(sqlite_instance, name="钱不在", id_number=died, family=())
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("姓名", "身份证号码", "死亡日期"),
        ("钱不在", died, "2026-10-01"),
        ("孙无名", unknown, "2026-10-02"),
    ):
        sheet.append(row)
    book.save(tmp_path / "十月死亡.xlsx")
    command = ("holders", "end-list", str(tmp_path / "十月死亡.xlsx"), "--cause", "died")

    def drafts() -> list[Any]:
        return sqlite_instance.engine.read(
            lambda tx: tx.connection.execute("SELECT id, state FROM aid_ending").fetchall()
        )

    tried = as_json(run(*command, "--dry-run", "--format", "json"))
    assert (tried["dry_run"], tried["ending"], tried["people"]) == (True, None, 1)
    (row,) = tried["listed"]
    assert (row["name_masked"], row["cause"], row["last_day"]) == ("钱*在", "died", "2026-10-01")
    assert [one["row"] for one in tried["left"]] == [3] and not drafts()
    done = run(*command)
    assert done.returncode == 0, done.stderr
    for secret in (died, unknown, "钱不在", "孙无名"):
        assert secret not in done.stdout + done.stderr
    (draft,) = drafts()
    assert draft["state"] == "draft" and draft["id"] in done.stdout
    (eligibility,) = sqlite_instance.engine.read(lambda tx: eligibilities_of(tx, holder["id"]))
    assert eligibility["ends_on"] is None
    wrong = run("holders", "end-list", str(tmp_path / "十月死亡.xlsx"))
    assert wrong.returncode == 2, "the cause must be said"


def test_family_that_is_the_holder_or_there_twice_is_refused_not_dropped(run: Run) -> None:
    number = id_number()
    for family, seen in {
        f"李四（配偶）{number}": "持卡人本人的身份证号码",
        "李四（子）；李四（长子）": "已经在名单里",
        "李四（配偶）；李四（配偶）": "已经在名单里",
        "黄筱平（本人）": "不用写进家庭成员",
        "李四（配\ue000偶）": "显示不出来的字",
    }.items():
        done = add(run, number, "--family", family)
        assert done.returncode == 2 and seen in done.stderr, (family, done.stderr)
    assert add(run, number, "--family", "李四（配偶）；李五（子）").returncode == 0
