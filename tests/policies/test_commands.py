"""`huimin policies …` as an office runs it: real processes on a real folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from subprocess import CompletedProcess
from typing import Any

import pytest

from huimin.core.days import county_day
from huimin.instance import Instance
from huimin.open_instance import system_clock
from huimin.policies import queries
from tests.policies.county_month import Buy, Return, make_county
from tests.policies.test_dry_run import BASE, put_in_force

Run = Callable[..., CompletedProcess[str]]
# The command reads the machine's clock; a policy starts today or later by it.
NEXT_WEEK = (county_day(system_clock()) + timedelta(days=7)).isoformat()
SAVE = ("policies", "save", "--code", "jiuerzhe", "--name", "九二折", "--starts-on", NEXT_WEEK)


@pytest.fixture
def run(run_cli: Run, sqlite_instance: Instance) -> Run:
    return lambda *args: run_cli(list(args), sqlite_instance.settings.folder)


def as_json(done: CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_from_a_draft_to_a_successor(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = as_json(
        run(
            *(*SAVE, "--rate", "8%", "--scope", "kind:hospital", "--rounding", "jiao"),
            *("--minimum-spend", "10", "--cap-card-day", "20.50", "--merchant-share", "70%"),
            *("--exclude", "tobacco", "--format", "json"),
        )
    )
    assert (saved["state"], saved["version"], saved["rate_bp"]) == ("draft", 1, 800)
    assert (saved["scope"], saved["scope_value"]) == ("kind", "hospital")
    assert saved["base"] == "after_insurance" and saved["excluded_categories"] == ["tobacco"]
    assert (saved["minimum_spend_fen"], saved["cap_card_day_fen"]) == (1_000, 2_050)
    assert (saved["merchant_share_bp"], saved["government_share_bp"]) == (7_000, 3_000)

    alone = run("policies", "publish", "jiuerzhe")
    assert alone.returncode == 2 and "另一位管理员" in alone.stderr
    assert "另一位管理员" in run("policies", "approve", "jiuerzhe").stderr
    monkeypatch.setenv("HUIMIN_FOUR_EYES", "0")
    published = run("policies", "publish", "jiuerzhe")
    assert published.returncode == 0 and "已发布 九二折" in published.stdout
    again = run(*SAVE, "--rate", "10%")
    assert again.returncode == 0 and "第 2 版" in again.stdout and "九折" in again.stdout
    shown = run("policies", "show", "jiuerzhe@1")
    for words in ("九二折", "医院类示范点", "到角", "¥20.50", "商户 70%，政府 30%"):
        assert words in shown.stdout
    listed = run("policies", "list")
    assert "jiuerzhe@1  已发布" in listed.stdout and "jiuerzhe@2  草稿" in listed.stdout
    withdrawn = as_json(
        run("policies", "withdraw", "jiuerzhe", "--reason", "x", "--format", "json")
    )
    assert (withdrawn["version"], withdrawn["state"]) == (2, "withdrawn")
    assert len(as_json(run("policies", "list", "--state", "draft", "--format", "json"))) == 0


def test_all_that_cannot_be_read_is_named_and_nothing_is_saved(
    run: Run, sqlite_instance: Instance
) -> None:
    refused = run(
        *(*SAVE, "--rate", "八折", "--minimum-spend", "-5", "--cap-redemption", "1e99"),
        *("--merchant-share", "NaN%", "--exclude", "a", "--exclude-nothing"),
    )
    assert refused.returncode == 2 and refused.stdout == ""
    for field in (
        *("rate_bp", "minimum_spend_fen", "cap_redemption_fen", "merchant_share_bp", "exclude"),
    ):
        assert field in refused.stderr
    assert "Traceback" not in refused.stderr
    for args in (
        (*SAVE, "--rate", "8.005%"),
        (*SAVE, "--rate", "Infinity"),
        (*SAVE, "--rate", "101%"),
        (*SAVE, "--rate", "8%", "--scope", "outlet:没有"),
        ("policies", "publish", "没有"),
        ("policies", "show", "\udcff"),
        (*SAVE, "--rate", "8%", "--scope", "outlet:\udcff"),
        ("policies", "dry-run", "没有", "--month", "2026-10"),
    ):
        done = run(*args)
        assert done.returncode == 2 and done.stderr and "Traceback" not in done.stderr
    assert sqlite_instance.engine.read(lambda tx: queries.list_policies(tx, state=None)) == []


def test_a_tie_is_refused_by_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIMIN_FOUR_EYES", "0")
    assert run(*SAVE, "--rate", "8%").returncode == 0
    assert run("policies", "publish", "jiuerzhe").returncode == 0
    tie = run(
        *("policies", "save", "--code", "b", "--name", "乙"),
        "--starts-on",
        NEXT_WEEK,
        "--rate",
        "5%",
    )
    assert tie.returncode == 2
    assert "九二折（jiuerzhe 第 1 版）" in tie.stderr and NEXT_WEEK in tie.stderr


def test_a_dry_run_as_a_table_and_as_json(run: Run, sqlite_instance: Instance) -> None:
    county = make_county(sqlite_instance)

    def live(tx: Any) -> None:
        put_in_force(tx, BASE)
        county.live(tx, [Buy(1, 10_000), Buy(2, 10_000, till=1), Return(2, 0, 5_000)])

    sqlite_instance.engine.write(live)
    assert run(*SAVE, "--rate", "10%").returncode == 0
    table = run("policies", "dry-run", "jiuerzhe", "--month", "2026-10")
    assert table.returncode == 0, table.stderr
    lines = table.stdout.splitlines()
    (shop,) = [line for line in lines if line.startswith("supermarket店")]
    assert shop.split() == [
        "supermarket店",
        "超市",
        "1",
        "1",
        "0",
        "4.00",
        "5.00",
        "+1.00",
        "+1.00",
        "0.00",
    ]
    (total,) = [line for line in lines if line.startswith("合计")]
    assert total.split()[1:] == ["2", "2", "0", "12.00", "15.00", "+3.00", "+3.00", "0.00"]
    result = as_json(
        run("policies", "dry-run", "jiuerzhe@2", "--month", "2026-10", "--format", "json")
    )
    assert result["total"]["discount_change_fen"] == 300
    assert {
        outlet["outlet_name"]: outlet["discount_after_fen"] for outlet in result["outlets"]
    } == {
        "supermarket店": 500,
        "hospital店": 1_000,
    }
    assert result["policy"]["version"] == 2 and result["month"] == "2026-10"
