"""The register that an office sent, through the real command, against the truth about it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from huimin.core.identity import parse_id_number
from huimin.instance import Instance
from tests.making.registers import TODAY, check

Run = Callable[..., CompletedProcess[str]]
DATA = Path(__file__).parent / "data"
EXPECTED: dict[str, list[dict[str, Any]]] = json.loads(
    (DATA / "register_sample.expected.json").read_text(encoding="utf-8")
)
FIRST_SHEET = "农村"


@pytest.fixture
def run(run_cli: Run, sqlite_instance: Instance) -> Run:
    return lambda *args: run_cli(list(args), sqlite_instance.settings.folder)


def as_json(done: CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def without_sheet(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in row if name != "sheet"} for row in rows]


def places(rows: list[dict[str, Any]], code: str) -> list[tuple[Any, ...]]:
    return [(row["row"], row[code]) for row in rows]


def test_the_workbook_gives_exactly_what_is_true(run: Run) -> None:
    answer = as_json(
        run(
            "holders", "import", str(DATA / "register_sample.xlsx"), "--dry-run", "--format", "json"
        )
    )
    assert answer["accepted"] == EXPECTED["accepted"]
    refused = [(row["sheet"], row["row"], row["code"]) for row in answer["refused"]]
    assert refused == [(row["sheet"], row["row"], row["why"]) for row in EXPECTED["refused"]]
    assert [
        {name: row[name] for name in ("sheet", "row", "id")} for row in answer["duplicates"]
    ] == EXPECTED["duplicates"]
    for problem in answer["refused"]:
        assert f"工作表“{problem['sheet']}”第 {problem['row']} 行" in problem["message"]
        assert f"{problem['column']} 列" in problem["message"]


def test_the_csv_gives_what_is_true_of_its_sheet(run: Run) -> None:
    answer = as_json(
        run("holders", "import", str(DATA / "register_sample.csv"), "--dry-run", "--format", "json")
    )
    of_sheet = {
        kind: [row for row in rows if row["sheet"] == FIRST_SHEET]
        for kind, rows in EXPECTED.items()
    }
    assert without_sheet(answer["accepted"]) == without_sheet(of_sheet["accepted"])
    assert places(answer["refused"], "code") == places(of_sheet["refused"], "why")
    assert places(answer["duplicates"], "id") == places(of_sheet["duplicates"], "id")


def test_importing_twice_changes_nothing_and_a_dry_run_writes_nothing(
    run: Run, sqlite_instance: Instance
) -> None:
    file = str(DATA / "register_sample.xlsx")

    def everything() -> dict[str, Any]:
        return sqlite_instance.engine.read(
            lambda tx: {
                table: tx.connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
                for table in (
                    *("holder", "family_member", "eligibility", "register_import"),
                    *("audit_event", "application"),
                )
            }
        )

    before = everything()
    dry = as_json(run("holders", "import", file, "--dry-run", "--format", "json"))
    assert everything() == before and dry["refused_file"] is None
    first = as_json(run("holders", "import", file, "--format", "json"))
    people = len(EXPECTED["accepted"])
    assert dry["written"] == first["written"] == {"new": people, "updated": 0, "unchanged": 0}
    after = everything()
    assert len(after["holder"]) == people
    assert len(after["family_member"]) == sum(row["family"] for row in EXPECTED["accepted"])
    assert len(after["register_import"]) == 1
    again = as_json(run("holders", "import", file, "--format", "json"))
    assert again["written"] == {"new": 0, "updated": 0, "unchanged": people}
    assert everything() == after


def test_the_database_holds_no_number_in_plain_and_the_text_names_nobody(
    run: Run, sqlite_instance: Instance
) -> None:
    done = run("holders", "import", str(DATA / "register_sample.xlsx"))
    assert done.returncode == 0, done.stderr
    sqlite_instance.engine.read(lambda tx: None)
    files = [p for p in sqlite_instance.settings.folder.glob("huimin.db*") if p.is_file()]
    data = b"".join(path.read_bytes() for path in files)
    checked = check(DATA / "register_sample.xlsx")
    numbers = {row.draft.id_number.number for row in checked.accepted}
    numbers |= {m.id_number for row in checked.accepted for m in row.draft.family if m.id_number}
    phones = {row.draft.phone for row in checked.accepted if row.draft.phone}
    assert len(numbers) > 500 and len(phones) > 300
    assert not [text for text in numbers | phones if text.encode() in data]
    shown = done.stdout + done.stderr
    assert not re.search("[0-9]{11}", shown)
    assert not [row.draft.name for row in checked.accepted if row.draft.name in shown]


def test_every_accepted_number_is_right_and_family_counts_fit() -> None:
    checked = check(DATA / "register_sample.xlsx")
    for row in checked.accepted:
        assert parse_id_number(row.draft.id_number.number, today=TODAY) is not None
    left = [(one.sheet, one.row) for one in checked.left_out]
    assert ("填表说明", None) in left and ("农村", 215) in left and ("农村", 216) in left
