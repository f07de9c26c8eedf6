"""`huimin …` in a process of its own, without the two seconds that Python needs to load it all.

One process has loaded the whole program and waits; each command is a fork of it, with environment,
files and exit of its own. That a bare start works as well is proven by those who call `python -m
huimin` themselves, for instance tests/demo and tests/storage.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NoReturn

from tests.benchmarks.serving import untraced

REPOSITORY = Path(__file__).resolve().parent.parent
SECONDS_MAX = 300


class ForkedCommands:
    """The process that waits. It takes one order at a time, as one line of JSON.

    `traced`: whether what its forks run counts for the coverage.
    """

    def __init__(self, *, traced: bool) -> None:
        self._traced = traced
        self._waiting: subprocess.Popen[str] | None = None

    def run(
        self, args: list[str], environment: Mapping[str, str], typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """What `python -m huimin ARGS` answers in this environment, at the repository's top."""
        with tempfile.TemporaryDirectory(prefix="huimin-run-") as folder:
            given, *said = [Path(folder) / name for name in ("stdin", "stdout", "stderr")]
            given.write_text(typed, encoding="utf-8")
            code = self.start(args, environment, *said, stdin=given).wait()
            out, err = (path.read_text(encoding="utf-8") for path in said)
        return subprocess.CompletedProcess(["huimin", *args], code, out, err)

    def start(
        self,
        args: list[str],
        environment: Mapping[str, str],
        stdout: Path,
        stderr: Path,
        stdin: Path = Path(os.devnull),
    ) -> RunningCommand:
        """The same without waiting for its end; what it says goes to the files."""
        files = [str(stdin), str(stdout), str(stderr)]
        pid = self.order({"args": args, "environment": dict(environment), "files": files})
        assert pid is not None
        return RunningCommand(self, pid)

    def close(self) -> None:
        if self._waiting is not None:
            assert self._waiting.stdin is not None
            self._waiting.stdin.close()
            self._waiting.wait(SECONDS_MAX)

    def order(self, order: dict[str, Any]) -> int | None:
        """What `take_orders` answers."""
        if self._waiting is None:
            given = os.environ if self._traced else untraced()
            self._waiting = subprocess.Popen(
                [sys.executable, "-m", "tests.forked_commands"],
                env={**given, "PYTHONIOENCODING": "utf-8"},
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
            raise TimeoutError(f"{order} takes longer than {SECONDS_MAX} s")
        answer: int | None = json.loads(self._waiting.stdout.readline())
        return answer


class RunningCommand:
    """A command under way; the processes that it starts are of its group."""

    def __init__(self, commands: ForkedCommands, pid: int) -> None:
        self._commands, self._pid = commands, pid
        self._code: int | None = None

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        if self._code is None:
            self._code = self._commands.order({"pid": self._pid, "options": os.WNOHANG})
        return self._code

    def wait(self) -> int:
        """Its exit code, when it has ended."""
        if self._code is None:
            self._code = self._commands.order({"pid": self._pid, "options": 0})
        assert self._code is not None
        return self._code

    def terminate(self) -> None:
        """Ask it to end."""
        if self.poll() is None:
            os.kill(self._pid, signal.SIGTERM)

    def kill_all(self) -> None:
        """End it and its processes, as when the machine goes down."""
        if self.poll() is None:
            os.killpg(self._pid, signal.SIGKILL)


def take_orders(orders: IO[str], answers: IO[str]) -> dict[str, Any] | None:
    """Answer the number of a new fork, or the exit code of an older one, or null while it runs.

    Returns the order in the fork, else None.
    """
    for line in orders:
        order: dict[str, Any] = json.loads(line)
        answer: int | None
        if "args" in order:
            answer = os.fork()
            if answer == 0:
                return order
        else:
            ended, status = os.waitpid(order["pid"], order["options"])
            answer = os.waitstatus_to_exitcode(status) if ended else None
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    return None


def _become(order: dict[str, Any]) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(order["environment"])
    for number, name in enumerate(order["files"]):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        opened = os.open(name, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)


def _end(code: int) -> NoReturn:
    """As Python ends, but for taking apart what it has loaded: that costs more than a command."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def _load_all() -> None:
    import huimin

    for found in pkgutil.walk_packages(huimin.__path__, "huimin."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    gc.freeze()  # a collection in a fork would copy all of it


if __name__ == "__main__":
    from huimin.cli import main

    _load_all()
    # Kept apart from 0 and 1, which become the command's own.
    with os.fdopen(os.dup(0)) as orders, os.fdopen(os.dup(1), "w") as answers:
        order = take_orders(orders, answers)
    if order is not None:
        _become(order)
        try:
            main(order["args"], prog_name="huimin")
        except SystemExit as ending:
            _end(ending.code if isinstance(ending.code, int) else int(ending.code is not None))
