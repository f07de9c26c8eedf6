"""`huimin staff`: add, list, reset, disable."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from huimin.access import passwords
from huimin.access.passwords import NOBODYS_HASH, matches
from tests.conftest import RunCli
from tests.making.staff import PASSWORD

Staff = Callable[..., CompletedProcess[str]]


@pytest.fixture
def staff(run_cli: RunCli, folder: Path) -> Staff:
    """`staff("add", …, typed="…")` in a county that was made for it."""
    assert run_cli(["init"], folder).returncode == 0
    return lambda *words, typed="": run_cli(["staff", *words], folder, typed)


@pytest.mark.usefixtures("shipped_passwords")
def test_an_account_is_added_listed_reset_and_disabled(staff: Staff, folder: Path) -> None:
    added = staff("add", "li.na", "--name", "李娜", "--role", "auditor", typed=PASSWORD + "\n")
    assert (added.returncode, added.stderr) == (0, "")
    again = staff("add", "li.na", "--name", "李娜", "--role", "auditor", typed=PASSWORD + "\n")
    assert again.returncode == 2
    assert "用户名" in again.stderr
    assert len(again.stderr.splitlines()) == 1
    listed = staff("list", "--format", "json")
    (row,) = json.loads(listed.stdout)["staff"]
    assert (row["username"], row["role"], row["state"]) == ("li.na", "auditor", "active")
    assert "argon2" not in listed.stdout
    assert _stored_hash(folder).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert staff("password", "li.na", typed="another-password\n").returncode == 0
    assert staff("disable", "li.na").returncode == 0
    assert "disabled" in staff("list").stdout
    gone = staff("disable", "nobody")
    assert (gone.returncode, gone.stdout) == (2, "")


def test_to_say_that_nobody_has_this_name_takes_as_long_as_a_wrong_password() -> None:
    assert NOBODYS_HASH.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert matches(NOBODYS_HASH, "nobody has this password")


def test_a_password_is_hashed_before_tills_wait_for_the_transaction(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashing: list[str] = []

    def noted(work: Callable[[], str]) -> str:
        hashing.append(threading.current_thread().name)
        return work()

    monkeypatch.setattr(passwords, "behind_the_tills", noted)
    added = staff("add", "li.na", "--name", "李娜", "--role", "auditor", typed=PASSWORD + "\n")
    changed = staff("password", "li.na", typed="another-password\n")
    assert (added.returncode, changed.returncode) == (0, 0)
    assert len(hashing) == 2 and "huimin-writer" not in hashing


def _stored_hash(folder: Path) -> str:
    with contextlib.closing(sqlite3.connect(folder / "huimin.db")) as connection:
        (found,) = connection.execute("SELECT password_hash FROM staff").fetchone()
    return str(found)


def test_what_does_not_fit_is_told_in_one_sentence(staff: Staff) -> None:
    cases = [
        (["add", "Upper", "--name", "李娜", "--role", "auditor"], PASSWORD, "用户名"),
        (["add", "li.na", "--name", "李娜", "--role", "auditor"], "short", "密码"),
        (["add", "li.na", "--name", "李娜", "--role", "cashier"], PASSWORD, "所属单位"),
        (
            ["add", "li.na", "--name", "李娜", "--role", "cashier", "--outlet", "x"],
            PASSWORD,
            "没有这个单位",
        ),
    ]
    for words, typed, told in cases:
        ran = staff(*words, typed=typed + "\n")
        assert (ran.returncode, ran.stdout) == (2, ""), words
        assert told in ran.stderr
        assert "Traceback" not in ran.stderr
        assert typed not in ran.stderr
