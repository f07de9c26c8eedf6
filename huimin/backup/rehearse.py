"""`huimin backup rehearse`: restore a backup into a temporary place, prove it, and clear it away.

A backup that was never restored is a hope. The rehearsal does all that a restore does, the new
epoch and a last proof of the chains after it included, and leaves nothing behind.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Unpack

from huimin.backup.age_file import Lock
from huimin.backup.keep import backups_in
from huimin.backup.make import SWEPT_AFTER
from huimin.backup.prove import FINDINGS_MAX
from huimin.backup.read_archive import read_first
from huimin.backup.restore import Restored, Say, restore_county
from huimin.core.acting import By
from huimin.ledger.prove import verify_chains
from huimin.settings import Settings
from huimin.storage.engine import StorageProblem
from huimin.storage.open_engine import open_engine
from huimin.storage.snapshot import scratch_database

PREFIX = "huimin-rehearsal-"


def newest_in(folder: Path, county_mark: str, *, now: datetime) -> Path:
    """The newest backup of that county in the folder. Raises StorageProblem where there is none."""
    backups = backups_in(folder, county_mark, now=now)
    if not backups:
        raise StorageProblem("{folder} 里没有本县的备份。", folder=folder)
    return backups[0].path


def clear_left_over(place: Path, now: datetime) -> None:
    """Delete what a rehearsal that was killed left there more than a day ago."""
    for left in place.glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):
            if left.is_dir() and left.stat().st_mtime < (now - SWEPT_AFTER).timestamp():
                shutil.rmtree(left, ignore_errors=True)


def rehearse(
    settings: Settings,
    file: Path,
    *,
    lock: Lock | None,
    place: Path | None,
    say: Say,
    **by: Unpack[By],
) -> Restored:
    """Restore the file below `place` (the system's temporary folder by default) and prove it.

    A backup of PostgreSQL goes into a database of its own on the server of the settings. Raises
    StorageProblem when it can't be restored at all.
    """
    clear_left_over(Path(place or tempfile.gettempdir()), by["now"])
    with ExitStack() as cleared:
        top = cleared.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX, dir=place))
        apart = replace(settings, folder=Path(top) / "county", database_url=None)
        if read_first(file, lock).engine == "postgresql":
            if not settings.database_url:
                raise StorageProblem(
                    "这是 PostgreSQL 的备份，演练时请把 HUIMIN_DATABASE_URL 设为那台服务器。"
                )
            address = cleared.enter_context(scratch_database(settings.database_url))
            apart = replace(apart, database_url=address)
        restored = restore_county(apart, file, lock=lock, say=say, **by)
        if restored.findings:
            return restored
        engine = open_engine(apart)
        try:
            again = [finding.text for finding in engine.read(verify_chains)]
        finally:
            engine.close()
    return replace(restored, findings=again[:FINDINGS_MAX])
