"""What is past its time goes with the daily run, and nothing before it."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from huimin.instance import Instance
from huimin.privacy.retention import keep_no_longer
from huimin.storage.ids import id_of
from tests.conftest import FixedClock
from tests.privacy.everything import Everything, make_everything

KEPT = {
    "card_lookup": "keep_lookups_days",
    "staff_session": "keep_session_days",
    "holder_draft": "keep_draft_days",
    "holder_request": "keep_request_days",
    "evidence": "keep_evidence_days",
    "jobs": "keep_register_days",
    "refused": "keep_register_days",
}


def left(made: Everything) -> dict[str, int]:
    """How many of each kind there are."""
    folder = made.instance.settings.folder

    def count(tx: Any, table: str) -> int:
        return int(tx.connection.execute(f"SELECT COUNT(*) AS n FROM {table}").fetchone()["n"])

    tables = ("card_lookup", "staff_session", "holder_draft")
    rows = {t: made.instance.engine.read(lambda tx, t=t: count(tx, t)) for t in tables}
    said = "holder_request WHERE words_cipher IS NOT NULL"
    rows["holder_request"] = made.instance.engine.read(lambda tx: count(tx, said))
    files = {name: len(list((folder / name).iterdir())) for name in ("evidence", "jobs", "refused")}
    return {**rows, **files}


def fill(instance: Instance) -> Everything:
    """One of each kind, as of today, of somebody whose aid ends today."""
    made, now = make_everything(instance), instance.clock()
    refused = instance.settings.folder / "refused"
    refused.mkdir()
    (refused / "a.xlsx").write_bytes(b"PK")
    os.utime(refused / "a.xlsx", (now.timestamp(), now.timestamp()))

    def work(tx: Any) -> None:
        lookup = f"'{id_of(now)}', '{now.isoformat()}', 'found'"
        tx.connection.execute(f"INSERT INTO card_lookup (id, at, outcome) VALUES ({lookup})")
        tx.connection.execute("UPDATE holder SET entitled_until = '2026-10-31'")
        start(tx, made, instance)

    instance.engine.write(work)
    return made


def start(tx: Any, made: Everything, instance: Instance) -> None:
    """A session of the member of staff."""
    at = instance.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    values = f"'h', 's', '{made.staff_id}', '{at}', '{at}'"
    columns = "id_hash, id, staff_id, created_at, expires_at"
    tx.connection.execute(f"INSERT INTO staff_session ({columns}) VALUES ({values})")


def test_each_kind_goes_after_its_own_time(instance: Instance, clock: FixedClock) -> None:
    made, began = fill(instance), clock.now
    assert set(left(made).values()) == {1}
    for days in (29, 31, 89, 91, 189, 191, 729, 731, 1_094, 1_097):
        clock.now = began + timedelta(days=days)
        outcome = keep_no_longer(instance)
        assert outcome.word == "well", outcome.problems
        gone = {name for name, count in left(made).items() if count == 0}
        limits = vars(instance.settings)
        assert gone == {name for name, setting in KEPT.items() if limits[setting] < days}, days
    assert keep_no_longer(instance).done == [], "a second run has nothing to do"
    row = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT * FROM evidence_file").fetchone()
    )
    assert (row["file_name"], row["sha256"]) == ("", "") and row["removed_at"]


def test_with_0_all_is_kept_and_papers_stay_while_aid_goes_on(
    instance: Instance, clock: FixedClock
) -> None:
    made = fill(instance)
    for_ever = dict.fromkeys(KEPT.values(), 0)
    kept = replace(instance, settings=replace(instance.settings, **for_ever))
    clock.advance(days=9_000)
    assert keep_no_longer(kept).done == [] and set(left(made).values()) == {1}
    until = date(2099, 1, 1).isoformat()
    instance.engine.write(
        lambda tx: tx.connection.execute(f"UPDATE holder SET entitled_until = '{until}'")
    )
    keep_no_longer(instance)
    assert left(made)["evidence"] == 1
