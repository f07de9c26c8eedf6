"""Whoever has the database file is found by what is outside: each way is done to a real file."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huimin.anchors.make import make_anchor_now, make_day_anchors
from huimin.anchors.verify import NamedNote, Report, check_anchors
from huimin.core.days import instant_text
from huimin.core.signed_note import sign_note
from huimin.instance import Instance
from huimin.ledger.epochs import begin_epoch
from huimin.open_instance import instance_over
from huimin.storage.append_only import make_append_only
from huimin.storage.open_engine import open_engine
from tests.anchors.ledger_days import (
    Shop,
    copy_of,
    cut_tail,
    forget_anchors,
    open_shop,
    rewrite_chain,
    with_the_file,
)
from tests.conftest import FixedClock, RunCli


@pytest.fixture
def shop(sqlite_instance: Instance, clock: FixedClock) -> Shop:
    """Two days with an anchor each, and rows of a third: three of each till, in turns."""
    shop = open_shop(sqlite_instance)
    for _ in range(3):
        for till in (0, 1):
            shop.sell(till)
            clock.advance(minutes=1)
        clock.advance(days=1)
    assert [one.day for one in make_day_anchors(sqlite_instance)] == [
        "2026-10-31",
        "2026-11-01",
        "2026-11-02",
    ]
    return shop


@pytest.fixture
def outside(shop: Shop, tmp_path: Path) -> Path:
    """A folder of another host with the anchors of all days."""
    folder = tmp_path / "outside"
    folder.mkdir()
    rows = shop.instance.engine.read(
        lambda tx: tx.connection.execute("SELECT day, note FROM anchor").fetchall()
    )
    for row in rows:
        (folder / f"huimin-anchor-{row['day']}.txt").write_text(row["note"])
    return folder


def verified(run_cli: RunCli, county: Path, *options: object) -> tuple[int, list[dict[str, Any]]]:
    answer = run_cli(["ledger", "verify", "--format", "json", *map(str, options)], county)
    return answer.returncode, json.loads(answer.stdout)["findings"]


def codes(findings: list[dict[str, Any]]) -> list[tuple[str, object, object]]:
    return [(one["code"], one["terminal_id"], one["sequence"]) for one in findings]


def test_an_honest_ledger_agrees_with_every_anchor(
    shop: Shop, outside: Path, run_cli: RunCli
) -> None:
    folder = shop.instance.settings.folder
    shop.sell(0)
    shop.instance.close()
    last = outside / "huimin-anchor-2026-11-02.txt"
    assert verified(run_cli, folder, "--anchors", outside, "--against", last) == (0, [])
    spoken = run_cli(["ledger", "verify", "--anchors", str(outside)], folder)
    assert "份存证与流水相符" in spoken.stdout


def test_a_rewritten_chain_holds_by_itself_and_is_found_by_the_first_anchor_behind_it(
    shop: Shop, outside: Path, run_cli: RunCli
) -> None:
    folder, terminal_id = shop.instance.settings.folder, shop.terminals[1]
    shop.instance.close()
    with_the_file(folder / "huimin.db", lambda file: rewrite_chain(file, terminal_id, 2))
    # The database's own anchors tell it, unless the thief forgets nothing.
    assert codes(verified(run_cli, folder)[1]) == [("rewritten", terminal_id, 2)]
    with_the_file(folder / "huimin.db", forget_anchors)
    assert verified(run_cli, folder) == (0, [])
    code, (finding,) = verified(run_cli, folder, "--anchors", outside)
    assert (code, finding["code"], finding["terminal_id"]) == (1, "rewritten", terminal_id)
    assert "huimin-anchor-2026-11-01.txt" in finding["sentence"]
    assert "存证 huimin-anchor-2026-10-31.txt 时还相符" in finding["sentence"]


def test_a_rewritten_row_gets_no_proof(shop: Shop, run_cli: RunCli) -> None:
    folder = shop.instance.settings.folder
    receipt_no = shop.instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT receipt_no FROM ledger WHERE terminal_id = ? AND sequence = 2",
            (shop.terminals[1],),
        ).fetchone()["receipt_no"]
    )
    assert run_cli(["ledger", "prove", receipt_no], folder).returncode == 0
    shop.instance.close()
    with_the_file(folder / "huimin.db", lambda file: rewrite_chain(file, shop.terminals[1], 2))
    answer = run_cli(["ledger", "prove", receipt_no], folder)
    assert (answer.returncode, answer.stdout) == (2, ""), answer
    assert "和县里签名公布过的不一致" in answer.stderr


def test_an_empty_folder_of_anchors_is_not_agreement(
    shop: Shop, run_cli: RunCli, tmp_path: Path
) -> None:
    (tmp_path / "not-mounted").mkdir()
    options = ["ledger", "verify", "--anchors", str(tmp_path / "not-mounted")]
    answer = run_cli(options, shop.instance.settings.folder)
    assert (answer.returncode, "没有存证" in answer.stderr) == (2, True)


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_cut_tail_with_its_head_set_back_is_named(
    shop: Shop, outside: Path, run_cli: RunCli, forgotten: bool
) -> None:
    folder, terminal_id = shop.instance.settings.folder, shop.terminals[0]
    shop.instance.close()
    with_the_file(folder / "huimin.db", lambda file: cut_tail(file, terminal_id, 2))
    if forgotten:
        with_the_file(folder / "huimin.db", forget_anchors)
        assert verified(run_cli, folder) == (0, [])
    else:  # nobody gets the county's signature for it by hand either
        signed = run_cli(["ledger", "anchor", "--out", str(folder / "new.txt")], folder)
        assert (signed.returncode, "没有做新的存证" in signed.stderr) == (1, True)
        assert not (folder / "new.txt").exists()
    code, findings = verified(run_cli, folder, "--anchors", outside)
    assert (code, codes(findings)) == (1, [("tail_cut", terminal_id, 3)])
    assert "现在到第 2 行为止" in findings[0]["sentence"]


def test_a_stale_copy_is_named_with_its_instant_also_when_it_has_sold_on(
    shop: Shop, clock: FixedClock, tmp_path: Path, run_cli: RunCli
) -> None:
    stale = copy_of(shop.instance, tmp_path / "stale", with_log=True)
    for till in (0, 1):
        shop.sell(till, 2)
        clock.advance(minutes=1)
    newest = tmp_path / "newest.txt"
    newest.write_text(make_anchor_now(shop.instance).note)
    code, findings = verified(run_cli, stale, "--against", newest)
    assert (code, codes(findings)) == (1, [("stale", None, None)])
    assert (findings[0]["count"], findings[0]["as_of"]) == (2, "2026-11-02 10:05")
    assert "恢复了旧的副本" in findings[0]["sentence"]
    # Sold on: another row takes the place of one that was lost.
    settings = replace(shop.instance.settings, folder=stale)
    clock.advance(hours=1)
    gone_on = instance_over(settings, open_engine(settings), clock)
    replace(shop, instance=gone_on).sell(0, 2)
    gone_on.close()
    code, findings = verified(run_cli, stale, "--against", newest)
    taken = ("place_taken", shop.terminals[0], 5)
    assert (code, codes(findings)) == (1, [("stale", None, None), taken])
    assert findings[0]["as_of"] == "2026-11-02 10:05"


def test_a_lost_write_ahead_log_is_told_from_a_stale_copy(
    shop: Shop, clock: FixedClock, tmp_path: Path, run_cli: RunCli
) -> None:
    with closing(sqlite3.connect(shop.instance.settings.database_path)) as file:
        assert file.execute("PRAGMA wal_checkpoint(FULL)").fetchone()[0] == 0
    for till in (0, 1):
        shop.sell(till)
        clock.advance(minutes=1)
    newest = tmp_path / "newest.txt"
    newest.write_text(make_anchor_now(shop.instance).note)
    lost = copy_of(shop.instance, tmp_path / "lost", with_log=False)
    code, findings = verified(run_cli, lost, "--against", newest)
    assert (code, codes(findings)) == (1, [("log_lost", None, None)])
    assert "-wal" in findings[0]["sentence"]
    shop.instance.close()
    # With its log, nothing is missing.
    folder = shop.instance.settings.folder
    assert verified(run_cli, folder, "--against", newest) == (0, [])


def test_a_restore_on_record_is_no_trouble(instance: Instance, clock: FixedClock) -> None:
    shop = open_shop(instance)
    shop.sell(0, 2)
    clock.advance(minutes=1)
    backup_at = clock.now
    clock.advance(minutes=1)
    shop.sell(1, 1)
    note = NamedNote("newest", make_anchor_now(instance).note)

    def check() -> Report:
        return instance.engine.read(lambda tx: check_anchors(tx, instance.key_ring, [note]))

    assert check().agreed == 1
    _forget_rows(instance, shop.terminals[1])
    assert [one.code for one in check().disagreements] == ["stale"]
    clock.advance(minutes=5)
    by = {"now": clock.now, "actor": "cli:test"}
    instance.engine.write(
        lambda tx: begin_epoch(tx, backup_id="b", backup_at=backup_at, **by)  # type: ignore[arg-type]
    )
    report = check()
    assert (report.problems, [one.code for one in report.disagreements]) == ([], ["restored"])
    assert "第 2 期" in report.remarks[0].say()


def _forget_rows(instance: Instance, terminal_id: str) -> None:
    """Take a till's rows and what knows of the anchor away, on either engine."""

    def work(tx: Any) -> None:
        tables = ("ledger", "anchor")
        for table in tables:
            for event in ("update", "delete"):
                suffix = "" if tx.engine == "sqlite" else f" ON {table}"
                tx.connection.execute(f"DROP TRIGGER {table}_refuses_{event}{suffix}")
        for table in ("ledger", "chain_head"):
            tx.connection.execute(f"DELETE FROM {table} WHERE terminal_id = '{terminal_id}'")
        tx.connection.execute("DELETE FROM anchor")
        make_append_only(tx, tables)

    instance.engine.write(work)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda note: note.replace("till ", "till x", 1), "内容在签名以后被改过"),
        (lambda note: note.rpartition("\n\n")[0] + "\n", "不是存证"),
        (lambda note: "你好\n", "不是存证"),
        (lambda note: "x" * 1_100_000, "太大"),
        (
            lambda note: sign_note("county/ledger\n0\nx\n", "county/ledger", OTHER_KEY),
            "不是本县签的",
        ),
    ],
)
def test_what_is_no_anchor_of_this_county_is_refused_in_a_sentence(
    shop: Shop, tmp_path: Path, run_cli: RunCli, change: Any, words: str
) -> None:
    file = tmp_path / "huimin-anchor-x.txt"
    file.write_text(change(make_anchor_now(shop.instance).note))
    shop.instance.close()
    folder = shop.instance.settings.folder
    refused = run_cli(["ledger", "verify", "--against", str(file)], folder)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "huimin-anchor-x.txt" in refused.stderr and words in refused.stderr
    # In a folder it is named beside the others, which are checked all the same.
    code, findings = verified(run_cli, folder, "--anchors", tmp_path)
    assert (code, [one["code"] for one in findings]) == (1, ["no_anchor"])


