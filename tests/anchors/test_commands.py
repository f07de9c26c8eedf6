"""What a stranger does with the files: the commands, the page of a receipt, and other tools."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from huimin.anchors.daily import anchor_day
from huimin.anchors.make import make_day_anchors
from huimin.daily.run import run_day
from huimin.handbook.render import FOLDER
from huimin.instance import Instance
from tests.anchors.ledger_days import Shop, cut_tail, open_shop, with_the_file
from tests.conftest import FixedClock, RunCli, WireApp
from tests.making.post_offices import HookOffice, hook_office

BLOCK = re.compile(r"```(python|sh)\n(.*?)```", re.S)


@pytest.fixture
def hooks() -> Iterator[HookOffice]:
    with hook_office() as office:
        yield office


@pytest.fixture
def shop(sqlite_instance: Instance, clock: FixedClock) -> Shop:
    """A day with five sales, over and anchored."""
    shop = open_shop(sqlite_instance)
    shop.sell(0, 3)
    shop.sell(1, 2)
    clock.advance(days=1)
    make_day_anchors(sqlite_instance)
    return shop


def test_a_receipt_is_proved_on_its_page_and_by_the_handbook_alone(
    shop: Shop, clock: FixedClock, wire_app: WireApp, run_cli: RunCli, tmp_path: Path
) -> None:
    client = wire_app(shop.instance).test_client()
    row = shop.rows()[2]
    address = f"/r/{row['receipt_no']}/{row['hash'][:16]}"
    assert f"{address}/proof" in client.get(address).text
    assert "截至2026年10月31日的流水" in client.get(address).text
    download = client.get(f"{address}/proof")
    assert f"{row['receipt_no']}.tlog-proof" in download.headers["Content-Disposition"]
    for wrong in (f"/r/{row['receipt_no']}/{'0' * 16}/proof", "/r/x/y/proof"):
        assert client.get(wrong).status_code == 404
    # A sale of today: its page says when, and there is nothing to download.
    today = shop.sell(0)[0]
    its_row = next(one for one in shop.rows() if one["receipt_no"] == today["receipt_no"])
    its_address = f"/r/{its_row['receipt_no']}/{its_row['hash'][:16]}"
    assert "每天半夜以后" in client.get(its_address).text
    too_early = client.get(f"{its_address}/proof")
    assert too_early.status_code == 404
    assert "证明文件还没有" in too_early.text

    (tmp_path / "proof").write_text(download.text)
    keys = client.get("/.well-known/huimin-verifiers.txt").text
    (tmp_path / "huimin-verifiers.txt").write_text(keys)
    (tmp_path / "checkpoint.txt").write_text(client.get("/open/checkpoint").text)
    blocks = dict(BLOCK.findall((FOLDER / "en" / "anchors.md").read_text()))
    (tmp_path / "check.py").write_text(blocks["python"])
    for program in (
        [sys.executable, "check.py", "proof", "huimin-verifiers.txt"],
        ["sh", "-ec", blocks["sh"]],
    ):
        answer = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr
        assert row["receipt_no"] in answer.stdout or "Verified Success" in answer.stdout

    folder = shop.instance.settings.folder
    shop.instance.close()
    proof = tmp_path / "again"
    made = run_cli(["ledger", "prove", row["receipt_no"].lower(), "--out", proof], folder)
    assert made.returncode == 0, made.stderr
    assert proof.read_text() == download.text
    checked = run_cli(["ledger", "check-proof", proof], folder)
    assert checked.returncode == 0 and "证明成立" in checked.stdout
    early = run_cli(["ledger", "prove", its_row["receipt_no"]], folder)
    assert (early.returncode, early.stdout) == (2, "") and "还没有存证" in early.stderr
    with_the_file(folder / "huimin.db", lambda file: cut_tail(file, row["terminal_id"], 2))
    cut = run_cli(["ledger", "check-proof", proof], folder)
    assert (cut.returncode, "证明成立" in cut.stdout) == (1, True)
    assert "公布以后被改过或删掉了" in cut.stderr
    proof.write_text(proof.read_text().replace("index 2", "index 1"))
    forged = run_cli(["ledger", "check-proof", proof], folder)
    assert (forged.returncode, forged.stdout) == (2, "")


def test_anchors_are_written_given_again_and_their_key_is_told(
    shop: Shop, run_cli: RunCli, tmp_path: Path
) -> None:
    folder = shop.instance.settings.folder
    shop.instance.close()
    file = tmp_path / "anchor.txt"
    written = run_cli(["ledger", "anchor", "--out", file], folder)
    assert written.returncode == 0 and str(file) in written.stdout
    assert run_cli(["ledger", "verify", "--against", file], folder).returncode == 0
    printed = run_cli(["ledger", "anchor", "--day", "2026-10-31"], folder).stdout
    assert "\nday 2026-10-31\n" in printed
    later = run_cli(["ledger", "anchor", "--day", "2026-12-31"], folder)
    assert later.returncode == 2 and "huimin day run" in later.stderr
    assert run_cli(["ledger", "anchor", "--day", "x"], folder).returncode == 2
    key = run_cli(["ledger", "anchor", "--key"], folder).stdout
    assert key.startswith(printed.partition("\n")[0] + "+") and key.count("\n") == 1


def test_the_timer_hands_anchors_out_and_checks_those_outside(
    sqlite_instance: Instance, clock: FixedClock, tmp_path: Path, hooks: HookOffice
) -> None:
    outside = tmp_path / "outside"
    shop = open_shop(sqlite_instance)
    shop.sell(0)
    clock.advance(days=2)
    with_folder = _with(
        sqlite_instance,
        anchor_folder=str(outside),
        webhook_url=hooks.url,
        webhook_secret="0123456789abcdef",
    )
    away = anchor_day(with_folder)
    assert away.word == "failed" and str(outside) in away.problems[0].say()
    outside.mkdir()
    assert anchor_day(with_folder).problems == []
    names = sorted(path.name for path in outside.iterdir())
    assert names == ["huimin-anchor-2026-10-31.txt", "huimin-anchor-2026-11-01.txt"]
    assert anchor_day(with_folder).done == []
    # The newest goes to the notices, once, and whole: a program can keep it.
    run_day(with_folder)
    ((_, _, body),) = hooks.posts
    notice = json.loads(body)
    assert (notice["kind"], notice["data"]["day"]) == ("anchor", "2026-11-01")
    (attached,) = notice["data"]["attachments"]
    assert attached["text"] == (outside / names[1]).read_text()
    assert shop.terminals[0] not in notice["text"] + notice["data"]["checkpoint"]
    # Somebody who can write there, but has no key of the county, is named.
    (outside / names[0]).write_text((outside / names[0]).read_text().replace("till ", "till x"))
    forged = anchor_day(with_folder)
    assert [names[0] in one.say() for one in forged.problems] == [True]


def _with(instance: Instance, **settings: Any) -> Instance:
    return replace(instance, settings=replace(instance.settings, **settings))
