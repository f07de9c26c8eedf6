"""Keys rotate beside running tills: killed after any step, everything reads the same as before."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.keys.personal_data import FILE_NAME, PersonalData, encrypting_key_id, sealing_key_id
from huimin.privacy import rotate as rotate_module
from huimin.privacy.key_commands import SEALED, WHAT
from huimin.privacy.rotate import FILES, Rotated, rotate_personal
from huimin.privacy.sealed import SEALED_TABLES, sealed_files
from huimin.storage.engine import Row
from huimin.storage.migrate import schema_text
from huimin.storage.places import Places
from tests.making.holders import make_holder
from tests.privacy.everything import Everything, end_job, found_by, make_everything


class Killed(Exception):
    """The process ends here."""


def rotate(instance: Instance, *, steps: int | None = None, at_once: int = 1) -> Rotated | None:
    """Rotate, in a process that is killed after that many steps; None then."""
    left = [steps]

    def progress(name: str, done: int) -> None:
        if left[0] is not None:
            left[0] -= 1
            if left[0] < 0:
                raise Killed

    try:
        return rotate_personal(
            instance.engine,
            # Another process: its own memory of the keys.
            PersonalData.open(instance.settings.folder),
            instance.settings.folder,
            progress=progress,
            at_once=at_once,
            now=instance.clock(),
            actor="cli:test",
        )
    except Killed:
        return None


def stored_key_ids(instance: Instance) -> set[int]:
    """The ids of all keys by which anything is still encrypted."""
    ids = {sealing_key_id(f.path.read_bytes()) for f in sealed_files(instance.settings.folder)}
    for name, table in SEALED_TABLES.items():
        rows: list[Row] = instance.engine.read(
            lambda tx, name=name: tx.connection.execute(f"SELECT * FROM {name}").fetchall()
        )
        ids |= {encrypting_key_id(row[c]) for row in rows for c in table.columns if row[c]}
    return ids


def test_killed_after_any_step_and_resumed_everything_is_as_before(instance: Instance) -> None:
    made = make_everything(instance)
    others = [make_holder(instance, name="王五", phone=None, family=[])["id"] for _ in range(3)]
    before, killed = made.read(), 0
    (key_id,) = stored_key_ids(instance)
    while (done := rotate(instance, steps=0)) is None:
        killed += 1
        assert made.read() == before, f"killed after {killed} steps"
        # The running server, whose memory began with the old keys, writes with the new ones.
        late = make_holder(instance, name="李小四", phone="13600009999", family=[])
        assert encrypting_key_id(late["id_number_cipher"]) == key_id + 1
        found = instance.engine.read(lambda tx: found_by(tx, instance, "13600009999"))
        assert late["id"] in found
    assert killed >= 8 and done.finished and not any(done.unreadable.values())
    assert made.read() == before
    assert stored_key_ids(instance) == {key_id + 1}
    stored = json.loads((instance.settings.folder / FILE_NAME).read_text())
    assert list(stored["keys"]) == [str(key_id + 1)] and "old_hash_key" not in stored
    assert {row["id"] for row in rows_of(instance, "holder")} >= {made.holder_id, *others}


def rows_of(instance: Instance, table: str) -> list[Row]:
    rows: list[Row] = instance.engine.read(
        lambda tx: tx.connection.execute(f"SELECT * FROM {table}").fetchall()
    )
    return rows


def test_nobody_is_entered_twice_while_there_are_two_hashes(instance: Instance) -> None:
    made = make_everything(instance)
    assert rotate(instance, steps=0) is None
    for _killed in range(3):
        with pytest.raises(FieldProblems, match="已登记过"):
            make_holder(instance, id_number=made.number)
        rotate(instance, steps=1)


@pytest.fixture
def made(sqlite_instance: Instance) -> Everything:
    return make_everything(sqlite_instance)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=st.lists(st.integers(0, 6), max_size=4), at_once=st.integers(1, 4))
def test_rotated_again_and_again_with_kills(
    sqlite_instance: Instance, made: Everything, kills: list[int], at_once: int
) -> None:
    before = made.read()
    for steps in kills:
        rotate(sqlite_instance, steps=steps, at_once=at_once)
        assert made.read() == before
    done = rotate(sqlite_instance, at_once=at_once)
    assert done is not None and done.finished
    assert made.read() == before
    assert stored_key_ids(sqlite_instance) == {done.key_id}


def test_the_files_of_a_running_job_are_left_and_keep_the_old_keys(
    sqlite_instance: Instance,
) -> None:
    made = make_everything(sqlite_instance)
    before = made.read()
    end_job(sqlite_instance, made.job_id, "running")
    done = rotate(sqlite_instance)
    assert done is not None and not done.finished and done.busy == 1
    assert made.read() == before
    end_job(sqlite_instance, made.job_id)
    again = rotate(sqlite_instance)
    assert again is not None and again.finished and again.key_id == done.key_id
    assert made.read() == before


def test_whoever_must_run_it_again_is_told_why(
    sqlite_instance: Instance, run_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, folder = make_everything(sqlite_instance), sqlite_instance.settings.folder
    command = ["keys", "rotate-personal", "--yes"]
    end_job(sqlite_instance, made.job_id, "running")
    busy = run_cli(command, folder)
    assert busy.returncode == 1 and "1 个文件属于正在进行的名册工作" in busy.stderr
    end_job(sqlite_instance, made.job_id)
    with monkeypatch.context() as patched:
        # As if something were written with the old key in every pass.
        patched.setattr(rotate_module, "_nothing_left", lambda *_: False)
        again = run_cli(command, folder)
    assert again.returncode == 1 and "用旧密钥写的" in again.stderr
    assert "名册" not in again.stderr
    assert run_cli(command, folder).returncode == 0


def test_what_no_key_can_read_stays_and_is_counted(sqlite_instance: Instance) -> None:
    made = make_everything(sqlite_instance)
    sqlite_instance.engine.write(
        lambda tx: tx.connection.execute("UPDATE holder_draft SET content_cipher = '1.AAAA'")
    )
    (sqlite_instance.settings.folder / "evidence" / "strange").write_bytes(b"\0\1nothing")
    done = rotate(sqlite_instance)
    assert done is not None and done.finished
    assert done.unreadable["holder_draft"] == 1 and done.unreadable["files"] == 1
    assert rows_of(sqlite_instance, "holder_draft")[0]["content_cipher"] == "1.AAAA"
    assert made.holder_id


def test_contacts_stay_append_only_afterwards(instance: Instance) -> None:
    make_everything(instance)
    rotate(instance)

    def change(tx: Any) -> None:
        tx.connection.execute("UPDATE reach_contact SET result = 'died'")

    with pytest.raises(Exception, match="append-only"):
        instance.engine.write(change)


def test_every_encrypted_column_of_the_schema_is_rotated() -> None:
    columns = set()
    for statement in schema_text().split("CREATE TABLE ")[1:]:
        name, _, body = statement.partition("(")
        columns |= {
            (name.strip(), line.split()[0])
            for line in body.splitlines()
            if line.strip().partition(" ")[0].endswith("_cipher")
        }
    assert columns == {(name, c) for name, table in SEALED_TABLES.items() for c in table.columns}


def test_a_second_run_asks_for_an_option_and_two_at_once_are_told(
    sqlite_instance: Instance, run_cli: Any
) -> None:
    make_everything(sqlite_instance)
    folder = sqlite_instance.settings.folder
    command = ["keys", "rotate-personal", "--yes"]
    with closing(Places(folder)) as elsewhere:
        assert elsewhere.take(WHAT) is not None
        at_once = run_cli(command, folder)
        assert at_once.returncode == 2 and "另一个命令行窗口" in at_once.stderr
    (key_id,) = stored_key_ids(sqlite_instance)
    first = run_cli(command, folder)
    assert first.returncode == 0, first.stderr
    # In words that an operator knows.
    assert "持卡人的号码和电话 1 处" in first.stderr and "材料和照片等文件" in first.stderr
    assert not any(name in first.stderr for name in (*SEALED_TABLES, "files"))
    second = run_cli(command, folder)
    assert second.returncode == 2 and "--again" in second.stderr
    assert stored_key_ids(sqlite_instance) == {key_id + 1}
    again = run_cli([*command, "--again"], folder, HUIMIN_LANGUAGE="en")
    assert again.returncode == 0 and "Holders' ID numbers and phones: 1" in again.stderr
    assert stored_key_ids(sqlite_instance) == {key_id + 2}


def test_everything_that_is_encrypted_has_a_name() -> None:
    assert set(SEALED) == {*SEALED_TABLES, FILES}
