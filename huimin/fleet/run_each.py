"""One command in each county: a process each, a few at a time, none held up by another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from errno import ENOENT

from huimin.fleet.counties import FleetCounty

LINES_MAX = 200
# What a process ended by a signal, or one that could not be started, counts as.
EXIT_PROBLEM = 2


@dataclass(frozen=True, slots=True)
class CountyRun:
    """How the command ended in a county: its exit code, and what it printed."""

    county: FleetCounty
    exit_code: int
    lines: tuple[str, ...]


def run_each(
    counties: Sequence[FleetCounty], words: Mapping[str, Sequence[str]], *, at_once: int
) -> Iterator[CountyRun]:
    """Run `huimin` in each county with the words for its code; in the counties' order.

    An exit code is the command's own; one that a signal ended counts as 2. A county whose folder
    does not exist is never made by looking at it: it counts as 2 too.
    """
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        yield from pool.map(lambda county: _run(county, words[county.code]), counties)


def _run(county: FleetCounty, words: Sequence[str]) -> CountyRun:
    if county.folder is None or not county.folder.is_dir():
        return CountyRun(county, EXIT_PROBLEM, (f"{county.folder or '-'}: {os.strerror(ENOENT)}",))
    # Nothing of this process's own county may reach another.
    others = {name: text for name, text in os.environ.items() if not name.startswith("HUIMIN_")}
    language = {name: os.environ[name] for name in ("HUIMIN_LANGUAGE",) if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "huimin", "--folder", str(county.folder), *words],
        env={**others, **language, **county.settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    code = done.returncode if done.returncode >= 0 else EXIT_PROBLEM
    return CountyRun(county, code, tuple(lines[-LINES_MAX:]))
