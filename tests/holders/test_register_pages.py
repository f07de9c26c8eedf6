"""Registers in the browser: checked, matched, imported with applications, cancelled, mended."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from huimin.divisions.load import package_divisions
from huimin.holders.applications import applications_of
from huimin.holders.people import eligibilities_of, find_by_id_number
from huimin.house import House
from huimin.jobs.jobs import begin_job, job_by_id
from tests.making.cards import make_card
from tests.making.holders import id_number, make_holder
from tests.making.office import Office
from tests.making.registers import register_row, write_xlsx
from tests.making.staff import csrf_of


@pytest.fixture
def office(app: Any, house: House) -> Office:
    return Office(app, house)


def upload(office: Office, client: Any, content: bytes, name: str = "名册.xlsx") -> Any:
    data = {"csrf_token": csrf_of(client, "/account"), "register": (io.BytesIO(content), name)}
    answer = client.post("/registers/", data=data, content_type="multipart/form-data")
    office.house.jobs.wait()
    return answer


def counted(house: House, table: str) -> int:
    def look(tx: Any) -> int:
        return int(tx.connection.execute(f"SELECT COUNT(*) AS n FROM {table}").fetchall()[0]["n"])

    return house.engine.read(look)


def register(tmp_path: Path, *rows: list[Any]) -> bytes:
    return write_xlsx(tmp_path / "register.xlsx", list(rows)).read_bytes()


def village_code() -> str:
    """Of the village that a register_row names: 高寺镇 清水村."""
    rows = list(package_divisions())
    town = next(row["code"] for row in rows if row["name"] == "高寺镇")
    return next(
        str(row["code"])
        for row in rows
        if row["name"] == "清水村村民委员会" and row["parent_code"] == town
    )


def test_check_match_import_and_applications_in_one_step(
    office: Office, house: House, tmp_path: Path
) -> None:
    known_number, gone_number, new_number = id_number(), id_number(), id_number()
    make_card(house, make_holder(house, id_number=known_number, division_code=village_code()))
    gone = make_holder(
        house, name="钱不在", id_number=gone_number, division_code=village_code(), family=()
    )
    make_card(house, gone)
    content = register(
        tmp_path,
        register_row(name="黄筱平", id_number=known_number, kind="残疾"),
        register_row(name="新来人", id_number=new_number, kind="低保"),
        register_row(name="写错了", id_number="512022195603080012"),
    )
    client = office.client()
    people = counted(house, "holder")
    checked = upload(office, client, content)
    page = client.get(checked.headers["Location"]).text
    assert counted(house, "holder") == people, "a check writes nothing"
    assert "新*人" in page and "新来人" not in page and new_number not in page
    assert "钱*在" in page and "下载待修改的工作簿" in page and "第" in page
    assert new_number.encode() not in b"".join(
        one.read_bytes() for one in (house.settings.folder / "jobs").rglob("found.sealed")
    )
    mend = client.get(checked.headers["Location"] + "/refused.xlsx")
    assert mend.data[:2] == b"PK"
    started = office.post(
        client,
        checked.headers["Location"] + "/import",
        end_missing="1",
        end_from="2026-11-01",
    )
    house.jobs.wait()
    done = client.get(started.headers["Location"]).text
    assert "导入完成" in done
    assert counted(house, "holder") == people + 1

    def look(tx: Any) -> Any:
        new = find_by_id_number(tx, house.personal_data, new_number)
        known = find_by_id_number(tx, house.personal_data, known_number)
        assert new is not None and known is not None
        return (
            new["verified_on"],
            [(one["state"], one["source"]) for one in applications_of(tx, new["id"])],
            applications_of(tx, known["id"]),
            sorted(one["kind"] for one in eligibilities_of(tx, known["id"])),
            [one["ends_on"] for one in eligibilities_of(tx, gone["id"])],
        )

    assert house.engine.read(look) == (
        "2026-10-31",
        [("submitted", "register")],
        [],
        ["dibao", "disability"],
        ["2026-10-31"],
    )
    again = upload(office, client, content)
    page = client.get(again.headers["Location"]).text
    assert '新的人 <span class="optional">0</span>' in page
    office.post(client, again.headers["Location"] + "/import")
    house.jobs.wait()
    assert counted(house, "application") == 1 and counted(house, "holder") == people + 1


def test_what_is_no_register_says_so(office: Office, house: House) -> None:
    client = office.client()
    assert upload(office, client, b"x", "photo.png").status_code == 422
    answer = upload(office, client, b"not a workbook")
    page = client.get(answer.headers["Location"]).text
    assert "失败" in page and "Traceback" not in page
    nothing = office.post(client, "/registers/")
    assert nothing.status_code == 422
    assert counted(house, "holder") == 0


def test_a_cancelled_check_writes_nothing_and_says_so(
    office: Office, house: House, tmp_path: Path
) -> None:
    client = office.client()
    now = house.clock()
    job_id = house.engine.write(
        lambda tx: begin_job(tx, "register.check", {"file": "a.xlsx"}, now=now, actor="x")
    )
    running = client.get(f"/registers/{job_id}").text
    assert "停止检查" in running and "<progress" in running
    progress = client.get(f"/registers/{job_id}/progress").json
    assert progress["state"] == "running"
    office.post(client, f"/registers/{job_id}/cancel")
    house.jobs.start(job_id, lambda told: told("检查", 1, 10) or {})
    house.jobs.wait()
    assert house.engine.read(lambda tx: job_by_id(tx, job_id))["state"] == "cancelled"
    assert "没有改动任何资料" in client.get(f"/registers/{job_id}").text


def test_a_job_of_a_process_that_has_gone_is_said_to_have_failed(
    office: Office, house: House, clock: Any
) -> None:
    now = house.clock()
    job_id = house.engine.write(
        lambda tx: begin_job(tx, "register.import", {"file": "a.xlsx"}, now=now, actor="x")
    )
    clock.advance(seconds=30)
    client = office.client()
    assert "停止导入" in client.get(f"/registers/{job_id}").text
    clock.advance(seconds=40)
    assert "服务重启" in client.get(f"/registers/{job_id}").text


def test_registers_are_for_administrators(office: Office) -> None:
    for role in ("registrar", "auditor", "cashier"):
        assert office.client(role).get("/registers/").status_code == 403
    unknown = "/registers/01900000-0000-7000-8000-000000000000"
    assert office.client().get(unknown).status_code == 404
