"""`huimin merchants|outlets|terminals …` as an office runs them: real processes, a real folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest

from huimin.access.terminal_keys import terminal_of_key
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.merchants.merchants import list_merchants

CODE = "91110000710925462X"
# Bytes on the command line that are not UTF-8.
NO_TEXT = "\udcff\udcfe"
Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def run(run_cli: Run, sqlite_instance: Instance) -> Run:
    return lambda *args: run_cli(list(args), sqlite_instance.settings.folder)


def as_json(done: CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_from_a_merchant_to_a_dead_key(run: Run, sqlite_instance: Instance) -> None:
    merchant = as_json(
        run("merchants", "add", "--name", "时代百盛", "--credit-code", CODE, "--format", "json")
    )
    assert merchant["state"] == "active"
    added = run(
        *("outlets", "add", "--merchant", CODE, "--name", "宏扬店", "--kind", "supermarket"),
        *("--division", "512022001000", "--address", "迎宾大道 1 号"),
        *("--opening-hours", "08:00-22:00", "--latitude", "30.2756", "--longitude", "105.022341"),
    )
    assert added.returncode == 0 and "宏扬店（超市）" in added.stdout
    (outlet,) = as_json(run("outlets", "list", "--merchant", CODE, "--format", "json"))
    assert outlet["opening_hours"] == "08:00-22:00"
    assert outlet["latitude_microdegrees"] == 30_275_600
    assert outlet["longitude_microdegrees"] == 105_022_341
    terminal = as_json(
        run("terminals", "add", "--outlet", "宏扬店", "--label", "1 号", "--format", "json")
    )
    key = terminal["key"]
    assert "key_hash" not in terminal
    seen = sqlite_instance.engine.read(lambda tx: terminal_of_key(tx, key))
    assert seen["outlet_id"] == outlet["id"]
    listed = run("terminals", "list", "--format", "json")
    assert key not in listed.stdout and "key_hash" not in listed.stdout

    suspended = run("outlets", "suspend", outlet["id"], "--reason", "投诉核实中")
    assert suspended.returncode == 0 and "已暂停" in suspended.stdout
    with pytest.raises(Refusal):
        sqlite_instance.engine.read(lambda tx: terminal_of_key(tx, key))
    resumed = as_json(run("outlets", "resume", "宏扬店", "--reason", "属实", "--format", "json"))
    assert resumed["state"] == "active"

    renewed = run("terminals", "rekey", terminal["code"], "--reason", "密钥抄丢了")
    assert renewed.returncode == 0 and key not in renewed.stdout
    (new_key,) = re.findall(r"hmt_[\w-]+", renewed.stdout)
    with pytest.raises(Refusal, match="unauthorized"):
        sqlite_instance.engine.read(lambda tx: terminal_of_key(tx, key))
    again = as_json(
        run("terminals", "rekey", terminal["code"], "--reason", "再换", "--format", "json")
    )
    assert "key_hash" not in again and again["key"] not in (key, new_key)
    key = again["key"]
    seen = sqlite_instance.engine.read(lambda tx: terminal_of_key(tx, key))
    assert seen["terminal_code"] == terminal["code"]

    disabled = run("terminals", "disable", terminal["code"], "--reason", "换新")
    assert disabled.returncode == 0 and "从现在起无效" in disabled.stdout
    with pytest.raises(Refusal):
        sqlite_instance.engine.read(lambda tx: terminal_of_key(tx, key))
    ended = as_json(run("merchants", "end", CODE, "--reason", "退出", "--format", "json"))
    assert ended["state"] == "ended"
    assert "已终止" in run("outlets", "list").stdout


def test_a_wrong_field_is_named_on_stderr_with_exit_2(run: Run, sqlite_instance: Instance) -> None:
    refused = run("merchants", "add", "--name", "时代百盛", "--credit-code", "91110000710925462Y")
    assert refused.returncode == 2 and refused.stdout == ""
    assert "credit_code" in refused.stderr and "Traceback" not in refused.stderr
    assert sqlite_instance.engine.read(lambda tx: list_merchants(tx)) == []
    for args in (
        ("outlets", "suspend", "没有", "--reason", "测试"),
        ("merchants", "resume", "没有", "--reason", "测试"),
        ("terminals", "disable", "000009", "--reason", "测试"),
        ("terminals", "rekey", "000009", "--reason", "测试"),
        ("outlets", "end", NO_TEXT, "--reason", "测试"),
        ("merchants", "end", NO_TEXT, "--reason", "测试"),
        ("terminals", "disable", NO_TEXT, "--reason", "测试"),
    ):
        unknown = run(*args)
        assert unknown.returncode == 2 and "list" in unknown.stderr, unknown.stderr


def test_every_command_has_help_in_chinese(run: Run) -> None:
    for group in ("merchants", "outlets", "terminals"):
        shown = run(group, "--help")
        assert shown.returncode == 0 and "停" in shown.stdout
