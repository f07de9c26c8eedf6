"""Where a practice county lies: one folder for each till and day, below the real county's.

It has its own database, keys, counters and logs, and nothing of it is ever read by the real county.
It is built in a temporary folder and moved into place, and moved away before it is removed, so that
half a county is never opened. Those of earlier days, and what a crash left of a temporary one, are
removed when a new one is built.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

from huimin.access.terminal_keys import Terminal
from huimin.core.days import county_day
from huimin.core.discount import PolicyTerms
from huimin.core.json_text import read_json, write_json
from huimin.instance import Instance
from huimin.open_instance import create_instance, open_instance
from huimin.practice.county import PracticeCounty, fill
from huimin.settings import Settings

PRACTICE_FOLDER, CARDS_FILE = "practice", "cards.json"
# The names of temporary folders begin with it; after so long nobody builds there any more.
TEMPORARY, LEFT_BEHIND = ".", timedelta(days=1)


def open_practice(
    real: Instance, place: Terminal, terms: PolicyTerms | None
) -> tuple[Instance, PracticeCounty]:
    """Today's practice county of a till, built if there is none. The caller closes the instance.

    `place` is the real till, `terms` the policy that it has today.
    """
    folder = _folder_of(real, place)
    if not (folder / CARDS_FILE).exists():
        _remove(folder)
        _build(real, folder, place, terms)
    county = read_json((folder / CARDS_FILE).read_text(encoding="utf-8"))
    practice = PracticeCounty(county["terminal_id"], tuple(county["cards"]))
    return open_instance(_settings(real.settings, folder), real.clock), practice


def begin_again(real: Instance, place: Terminal) -> None:
    """Forget today's practice of that till."""
    _remove(_folder_of(real, place))


def _remove(folder: Path) -> None:
    if not folder.exists():
        return
    temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=folder.parent))
    with suppress(FileNotFoundError):  # another request of the till was faster
        os.rename(folder, temporary / folder.name)
    shutil.rmtree(temporary, ignore_errors=True)


def _folder_of(real: Instance, place: Terminal) -> Path:
    today = county_day(real.clock()).isoformat()
    return real.settings.folder / PRACTICE_FOLDER / f"{today}_{place['terminal_id']}"


def _settings(settings: Settings, folder: Path) -> Settings:
    return replace(settings, folder=folder, database_url=None)


def _build(real: Instance, folder: Path, place: Terminal, terms: PolicyTerms | None) -> None:
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    _forget_earlier_days(folder.parent, real.clock())
    temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=folder.parent))
    try:
        _fill_folder(_settings(real.settings, temporary), real.clock, place, terms)
        os.rename(temporary, folder)
    except OSError:
        # Another request of the till has built the same meanwhile.
        if not folder.exists():
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _fill_folder(
    settings: Settings, clock: Callable[[], datetime], place: Terminal, terms: PolicyTerms | None
) -> None:
    create_instance(settings)
    instance = open_instance(settings, clock)
    try:
        county = fill(instance, place, terms)
    finally:
        instance.close()
    (settings.folder / CARDS_FILE).write_text(write_json(asdict(county)), encoding="utf-8")


def _forget_earlier_days(parent: Path, now: datetime) -> None:
    today, before = county_day(now).isoformat(), (now - LEFT_BEHIND).timestamp()
    for folder in parent.iterdir():
        if folder.name.startswith(TEMPORARY):
            with suppress(FileNotFoundError):  # just moved into place
                if folder.stat().st_mtime < before:
                    shutil.rmtree(folder, ignore_errors=True)
        elif not folder.name.startswith(today):
            shutil.rmtree(folder, ignore_errors=True)