OTHER_KEY = Ed25519PrivateKey.generate()


def test_a_revoked_key_counts_for_what_was_signed_before(shop: Shop, clock: FixedClock) -> None:
    instance = shop.instance
    before = NamedNote("before", make_anchor_now(instance).note)
    clock.advance(minutes=1)
    revoked_at = clock.now
    clock.advance(minutes=1)
    after = NamedNote("after", make_anchor_now(instance).note)
    insert = "INSERT INTO revoked_card_key VALUES ('r', 1, '丢了', '{}', 'cli:test')"
    at = instant_text(revoked_at)
    instance.engine.write(lambda tx: tx.connection.execute(insert.format(at)))
    report = instance.engine.read(lambda tx: check_anchors(tx, instance.key_ring, [before, after]))
    assert report.agreed == 1
    assert [one.say() for one in report.refused] == [
        "after：签名用的是已经作废的密钥，不能作为凭据。"
    ]


def test_rows_that_run_backwards_in_time_are_named_and_break_nothing(
    sqlite_instance: Instance, clock: FixedClock, run_cli: RunCli
) -> None:
    shop = open_shop(sqlite_instance)
    clock.advance(hours=1)
    shop.sell(0)
    clock.advance(minutes=-4)
    shop.sell(0)
    clock.advance(minutes=-2)
    late = shop.sell(0)[0]
    clock.advance(days=100)
    shop.sell(0)
    clock.advance(days=-100, minutes=20)
    back = shop.sell(0)[0]
    clock.advance(minutes=1)
    shop.sell(0)  # behind the leap like all that follow, but the clock goes on as it should
    sqlite_instance.close()
    answer = run_cli(["ledger", "verify", "--format", "json"], sqlite_instance.settings.folder)
    told = json.loads(answer.stdout)
    assert (answer.returncode, told["findings"]) == (0, [])
    rows = told["back_in_time"]
    assert [(row["receipt_no"], row["sequence"]) for row in rows] == [
        (late["receipt_no"], 3),
        (back["receipt_no"], 5),
    ]
    assert all("时钟错过" in row["sentence"] for row in rows)
