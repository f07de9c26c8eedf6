"""What is past its time goes with the daily run, and nothing before it."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from huimin.instance import Instance
from huimin.my.device import end_device, set_device
from huimin.my.one_time_codes import give_code
from huimin.my.sessions import Browser, begin_session, signed_in_by
from huimin.privacy.retention import keep_no_longer
from huimin.storage.ids import id_of
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.my_card import Phone
from tests.privacy.everything import Everything, make_everything

KEPT = {
    "card_lookup": "keep_lookups_days",
    "staff_session": "keep_session_days",
    "holder_draft": "keep_draft_days",
    "holder_request": "keep_request_days",
    "message": "keep_message_days",
    "my_session": "keep_session_days",
    "my_code": "keep_session_days",
    "my_device": "keep_session_days",
    "evidence": "keep_evidence_days",
    "jobs": "keep_register_days",
    "refused": "keep_register_days",
}


def left(made: Everything) -> dict[str, int]:
    """How many of each kind there are."""
    folder = made.instance.settings.folder

    def count(tx: Any, table: str) -> int:
        return int(tx.connection.execute(f"SELECT COUNT(*) AS n FROM {table}").fetchone()["n"])

    tables = [name for name in KEPT if name not in ("evidence", "jobs", "refused")]
    rows = {t: made.instance.engine.read(lambda tx, t=t: count(tx, t)) for t in tables}
    said = "holder_request WHERE words_cipher IS NOT NULL"
    rows["holder_request"] = made.instance.engine.read(lambda tx: count(tx, said))
    unsaid = "message WHERE content_cipher IS NOT NULL"
    rows["message"] = made.instance.engine.read(lambda tx: count(tx, unsaid))
    files = {name: len(list((folder / name).iterdir())) for name in ("evidence", "jobs", "refused")}
    return {**rows, **files}


def fill(instance: Instance) -> Everything:
    """One of each kind, as of today, of somebody whose aid ends today."""
    made, now = make_everything(instance), instance.clock()
    card = make_card(instance, made.holder_id)
    refused = instance.settings.folder / "refused"
    refused.mkdir()
    (refused / "a.xlsx").write_bytes(b"PK")
    os.utime(refused / "a.xlsx", (now.timestamp(), now.timestamp()))

    def work(tx: Any) -> None:
        tx.connection.execute(f"UPDATE message SET id = '{id_of(now)}'")
        lookup = f"'{id_of(now)}', '{now.isoformat()}', 'found'"
        tx.connection.execute(f"INSERT INTO card_lookup (id, at, outcome) VALUES ({lookup})")
        tx.connection.execute("UPDATE holder SET entitled_until = '2026-10-31'")
        start(tx, made, instance)
        open_my_card(tx, made, instance, card["id"])

    instance.engine.write(work)
    return made


def open_my_card(tx: Any, made: Everything, instance: Instance, card_id: str) -> None:
    """A code, a sign-in to "my card", and a phone that shows the code no more."""
    by: Any = {"now": instance.clock(), "actor": "test"}
    hour = timedelta(hours=1)
    give_code(tx, instance.personal_data, made.holder_id, lasts=hour, **by)
    secret = begin_session(
        tx,
        holder_id=made.holder_id,
        member_id=None,
        card_id=card_id,
        browser=Browser(None, None),
        now=by["now"],
        lasts=hour,
    )
    who = signed_in_by(tx, secret, by["now"])
    assert who is not None
    set_device(tx, who, Phone().public_key, user_agent=None, **by)
    end_device(tx, who, **by)


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
