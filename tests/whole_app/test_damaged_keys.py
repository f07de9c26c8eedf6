"""A key file that can't be read stops every command in one sentence, and is left as it is."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.keys.key_ring import KeyRing
from huimin.open_instance import open_instance
from huimin.settings import Settings
from tests.making.cards import make_card
from tests.making.holders import make_holder

RunCli = Callable[..., "subprocess.CompletedProcess[str]"]
FILES = ("card_keys.json", "personal_keys.json", "secret_key.json")
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "binary": lambda _: bytes(range(256)),
    "truncated": lambda content: content[: len(content) // 2],
    "nested": lambda _: b"[" * 200_000,
    "endless": lambda _: b" " * 2_000_000,
    "a list": lambda _: b"[]",
    "no keys": lambda _: b"{}",
    "keys of nothing": lambda _: b'{"keys": {}, "hash_key": ""}',
    "a key too short": lambda content: cut_keys(content),
}


def cut_keys(content: bytes) -> bytes:
    """The same file, each of whose secrets lacks its last characters."""

    def cut(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: cut(part, key) for key, part in value.items()}
        if isinstance(value, list):
            return [cut(part) for part in value]
        return value[:8] if isinstance(value, str) and name != "state" else value

    return json.dumps(cut(json.loads(content))).encode()


@pytest.fixture
def county(sqlite_instance: Instance, folder: Path, wire_app: Any) -> Path:
    """A closed county with a card and all its key files."""
    make_card(sqlite_instance, make_holder(sqlite_instance))
    wire_app(sqlite_instance)
    sqlite_instance.close()
    return folder


def in_one_sentence(answer: subprocess.CompletedProcess[str], name: str) -> None:
    assert (answer.returncode, answer.stdout) == (2, ""), answer
    (line,) = answer.stderr.splitlines()
    assert name in line


@pytest.mark.parametrize("name", FILES)
def test_every_command_says_which_file_is_damaged(county: Path, run_cli: RunCli, name: str) -> None:
    path = county / name
    sound = path.read_bytes()
    # Who signs in is no concern of the console: its key is needed by the server alone.
    commands = [["run", "--port", "0"], ["check"]]
    if name != "secret_key.json":
        commands += [["holders", "list"], ["keys", "list"], ["ledger", "verify"], ["month", "run"]]
    for damage in DAMAGES.values():
        content = damage(sound)
        path.write_bytes(content)
        for command in commands:
            in_one_sentence(run_cli(command, county), name)
        assert path.read_bytes() == content
    path.unlink()
    path.mkdir()
    for command in commands:
        in_one_sentence(run_cli(command, county), name)
    path.rmdir()
    path.write_bytes(sound)
    assert run_cli(["holders", "list"], county).returncode == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads every file")
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_somebody_else_is_named(county: Path, run_cli: RunCli, name: str) -> None:
    (county / name).chmod(0)
    in_one_sentence(run_cli(["run", "--port", "0"], county), name)


def test_a_server_goes_on_with_the_keys_that_it_has_read(county: Path) -> None:
    path = county / "card_keys.json"
    sound = path.read_bytes()
    instance = open_instance(Settings.from_environment(county, {}))
    try:
        public = set(instance.key_ring.public_keys())
        path.write_bytes(b"{")
        assert set(instance.key_ring.public_keys()) == public
        path.write_bytes(sound)
        added = KeyRing.open(county).add()
        assert set(instance.key_ring.public_keys()) == {*public, added}
    finally:
        instance.close()
