"""`huimin settlement …` as a process of its own, over a real database file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from huimin.instance import Instance
from tests.conftest import RunCli
from tests.settlement.county import OCTOBER, close_month, make_county


@pytest.fixture
def folder_of(sqlite_instance: Instance) -> Any:
    county = make_county(sqlite_instance, merchant_share_bp=0)
    county.sell(0, 0, 6_000)
    county.sell(2, 3, 2_500)
    close_month(sqlite_instance, OCTOBER)
    return sqlite_instance.settings.folder


def test_list_show_and_check(run_cli: RunCli, folder_of: Path, sqlite_instance: Instance) -> None:
    listed = run_cli(["settlement", "list"], folder_of)
    assert "JS202610-001" in listed.stdout and "共 2 份结算单。" in listed.stdout
    rows = json.loads(
        run_cli(["settlement", "list", "--state", "open", "--format", "json"], folder_of).stdout
    )
    assert sorted(row["due_fen"] for row in rows) == [200, 480]
    shown = run_cli(["settlement", "show", "js202610-001"], folder_of).stdout
    assert "南门超市" in shown and "应付商户 4.80" in shown
    unknown = run_cli(["settlement", "show", "JS1"], folder_of)
    assert unknown.returncode == 2 and "没有编号为 JS1 的结算单" in unknown.stderr
    good = run_cli(["settlement", "check", OCTOBER], folder_of)
    assert (good.returncode, "分文不差" in good.stdout) == (0, True)
    assert run_cli(["settlement", "check", "2026-09"], folder_of).returncode == 1
    sqlite_instance.engine.write(
        lambda tx: tx.connection.execute("UPDATE settlement SET paid_fen = 1 WHERE serial = 1")
    )
    bad = run_cli(["settlement", "check", OCTOBER], folder_of)
    assert bad.returncode == 1 and "付款记录合计 0" in bad.stderr


def test_export_says_the_sha_256_of_each_file(
    run_cli: RunCli, folder_of: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for form in ("pdf", "xlsx"):
        told = run_cli(
            ["settlement", "export", OCTOBER, "--format", form, "--out", str(out)], folder_of
        )
        assert told.returncode == 0, told.stderr
        for number in ("JS202610-001", "JS202610-002"):
            digest = hashlib.sha256((out / f"{number}.{form}").read_bytes()).hexdigest()
            assert digest in told.stdout
    one = run_cli(["settlement", "export", "JS202610-001", "--out", str(out)], folder_of)
    assert hashlib.sha256((out / "JS202610-001.pdf").read_bytes()).hexdigest() in one.stdout
    none = run_cli(["settlement", "export", "2026-09", "--out", str(out)], folder_of)
    assert none.returncode == 2 and "还没有结算单" in none.stderr


def test_close_due_leaves_what_still_has_time(run_cli: RunCli, folder_of: Path) -> None:
    # The settlements were made on 2026-10-31; the command goes by the real clock.
    first = run_cli(["settlement", "close-due"], folder_of).stdout
    assert run_cli(["settlement", "close-due"], folder_of).stdout == "共 0 份。\n"
    assert "共 2 份。" in first or "共 0 份。" in first
