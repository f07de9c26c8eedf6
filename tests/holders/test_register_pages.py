"""Registers in the browser: checked, matched, imported with applications, cancelled, mended."""

from __future__ import annotations

import io
from datetime import timedelta
from html import unescape
from math import inf
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from huimin.core.kept_refusal import KeptRefusal
from huimin.divisions.load import package_divisions
from huimin.holders.applications import applications_of
from huimin.holders.people import eligibilities_of, find_by_id_number
from huimin.holders.registers import import_register as register_import
from huimin.instance import Instance
from huimin.jobs import jobs
from huimin.jobs.jobs import begin_job, job_by_id
from huimin.storage import giving_way
from tests.making.cards import make_card
from tests.making.holders import id_number, make_holder
from tests.making.office import Office
from tests.making.registers import register_row, write_xlsx
from tests.making.staff import csrf_of


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def upload(office: Office, client: Any, content: bytes, name: str = "名册.xlsx") -> Any:
    data = {"csrf_token": csrf_of(client, "/account"), "register": (io.BytesIO(content), name)}
    answer = client.post("/registers/", data=data, content_type="multipart/form-data")
    office.instance.jobs.wait()
    return answer


def book_of(answer: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def counted(instance: Instance, table: str) -> int:
    def look(tx: Any) -> int:
        return int(tx.connection.execute(f"SELECT COUNT(*) AS n FROM {table}").fetchall()[0]["n"])

    return instance.engine.read(look)


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
    office: Office, instance: Instance, tmp_path: Path
) -> None:
    known_number, gone_number, new_number = id_number(), id_number(), id_number()
    make_card(instance, make_holder(instance, id_number=known_number, division_code=village_code()))
    gone = make_holder(
        instance, name="钱不在", id_number=gone_number, division_code=village_code(), family=()
    )
    make_card(instance, gone)
    rows = [
        register_row(name="黄筱平", id_number=known_number, kind="残疾"),
        register_row(name="新来人", id_number=new_number, kind="低保"),
    ]
    wrong = register_row(name="写错了", id_number="512022195603080012")
    content = register(tmp_path, *rows, wrong)
    client = office.client()
    people = counted(instance, "holder")
    checked = upload(office, client, content)
    page = client.get(checked.headers["Location"]).text
    assert counted(instance, "holder") == people, "a check writes nothing"
    assert "新*人" in page and "新来人" not in page and new_number not in page
    assert "钱*在" in page and "下载待修改的工作簿" in page and "第" in page
    assert new_number.encode() not in b"".join(
        one.read_bytes() for one in (instance.settings.folder / "jobs").rglob("found.sealed")
    )
    mend = client.get(checked.headers["Location"] + "/refused.xlsx")
    assert mend.data[:2] == b"PK"
    for path in (instance.settings.folder / "jobs").rglob("*.*"):
        assert path.suffix == ".sealed" and path.stat().st_mode & 0o077 == 0, path
        assert b"PK" not in path.read_bytes()[:20], "no register lies about in clear"
    gone_list = client.get(checked.headers["Location"] + "/missing.xlsx")
    cells = [cell for row in book_of(gone_list).active.values for cell in row]
    assert "钱*在" in cells and "低保" in cells and "钱不在" not in cells
    assert client.get(checked.headers["Location"] + "/other.xlsx").status_code == 404
    content = register(tmp_path, *rows)
    checked = upload(office, client, content)
    started = office.post(client, checked.headers["Location"] + "/import")
    instance.jobs.wait()
    done = client.get(started.headers["Location"]).text
    assert "导入完成" in done
    assert counted(instance, "holder") == people + 1

    def look(tx: Any) -> Any:
        new = find_by_id_number(tx, instance.personal_data, new_number)
        known = find_by_id_number(tx, instance.personal_data, known_number)
        assert new is not None and known is not None
        return (
            new["verified_on"],
            [(one["state"], one["source"]) for one in applications_of(tx, new["id"])],
            applications_of(tx, known["id"]),
            sorted(one["kind"] for one in eligibilities_of(tx, known["id"])),
            [one["ends_on"] for one in eligibilities_of(tx, gone["id"])],
        )

    assert instance.engine.read(look) == (
        "2026-10-31",
        [("submitted", "register")],
        [],
        ["dibao", "disability"],
        [None],
    )
    again = upload(office, client, content)
    page = client.get(again.headers["Location"]).text
    assert '新的人 <span class="optional">0</span>' in page
    office.post(client, again.headers["Location"] + "/import")
    instance.jobs.wait()
    assert counted(instance, "application") == 1 and counted(instance, "holder") == people + 1


