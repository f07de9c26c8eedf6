"""Closing a month in the browser's pages: checks, three signatures, files, reopening."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from huimin.instance import Instance
from tests.conftest import FixedClock
from tests.making.months import close_month, reopen
from tests.making.office import Office
from tests.making.statements import statements_told
from tests.reports.county import SmallCounty, make_small_county

PAGE = "/months/2026-10"


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


@pytest.fixture
def county(instance: Instance, clock: FixedClock) -> SmallCounty:
    clock.now = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
    made = make_small_county(instance)
    made.sell(0, 0, 10_000)
    clock.now = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    return made


def act(office: Office, client: Any, what: str, version: int = 1, **form: str) -> Any:
    return office.post(client, f"{PAGE}/{version}/{what}", **form)


def check(office: Office, client: Any) -> None:
    assert office.post(client, f"{PAGE}/checks").status_code == 302
    office.instance.jobs.wait()


def test_three_administrators_close_a_month(
    county: SmallCounty, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    preparer, reviewer, approver = (office.client(name=name) for name in ("李华", "王丽", "赵敏"))
    page = preparer.get(PAGE).text
    assert "还没有核对" in page and "开始核对" in page
    check(office, preparer)
    page = preparer.get(PAGE).text
    for part in ("已核对，待填报", "流水未被改动", "汇总与流水相符", "签字填报", "¥8.00"):
        assert part in page, part
    assert act(office, preparer, "prepare").status_code == 302
    page = preparer.get(PAGE).text
    assert "您已在这一版签过字" in page and "签字审核" not in page
    again = act(office, preparer, "review")
    assert again.status_code == 403 and "三个不同的人" in again.text
    assert "签字审核" in reviewer.get(PAGE).text
    assert act(office, reviewer, "review").status_code == 302
    # What is published is counted before the tills wait: within the approval it can't be.
    monkeypatch.setattr("huimin.publication.month_figures.count_month", None)
    assert act(office, approver, "approve").status_code == 302
    page = approver.get(PAGE).text
    for name in ("李华", "王丽", "赵敏"):
        assert name in page
    found = re.findall(r'href="(/months/2026-10/1/(\w+))">', page)
    assert {"csv", "json", "xlsx"} <= {form for _, form in found}
    for address, _form in found:
        answer = approver.get(address)
        assert hashlib.sha256(answer.data).hexdigest() in page
        assert "huimin-report-2026-10-v1" in answer.headers["Content-Disposition"]
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.both_engines
def test_the_report_of_a_closed_month_is_the_signed_one(
    county: SmallCounty, office: Office
) -> None:
    instance, client = office.instance, office.client()
    assert "已结账" not in client.get("/reports/?month=2026-10").text
    close_month(instance, with_files=True)
    sql = "UPDATE rollup_month SET discount_fen = discount_fen + 100"
    instance.engine.write(lambda tx: tx.connection.execute(sql))
    page = client.get("/reports/?month=2026-10").text
    assert "本月已结账（第 1 版" in page and "填报人 李华" in page
    assert "¥8.00" in page and "¥9.00" not in page
    for form in ("csv", "xlsx", "pdf", "json"):
        signed = client.get(f"{PAGE}/1/{form}")
        assert signed.status_code == 200
        assert client.get(f"/reports/2026-10.{form}").data == signed.data


def test_the_command_prints_what_was_signed(
    sqlite_instance: Instance, clock: FixedClock, run_cli: Callable[..., Any]
) -> None:
    folder = sqlite_instance.settings.folder
    clock.now = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
    make_small_county(sqlite_instance).sell(0, 0, 10_000)
    clock.now = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    close_month(sqlite_instance, with_files=True)
    signed = (folder / "months/2026-10/v1/huimin-report-2026-10-v1.json").read_text("utf-8")
    sql = "UPDATE rollup_month SET discount_fen = discount_fen + 100"
    sqlite_instance.engine.write(lambda tx: tx.connection.execute(sql))
    sqlite_instance.close()
    told = run_cli(["report", "2026-10", "--format", "json"], folder)
    assert told.stdout == signed
    assert "本月已结账：第 1 版，填报人 李华" in told.stderr
    assert run_cli(["month", "files", "2026-10", "--check"], folder).returncode == 0
    kept = folder / "months/2026-10/v1/huimin-report-2026-10-v1.csv"
    before = kept.read_bytes()
    kept.write_bytes(b"forged")
    checked = run_cli(["month", "files", "2026-10", "--check"], folder)
    assert checked.returncode == 1 and "文件夹里的不同" in checked.stdout
    assert kept.read_bytes() == b"forged"
    assert run_cli(["month", "files", "2026-10"], folder).returncode == 0
    assert kept.read_bytes() == before


def test_a_warning_asks_for_a_reason_beside_its_check(
    county: SmallCounty, office: Office, clock: FixedClock
) -> None:
    clock.now = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
    client = office.client()
    page = "/months/2026-11"
    assert office.post(client, f"{page}/checks").status_code == 302
    office.instance.jobs.wait()
    assert "2026-10 还没有结账" in client.get(page).text
    refused = office.post(client, f"{page}/1/prepare")
    assert refused.status_code == 422
    assert 'id="problem-reason-previous"' in refused.text
    done = office.post(client, f"{page}/1/prepare", **{"reason-previous": "下周补结"})
    assert done.status_code == 302
    assert "说明：下周补结" in client.get(page).text


def test_returning_and_reopening_need_reasons(county: SmallCounty, office: Office) -> None:
    first, second, third = office.client(), office.client(), office.client()
    check(office, first)
    act(office, first, "prepare")
    refused = act(office, second, "return")
    assert refused.status_code == 422 and "请写明理由" in refused.text
    assert act(office, second, "return", reason="金额待查").status_code == 302
    page = first.get(PAGE).text
    assert "金额待查" in page and "开始核对" in page
    check(office, first)
    act(office, first, "prepare", 2)
    act(office, second, "review", 2)
    assert act(office, third, "approve", 2).status_code == 302
    assert act(office, third, "reopen", 2).status_code == 422
    assert act(office, third, "reopen", 2, reason="漏了一家").status_code == 302
    page = third.get(PAGE).text
    assert "漏了一家" in page and "已重新打开" in page
    assert third.get(f"{PAGE}/2/csv").status_code == 200
    assert third.get(f"{PAGE}/1/csv").status_code == 404


def test_an_auditor_reads_and_changes_nothing(county: SmallCounty, office: Office) -> None:
    check(office, office.client())
    auditor = office.client("auditor")
    page = auditor.get(PAGE).text
    assert "流水未被改动" in page and "签字填报" not in page and "重新核对" not in page
    assert office.post(auditor, f"{PAGE}/checks").status_code == 403
    assert act(office, auditor, "prepare").status_code == 403
    assert office.client("registrar").get(PAGE).status_code == 403


def test_the_list_says_how_far_each_month_is(county: SmallCounty, office: Office) -> None:
    client = office.client()
    page = client.get("/months/").text
    assert "2026年11月" in page and "2026年10月" in page
    assert "待核对" in page and "进行中" in page
    check(office, client)
    assert "已核对，待填报" in client.get("/months/").text
    book = client.get("/months/?format=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(book.data)).active.values)
    assert [row[:3] for row in rows[2:]] == [
        ("2026-11", "进行中", ""),
        ("2026-10", "已核对，待填报", 1),
    ]


def test_what_is_no_month_of_ours_is_not_found(county: SmallCounty, office: Office) -> None:
    client = office.client()
    for path in ("/months/2026-13", "/months/2027-01", "/months/x", f"{PAGE}/9/csv", f"{PAGE}/x/y"):
        assert client.get(path).status_code == 404, path
    for path in (f"{PAGE}/1/approve", f"{PAGE}/x/approve", f"{PAGE}/1/frobnicate"):
        assert office.post(client, path).status_code == 404, path
    assert client.get(f"{PAGE}/progress").status_code == 404
    running = office.post(client, "/months/2026-11/checks")
    assert running.status_code == 409 and "还没有结束" in running.text


def test_a_check_that_runs_shows_how_far_it_is_and_is_not_begun_twice(
    county: SmallCounty, office: Office, clock: FixedClock
) -> None:
    from huimin.jobs.jobs import begin_job

    instance, client = office.instance, office.client()
    given: dict[str, Any] = {"now": clock(), "actor": "li"}
    instance.engine.write(lambda tx: begin_job(tx, "month.2026-10", {"month": "2026-10"}, **given))
    page = client.get(PAGE).text
    assert 'data-job="/months/2026-10/progress"' in page and "开始核对" not in page
    assert client.get(f"{PAGE}/progress").json["state"] == "running"
    again = office.post(client, f"{PAGE}/checks")
    assert again.status_code == 409 and "正在核对" in again.text
    # Nobody has heard of it for a while: its process has gone.
    clock.advance(minutes=2)
    page = client.get(PAGE).text
    assert "上次核对没有做完" in page and "开始核对" in page


def test_figures_that_changed_are_said_on_the_page(county: SmallCounty, office: Office) -> None:
    first, second = office.client(), office.client()
    check(office, first)
    act(office, first, "prepare")
    county.instance.engine.write(
        lambda tx: tx.connection.execute(
            "UPDATE rollup_month SET discount_fen = discount_fen + 100"
        )
    )
    answer = act(office, second, "review")
    assert answer.status_code == 409
    assert "优惠金额 ¥8.00 → ¥9.00" in answer.text


def test_a_month_s_page_costs_the_same_with_every_version(
    county: SmallCounty, office: Office
) -> None:
    instance = office.instance
    close_month(instance)
    client = office.client()

    def told() -> list[str]:
        with statements_told() as found:
            assert client.get(PAGE).status_code == 200
        return found

    before = told()
    for version in (1, 2, 3):
        reopen(instance, version=version)
        close_month(instance)
    after = told()
    assert len(after) == len(before)
    # To look writes nothing: no till's sale waits for somebody who looks at a month.
    assert not [sql for sql in after if not sql.lstrip().startswith("SELECT")]
    page = client.get(PAGE).text
    assert page.count("已重新打开") >= 3 and page.count('href="/months/2026-10/') >= 16
