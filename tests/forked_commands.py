"""`huimin …` in a process of its own, without the half second that Python needs to load it.

One process a session has loaded the command and waits; each run is a fork of it, with environment,
files and exit of its own. That a bare start works as well is proven by those who call `python -m
huimin` themselves, for instance tests/access and tests/demo.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

REPOSITORY = Path(__file__).resolve().parent.parent
SECONDS_MAX = 120


class ForkedCommands:
    """The process that waits. It takes one order at a time, as one line of JSON."""

    def __init__(self) -> None:
        self._waiting: subprocess.Popen[str] | None = None

    def run(
        self, args: list[str], environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """What `python -m huimin ARGS` answers in this environment, at the repository's top."""
        with tempfile.TemporaryDirectory(prefix="huimin-run-") as folder:
            said = [Path(folder) / name for name in ("stdout", "stderr")]
            order = {"args": args, "environment": dict(environment), "files": [*map(str, said)]}
            code = self._ordered(order)
            out, err = (path.read_text(encoding="utf-8") for path in said)
        return subprocess.CompletedProcess(["huimin", *args], code, out, err)

    def close(self) -> None:
        if self._waiting is not None:
            assert self._waiting.stdin is not None
            self._waiting.stdin.close()
            self._waiting.wait(SECONDS_MAX)

    def _ordered(self, order: dict[str, Any]) -> int:
        if self._waiting is None:
            self._waiting = subprocess.Popen(
                [sys.executable, "-m", "tests.forked_commands"],
                env={**os.environ, "PYTHONIOENCODING": "utf-8"},
                cwd=REPOSITORY,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        assert self._waiting.stdin is not None and self._waiting.stdout is not None
        self._waiting.stdin.write(json.dumps(order) + "\n")
        self._waiting.stdin.flush()
        if not select.select([self._waiting.stdout], [], [], SECONDS_MAX)[0]:
            self._waiting.kill()
            raise TimeoutError(f"huimin {order['args']} takes longer than {SECONDS_MAX} s")
        return int(self._waiting.stdout.readline())


def take_orders(orders: IO[str], answers: IO[str]) -> dict[str, Any] | None:
    """Fork for each order and answer its exit code. Returns the order in the fork, else None."""
    for line in orders:
        child = os.fork()
        if child == 0:
            order: dict[str, Any] = json.loads(line)
            return order
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()
    return None


def _become(order: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(order["environment"])
    for number, name in ((0, os.devnull), *zip((1, 2), order["files"], strict=True)):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        opened = os.open(name, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)


if __name__ == "__main__":
    from huimin.cli import ROOM_COMMANDS, main

    for place, _ in ROOM_COMMANDS.values():
        importlib.import_module(place.partition(":")[0])
    # Kept apart from 0 and 1, which become the command's own.
    with os.fdopen(os.dup(0)) as orders, os.fdopen(os.dup(1), "w") as answers:
        order = take_orders(orders, answers)
    if order is not None:
        _become(order)
        main(order["args"], prog_name="huimin")
