"""One command in each county: a process each, a few at a time, none held up by another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from huimin.command_line import EXIT_PROBLEM, translated
from huimin.core.catalogue import Text, text
from huimin.core.system_words import system_words
from huimin.fleet.counties import FleetCounty

LINES_MAX = 200
# The words of the command in a county. They are asked for in a county whose folder is there; what
# they need they may make, and where that fails (OSError) it is that county's failure alone.
CommandWords = Callable[[FleetCounty], Sequence[str]]


@dataclass(frozen=True, slots=True)
class CountyRun:
    """How the command ended in a county: its exit code, and what it printed."""

    county: FleetCounty
    exit_code: int
    lines: tuple[str, ...]


def run_each(
    counties: Sequence[FleetCounty], words: CommandWords, *, at_once: int
) -> Iterator[CountyRun]:
    """Run `huimin` in each county with the words for it; in the counties' order.

    An exit code is the command's own; one that a signal ended counts as 2. A county whose folder
    does not exist is never made by looking at it: it counts as 2 too.
    """
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        yield from pool.map(lambda county: _run(county, words), counties)


def _run(county: FleetCounty, words: CommandWords) -> CountyRun:
    try:
        if county.folder is None:
            return _not_run(county, text("清单里没有写这个县的 folder。"))
        if not county.folder.is_dir():
            missing = text("没有文件夹 {folder}，请核对清单，或挂上磁盘。", folder=county.folder)
            return _not_run(county, missing)
        return _ended(county, county.folder, words(county))
    except OSError as error:
        why = system_words(error)
        return _not_run(county, text("{path}：{why}。", path=error.filename, why=why))


def _not_run(county: FleetCounty, why: Text) -> CountyRun:
    return CountyRun(county, EXIT_PROBLEM, (translated(why),))


def _ended(county: FleetCounty, folder: Path, words: Sequence[str]) -> CountyRun:
    # Nothing of this process's own county may reach another.
    others = {name: text for name, text in os.environ.items() if not name.startswith("HUIMIN_")}
    language = {name: os.environ[name] for name in ("HUIMIN_LANGUAGE",) if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "huimin", "--folder", str(folder), *words],
        env={**others, **language, **county.settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    code = done.returncode if done.returncode >= 0 else EXIT_PROBLEM
    return CountyRun(county, code, tuple(lines[-LINES_MAX:]))
