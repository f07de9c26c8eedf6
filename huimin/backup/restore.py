"""`huimin restore`: a county from a backup, in a new folder, proved before it is in place.

Everything happens in a hidden folder inside the new one (and in an empty PostgreSQL database): the
members are proved by the manifest, the database is brought up to date, the county proves itself,
and a new epoch begins. Only then the files take their places, the database last.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Unpack

from huimin.access.after_restore import Ended, end_what_may_have_been_used
from huimin.backup import queries
from huimin.backup.age_file import Lock
from huimin.backup.manifest import DATABASES, About, Manifest
from huimin.backup.prove import prove_county
from huimin.backup.read_archive import read_first, unpack
from huimin.core.acting import By
from huimin.core.catalogue import Text
from huimin.core.days import parse_instant
from huimin.core.system_words import system_words
from huimin.ledger.epochs import begin_epoch
from huimin.my.sessions import end_after_restore
from huimin.settings import Settings, variable
from huimin.storage.engine import Engine, Row, StorageProblem, Transaction
from huimin.storage.migrate import newest_version, unknown_version_problem
from huimin.storage.new_file import sync_folder
from huimin.storage.open_engine import (
    drop_tables,
    holds_no_tables,
    migrate_database,
    open_engine,
)
from huimin.storage.snapshot import restore_dump

STAGING = ".restoring-"
# What a new disk has by itself.
NO_CONTENT = frozenset({"lost+found"})
Say = Callable[[Text], None]


@dataclass(frozen=True, slots=True)
class Staged:
    """A county that is unpacked and opened, and not yet in its place."""

    settings: Settings
    manifest: Manifest
    engine: Engine


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a restore; with findings nothing is in place unless that was asked for."""

    manifest: Manifest
    findings: list[Text]
    epoch: int | None = None
    ended: Ended | None = None
    unsent: tuple[Row, ...] = ()


def restore_county(
    settings: Settings,
    file: Path,
    *,
    lock: Lock | None,
    say: Say,
    despite_findings: bool = False,
    **by: Unpack[By],
) -> Restored:
    """Restore the backup into the settings' folder (and database), which must be empty.

    Raises StorageProblem when the file is refused or there is no place for it; whatever is raised,
    and with findings, everything is as before.
    """
    require_empty(settings)
    with staged(settings, file, lock=lock, say=say) as county:
        findings = prove_county(county.settings, county.engine, county.manifest)
        if findings and not despite_findings:
            _discard_database(settings)
            return Restored(county.manifest, findings)
        restored = _go_on(county, findings, **by)
        county.engine.close()
        _put_in_place(county.settings.folder, settings.folder)
    return restored


def require_empty(settings: Settings) -> None:
    """Raise StorageProblem unless folder and database hold nothing yet."""
    folder = settings.folder
    with suppress(FileNotFoundError, NotADirectoryError):
        if {entry.name for entry in os.scandir(folder)} - NO_CONTENT:
            raise StorageProblem(
                "文件夹 {folder} 里已有文件，没有恢复；请另选一个空文件夹（--folder）。",
                folder=folder,
            )
    if settings.database_url and not holds_no_tables(settings):
        raise StorageProblem("PostgreSQL 数据库里已有惠民卡的表，没有恢复；请另建一个空数据库。")


@contextmanager
def staged(settings: Settings, file: Path, *, lock: Lock | None, say: Say) -> Iterator[Staged]:
    """The backup, unpacked in a hidden folder inside the settings' one, and opened.

    Afterwards what has not been put in place is gone. Raises StorageProblem.
    """
    with _problems():
        about = read_first(file, lock)
    _require_usable(about, settings)
    is_new = not settings.folder.exists()
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    staging = Path(tempfile.mkdtemp(dir=settings.folder, prefix=STAGING))
    try:
        with _problems():
            manifest = unpack(file, staging, lock)
        county = replace(settings, folder=staging)
        if settings.database_url:
            dump = staging / about.database
            restore_dump(settings, dump)
            dump.unlink()
        migrate_database(county, say=say)
        for copy in staging.glob("huimin-v*.db"):
            copy.unlink()
        engine = open_engine(county)
        try:
            yield Staged(county, manifest, engine)
        finally:
            engine.close()
    except BaseException:
        _discard_database(settings)
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if is_new:
            with suppress(OSError):  # it holds the county now
                settings.folder.rmdir()


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageProblem(
            "恢复没有成功，未作任何改动：{reason}。", reason=system_words(error)
        ) from error


def _require_usable(about: About, settings: Settings) -> None:
    if about.schema_version > newest_version():
        raise unknown_version_problem(about.schema_version)
    if (about.engine == "postgresql") != bool(settings.database_url):
        if settings.database_url:
            raise StorageProblem("这是 SQLite 的备份，恢复时请不要设置 HUIMIN_DATABASE_URL。")
        raise StorageProblem(
            "这是 PostgreSQL 的备份，请把 HUIMIN_DATABASE_URL 设为一个空数据库再恢复。"
        )
    schema = about.settings.get(variable("database_schema"))
    if settings.database_url and schema != settings.database_schema:
        raise StorageProblem(
            "备份来自模式 {schema}，恢复时请把 HUIMIN_DATABASE_SCHEMA 设成同一个。",
            schema=schema or "—",
        )


def go_on_from(
    tx: Transaction, *, backup_id: str, backup_at: datetime, **by: Unpack[By]
) -> tuple[int, Ended]:
    """Begin an epoch in a county that stands as it was at that instant, and end what is open."""
    epoch = begin_epoch(tx, backup_id=backup_id, backup_at=backup_at, **by)
    end_after_restore(tx, by["now"])
    return epoch, end_what_may_have_been_used(tx, by["now"])


def _go_on(county: Staged, findings: list[Text], **by: Unpack[By]) -> Restored:
    about = county.manifest.about
    backup_at = parse_instant(about.made_at)
    epoch, ended = county.engine.write(
        lambda tx: go_on_from(tx, backup_id=about.id, backup_at=backup_at, **by)
    )
    unsent = tuple(county.engine.read(queries.tills_with_unsent_sales))
    return Restored(county.manifest, findings, epoch, ended, unsent)


def _put_in_place(staging: Path, folder: Path) -> None:
    """Everything or, when that fails, nothing: then what is in place already goes back.

    The database is last: without it no server starts, should the process be killed in between.
    Raises StorageProblem.
    """
    names = sorted(os.listdir(staging), key=lambda name: (name in DATABASES.values(), name))
    moved: list[str] = []
    with _problems():
        for inner in (path for path in staging.rglob("*") if path.is_dir()):
            sync_folder(inner)
        try:
            for name in names:
                moved.append(name)
                os.rename(staging / name, folder / name)
            sync_folder(folder)
        except BaseException as error:
            _take_back(moved, staging, folder, error)
            raise


def _take_back(names: Iterable[str], staging: Path, folder: Path, error: BaseException) -> None:
    left = []
    for name in names:
        try:
            os.rename(folder / name, staging / name)
        except FileNotFoundError:
            continue  # the one that could not be moved
        except OSError:
            left.append(name)
    if left:
        raise StorageProblem(
            "恢复没有成功（{reason}），文件夹 {folder} 里还留有 {names}；请把它们删除后再恢复。",
            reason=_why(error),
            folder=folder,
            names="、".join(left),
        ) from error


def _why(error: BaseException) -> str | Text:
    if isinstance(error, OSError):
        return system_words(error)
    return str(error) or type(error).__name__


def _discard_database(settings: Settings) -> None:
    # What is in it was brought there from the backup: it was empty before.
    if settings.database_url:
        drop_tables(settings)