def test_who_stands_in_a_row_to_mend_is_not_missing(
    office: Office, instance: Instance, tmp_path: Path
) -> None:
    numbers = [id_number() for _ in range(3)]
    for name, number in zip(("赵电话", "钱号码", "孙不在"), numbers, strict=True):
        person = make_holder(
            instance, name=name, id_number=number, division_code=village_code(), family=()
        )
        make_card(instance, person)
    wrong = numbers[1][:17] + ("0" if numbers[1][17] != "0" else "1")
    content = register(
        tmp_path,
        register_row(name="李来了", id_number=id_number(), kind="低保"),
        register_row(name="赵电话", id_number=numbers[0], kind="低保", phone="12"),
        register_row(name="钱号码", id_number=wrong, kind="低保"),
    )
    client = office.client()
    checked = upload(office, client, content)
    missing = book_of(client.get(checked.headers["Location"] + "/missing.xlsx"))
    named = [row[0] for row in missing.active.iter_rows(min_row=3, values_only=True)]
    assert named == ["孙*在"]


@pytest.mark.both_engines
def test_an_import_that_is_stopped_leaves_whole_people_a_record_and_can_go_on(
    office: Office, instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_import, "CHUNK_ROWS", 4)
    monkeypatch.setattr(giving_way, "PART_SECONDS", inf)
    monkeypatch.setattr(giving_way, "PART_SECONDS_IN_ALL", inf)
    monkeypatch.setattr(jobs, "NOTE_EVERY", timedelta())
    content = register(tmp_path, *[register_row() for _ in range(10)])
    client = office.client()
    checked = upload(office, client, content).headers["Location"]
    noted, original = [], jobs.Progress.__call__

    def note(told: Any, step: str, done: int, total: int) -> None:
        noted.append(step)
        if step == "write" and noted.count("write") == 2:
            running = instance.engine.read(lambda tx: jobs.jobs_before(tx, "register.import"))
            # Somebody presses the button while the second part is being written.
            assert office.post(client, f"/registers/{running[0]['id']}/cancel").status_code == 302
        original(told, step, done, total)

    monkeypatch.setattr(jobs.Progress, "__call__", note)
    stopped = office.post(client, checked + "/import").headers["Location"]
    instance.jobs.wait()
    monkeypatch.setattr(jobs.Progress, "__call__", original)
    assert "写到第 8 行为止" in client.get(stopped).text
    # Nobody is half there: as many applications as people, and the import stands on record.
    assert counted(instance, "holder") == counted(instance, "application") == 8
    assert counted(instance, "register_import") == 1
    again = office.post(client, checked + "/import").headers["Location"]
    instance.jobs.wait()
    assert "导入完成" in client.get(again).text
    assert counted(instance, "holder") == counted(instance, "application") == 10


@pytest.mark.both_engines
def test_files_of_old_jobs_are_deleted(
    office: Office, instance: Instance, tmp_path: Path, clock: Any
) -> None:
    client = office.client()
    job = upload(office, client, register(tmp_path, register_row(kind="无此类别")))
    place = instance.settings.folder / "jobs"
    assert len(list(place.rglob("*.sealed"))) == 3
    clock.advance(days=31)
    client = office.client()
    assert client.get("/registers/").status_code == 200
    assert list(place.rglob("*.sealed")) == []
    assert client.get(job.headers["Location"]).status_code == 200
    assert client.get(job.headers["Location"] + "/refused.xlsx").status_code == 404
    assert office.post(client, job.headers["Location"] + "/import").status_code == 422


def test_what_is_no_register_says_so(office: Office, instance: Instance) -> None:
    client = office.client()
    assert upload(office, client, b"x", "photo.png").status_code == 422
    answer = upload(office, client, b"not a workbook")
    page = client.get(answer.headers["Location"]).text
    assert "失败" in page and "Traceback" not in page
    nothing = office.post(client, "/registers/")
    assert nothing.status_code == 422
    assert counted(instance, "holder") == 0


