"""`huimin …` as a test runs it: in this process, by click's own runner.

What only a process of its own shows (that the shipped program does it too, its exit at a signal, a
broken pipe) is run by `in_a_process`, which costs the two seconds that Python needs to load it all.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from click.testing import CliRunner, Result

from huimin.cli import main

REPOSITORY = Path(__file__).resolve().parent.parent
Answer = subprocess.CompletedProcess[str]


def in_this_process(args: Sequence[str], variables: Mapping[str, str], typed: str = "") -> Answer:
    """What the command answers with these variables beside the environment's own.

    A mistake of the program, which a process would end with, is raised.
    """

    def invoke() -> Result:
        return CliRunner(env=variables).invoke(main, args, input=typed, prog_name="huimin")

    if "run" in args:
        # A server that starts although it should refuse can't take the signals in a thread: the
        # test fails then, and does not serve for ever.
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(invoke).result()
    else:
        done = invoke()
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(args, done.exit_code, done.stdout, done.stderr)


def in_a_process(args: Sequence[str], variables: Mapping[str, str], typed: str = "") -> Answer:
    """The same by `python -m huimin`."""
    return subprocess.run(
        [sys.executable, "-m", "huimin", *args],
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **variables},
        input=typed,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
