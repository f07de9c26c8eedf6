"""`huimin month run`: drafts what is over, makes files, tells; twice is once, failing is loud."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huimin.core.catalogue import Text
from huimin.instance import Instance
from huimin.months.files import folder_of
from huimin.months.run import Run, run_month_end
from huimin.settings import Settings
from tests.conftest import FixedClock
from tests.making.months import OCTOBER, approve, closing_of, give_back, prepare, review
from tests.making.post_offices import HookOffice, hook_office
from tests.reports.county import SmallCounty, make_small_county


@pytest.fixture
def hooks() -> Iterator[HookOffice]:
    with hook_office() as office:
        yield office


@pytest.fixture
def settings_out(instance: Instance, hooks: HookOffice) -> Settings:
    return replace(instance.settings, webhook_url=hooks.url, webhook_secret="0123456789abcdef")


@pytest.fixture
def county(instance: Instance, clock: FixedClock) -> SmallCounty:
    clock.now = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
    made = make_small_county(instance)
    for number in range(4):
        made.sell(number, number, 10_000)
    clock.now = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    return made


def run(instance: Instance, settings: Settings) -> Run:
    return run_month_end(instance.engine, settings, clock=instance.clock)


def said(lines: list[Text]) -> list[str]:
    return [line.say() for line in lines]


def told(hooks: HookOffice) -> list[dict[str, Any]]:
    return [json.loads(body) for _, _, body in hooks.posts]


def test_a_month_that_is_over_is_drafted_with_files_and_told_once(
    county: SmallCounty, instance: Instance, settings_out: Settings, hooks: HookOffice
) -> None:
    found = run(instance, settings_out)
    assert (said(found.done), found.problems) == (["2026-10：已核对，第 1 版等待填报。"], [])
    close = closing_of(instance)
    assert close is not None
    assert (close["state"], close["drafted_by"], close["prepared_by"]) == ("draft", "system", None)
    place = folder_of(instance.settings.folder, OCTOBER, 1) / "draft"
    assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    again = run(instance, settings_out)
    assert (again.done, again.problems, again.attempts) == ([], [], [])
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before
    assert closing_of(instance) == close
    ((notice),) = told(hooks)
    assert notice["kind"] == "month.drafted"
    assert notice["data"]["total"]["redemptions"] == 4
    assert notice["data"]["total"]["discount_fen"] == 3_200
    assert notice["data"]["report_sha256"] == close["report_sha256"]
    assert "优惠金额：¥32.00" in notice["text"] and "流水未被改动：通过" in notice["text"]


def test_a_notice_names_no_person_and_no_card(
    county: SmallCounty, instance: Instance, settings_out: Settings, hooks: HookOffice
) -> None:
    instance.engine.write(
        lambda tx: tx.connection.execute("UPDATE rollup_month_card SET redemptions = 9")
    )
    assert run(instance, settings_out).problems
    text = hooks.posts[0][2].decode()
    for card in county.cards:
        assert card["number"] not in text and card["id"] not in text
        assert card["holder_id"] not in text
    assert "黄" not in text


def test_what_stops_a_month_is_loud_and_told_again_when_it_is_mended(
    county: SmallCounty, instance: Instance, settings_out: Settings, hooks: HookOffice
) -> None:
    def move(by: str) -> None:
        sql = f"UPDATE rollup_month SET amount_fen = amount_fen {by}"
        instance.engine.write(lambda tx: tx.connection.execute(sql))

    move("+ 1")
    (problem,) = said(run(instance, settings_out).problems)
    assert "2026-10" in problem and "汇总与流水相符" in problem
    assert len(run(instance, settings_out).problems) == 1
    move("- 1")
    assert run(instance, settings_out).problems == []
    assert ["必须先处理" in notice["title"] for notice in told(hooks)] == [True, False]


def test_signed_months_are_left_to_people_and_a_closing_is_told(
    county: SmallCounty, instance: Instance, settings_out: Settings, hooks: HookOffice
) -> None:
    run(instance, settings_out)
    prepare(instance)
    assert run(instance, settings_out).done == []
    give_back(instance)
    assert said(run(instance, settings_out).done) == ["2026-10：已核对，第 2 版等待填报。"]
    prepare(instance, version=2)
    review(instance, version=2)
    row = approve(instance, version=2, with_files=True)
    place = folder_of(instance.settings.folder, OCTOBER, 2)
    assert not (place / "draft").exists()
    (place / "huimin-report-2026-10-v2.csv").unlink()
    assert said(run(instance, settings_out).done) == ["2026-10 第 2 版：补写了 csv。"]
    assert run(instance, settings_out).done == []
    last = told(hooks)[-1]
    assert (last["kind"], last["data"]["version"]) == ("month.approved", 2)
    assert last["data"]["report_sha256"] == row["report_sha256"]
    assert [notice["kind"] for notice in told(hooks)].count("month.approved") == 1


def test_settlements_past_their_day_are_confirmed(
    county: SmallCounty, instance: Instance, settings_out: Settings, clock: FixedClock
) -> None:
    from tests.making.months import close_month

    close_month(instance)
    assert run(instance, settings_out).done == []
    clock.advance(days=9)
    assert said(run(instance, settings_out).done) == ["1 份结算单过了确认期限，已按期确认。"]
    assert run(instance, settings_out).done == []


def test_a_notice_that_did_not_arrive_is_a_problem_until_it_does(
    county: SmallCounty,
    instance: Instance,
    settings_out: Settings,
    hooks: HookOffice,
    clock: FixedClock,
) -> None:
    hooks.status = 500
    assert said(run(instance, settings_out).problems) == [
        "1 份通知没有送到，见 huimin notices list。"
    ]
    assert len(run(instance, settings_out).problems) == 1
    hooks.status = 200
    clock.advance(minutes=5)
    assert run(instance, settings_out).problems == []


def test_one_month_that_fails_keeps_no_other_from_being_drafted(
    county: SmallCounty,
    instance: Instance,
    settings_out: Settings,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    county.sell(0, 0, 5_000)
    clock.now = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
    from huimin.months import run as module

    real = module.check_and_draft

    def broken(engine: Any, month: str, **more: Any) -> Any:
        if month == OCTOBER:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(engine, month, **more)

    monkeypatch.setattr(module, "check_and_draft", broken)
    found = run(instance, settings_out)
    assert said(found.problems) == ["2026-10：磁盘已满"]
    assert said(found.done) == ["2026-11：已核对，第 1 版等待填报。"]


def test_the_command_says_what_it_did_and_exits_with_one_when_something_is_wrong(
    sqlite_instance: Instance,
    clock: FixedClock,
    run_cli: Callable[..., Any],
    folder: Path,
    hooks: HookOffice,
) -> None:
    clock.now = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
    make_small_county(sqlite_instance).sell(0, 0, 10_000)
    sqlite_instance.close()
    nowhere = {
        "HUIMIN_WEBHOOK_URL": hooks.url,
        "HUIMIN_WEBHOOK_SECRET": "0123456789abcdef",
    }
    hooks.status = 500
    failed = run_cli(["month", "run"], folder, **nowhere)
    assert failed.returncode == 1
    assert "2026-10：已核对，第 1 版等待填报。" in failed.stdout
    assert "没有送到" in failed.stderr and "HTTP 500" in failed.stderr
    again = run_cli(["notices", "send"], folder, **nowhere)
    assert again.returncode == 1 and "还有 1 份通知没有送到" in again.stderr
    assert "HTTP 500" in run_cli(["notices", "list"], folder).stdout
    listed = json.loads(run_cli(["month", "list", "--format", "json"], folder).stdout)
    assert {"month": OCTOBER, "state": "draft", "version": 1} in listed
    none = run_cli(["month", "files", OCTOBER], folder)
    assert none.returncode == 2