def test_a_cancelled_check_writes_nothing_and_says_so(
    office: Office, instance: Instance, tmp_path: Path
) -> None:
    client = office.client()
    now = instance.clock()
    job_id = instance.engine.write(
        lambda tx: begin_job(tx, "register.check", {"file": "a.xlsx"}, now=now, actor="x")
    )
    running = client.get(f"/registers/{job_id}").text
    assert "停止检查" in running and "<progress" in running
    progress = client.get(f"/registers/{job_id}/progress").json
    assert progress["state"] == "running"
    office.post(client, f"/registers/{job_id}/cancel")
    instance.jobs.start(job_id, lambda told: told("检查", 1, 10) or {})
    instance.jobs.wait()
    assert instance.engine.read(lambda tx: job_by_id(tx, job_id))["state"] == "cancelled"
    assert "没有改动任何资料" in client.get(f"/registers/{job_id}").text


def test_a_job_of_a_process_that_has_gone_is_said_to_have_failed(
    office: Office, instance: Instance, clock: Any
) -> None:
    now = instance.clock()
    job_id = instance.engine.write(
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


def test_why_a_job_failed_is_read_in_the_reader_s_language(
    office: Office, instance: Instance
) -> None:
    client = office.client()
    checked = upload(office, client, b"not a workbook at all")
    address = checked.headers["Location"]
    chinese = client.get(address).text
    office.post(client, "/language", language="en")
    english = client.get(address).text
    kept = instance.engine.read(lambda tx: job_by_id(tx, address.rpartition("/")[2]))["result"]
    assert kept["code"] == "invalid_input" and kept["problems"][0]["field"] == "file"
    in_chinese, in_english = (
        KeptRefusal.from_record(kept).detail(language) for language in ("zh_Hans", "en")
    )
    assert in_chinese in chinese and in_chinese not in english
    assert in_english in unescape(english)


def test_the_jobs_are_a_workbook_with_counts_and_reasons(
    office: Office, instance: Instance, clock: Any, tmp_path: Path
) -> None:
    client = office.client()
    good = register(tmp_path, register_row(name="新来人", id_number=id_number()))
    checked = upload(office, client, good, "八月.xlsx").headers["Location"]
    office.post(client, f"{checked}/import")
    instance.jobs.wait()
    upload(office, client, b"nothing", "坏的.xlsx")
    lost = instance.engine.write(
        lambda tx: begin_job(
            tx, "register.check", {"file": "断了.xlsx"}, now=instance.clock(), actor="x"
        )
    )
    clock.advance(seconds=120)
    office.post(client, "/language", language="en")
    page = client.get("/registers/").text
    assert "/registers/?format=xlsx" in page
    answer = client.get("/registers/?format=xlsx")
    assert answer.data[:2] == b"PK"
    _, heading, *rows = book_of(answer).active.iter_rows(values_only=True)
    table = [dict(zip(heading, row, strict=True)) for row in rows]
    names = [row["Register"] for row in table]
    assert names == ["断了.xlsx", "坏的.xlsx", "八月.xlsx", "八月.xlsx"]
    assert table[0]["Reason"].startswith("The service restarted")
    assert table[1]["Reason"].isascii() and table[1]["Reason"]
    assert (table[2]["Enrolled"], table[2]["Applications made"]) == (1, 1)
    assert table[3]["Rows that can be imported"] == 1 and not table[3]["Reason"]
    assert lost in client.get("/registers/").text
    exported = instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT subject_id FROM audit_event WHERE action = 'list.exported'"
        ).fetchall()
    )
    assert [row["subject_id"] for row in exported] == ["holders.registers"]


def test_a_question_between_columns_is_answered_on_the_page(office: Office, tmp_path: Path) -> None:
    number = id_number()
    head = ["姓名", "监护人", "身份证号", "乡镇", "村", "类别", "认定日期"]
    row = ["郑小五", "李大山", number, "高寺镇", "清水村", "孤儿", "2020-01-01"]
    path = write_xlsx(tmp_path / "a.xlsx", [row], header=head, above=())
    client = office.client()
    checked = upload(office, client, path.read_bytes()).headers["Location"]
    page = client.get(checked).text
    for choice in ('<option value="A">A · 姓名 · 郑*五', '<option value="B">B · 监护人 · 李*山'):
        assert choice in page
    assert "/import" not in page, "nothing can be imported before it is answered"
    again = office.post(client, checked + "/again", column_name="A")
    office.instance.jobs.wait()
    page = client.get(again.headers["Location"]).text
    assert "郑*五" in page and "李*山" not in page.partition("这样读每一列")[0]
    assert "姓名（本人）" in page and "/import" in page
