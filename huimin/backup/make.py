"""`huimin backup`: one file with all of the county, made beside running tills.

The database is read as of one commit, and the folder after it, so that no row lacks its file.
Everything is written to a half-made file that becomes the backup only when it is whole, on the
disk, and read back. It is done behind the tills: at a lower priority, and in small parts.
"""

from __future__ import annotations

import errno
import os
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from huimin import __version__
from huimin.backup.age_file import Lock
from huimin.backup.manifest import About, Manifest
from huimin.backup.members import files_in
from huimin.backup.prove import counts_of, heads_of
from huimin.backup.refused_file import damaged
from huimin.backup.write_archive import ArchiveWriter, writing
from huimin.core.days import instant_text
from huimin.core.system_words import system_words
from huimin.instance import Instance
from huimin.ledger.epochs import current_epoch
from huimin.settings import Settings
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.file_parts import parts_of
from huimin.storage.giving_way import behind_the_tills, give_way
from huimin.storage.ids import new_id
from huimin.storage.migrate import known_fingerprint, newest_version
from huimin.storage.new_file import delete_large, forget_pages, new_file
from huimin.storage.open_engine import is_read_only
from huimin.storage.snapshot import database_copy

# Begins the name of a database's copy, where one is needed until it is in the archive.
SCRATCH = ".huimin-copy-"
# Between two parts of what is read back.
REST_SECONDS_MAX = 0.01
SWEPT_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made and read back."""

    path: Path
    size_bytes: int
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class _Content:
    counts: dict[str, int]
    heads_sha256: str
    epoch: int


def make_backup(
    instance: Instance, target: Path, *, lock: Lock | None = None, packed: bool = False
) -> Backup:
    """Make the file `target`, which must not exist; there is never half of it.

    Raises StorageProblem: the file exists, lies in the county's folder, can't be written, the disk
    is full, or the database is damaged.
    """
    folder = instance.settings.folder.resolve()
    if folder in (target.resolve(), *target.resolve().parents):
        raise StorageProblem("备份不能放在数据文件夹里，请放到别处，最好是另一台机器。")
    with _problems_of(target):
        if target.exists():
            raise FileExistsError(target)
        return behind_the_tills(lambda: _make(instance, target, lock=lock, packed=packed))


def _make(instance: Instance, target: Path, *, lock: Lock | None, packed: bool) -> Backup:
    made_at = instance.clock()
    scratch = _scratch(_place_of_copy(instance.settings, target, lock))
    with new_file(target) as half_made, ExitStack() as held:
        database = held.enter_context(database_copy(instance.settings, _content_of, scratch))
        content = database.content
        about = _about(instance, made_at, content.epoch)
        with writing(half_made, lock=lock, packed=packed) as (archive_target, written):
            archive = ArchiveWriter(archive_target, about)
            archive.add(about.database, database.size_bytes, database.parts)
            held.close()
            for name, member in files_in(instance.settings.folder):
                archive.add_file(name, member)
            manifest = archive.finish(content.counts, content.heads_sha256)
        _require_on_disk(half_made, written.checksum)
        size_bytes = half_made.stat().st_size
    return Backup(target, size_bytes, manifest)


def _place_of_copy(settings: Settings, target: Path, lock: Lock | None) -> Path:
    """Where a copy of the database is until it is in the archive, if one is needed."""
    if lock is None:
        return target.parent
    # Whoever encrypts does not trust the place, so nothing in clear goes there, not for a moment.
    is_writable = os.access(settings.folder, os.W_OK) and not is_read_only(settings)
    return settings.folder if is_writable else Path(tempfile.gettempdir())


def _about(instance: Instance, made_at: datetime, epoch: int) -> About:
    settings = instance.settings
    version, engine = newest_version(), instance.engine.name
    return About(
        id=new_id(),
        made_at=instant_text(made_at),
        program=__version__,
        schema_version=version,
        schema_fingerprint=known_fingerprint(engine, version),
        engine=engine,
        epoch=epoch,
        county_mark=instance.key_ring.county_mark,
        county_name=settings.county_name,
        settings=settings.without_secrets(),
    )


def _content_of(tx: Transaction) -> _Content:
    return _Content(counts_of(tx), heads_of(tx), current_epoch(tx))


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(dir=folder, prefix=SCRATCH)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        delete_large(Path(name))


def _require_on_disk(path: Path, checksum: int) -> None:
    """Read the file back, from the disk and not from memory where the system allows it."""
    on_disk = 0
    with path.open("rb") as file:
        forget_pages(file)
        began = time.perf_counter()
        for part in parts_of(file):
            give_way()
            on_disk = zlib.crc32(part, on_disk)
            # Nothing else waits here: without rests the reading would hold the disk for seconds.
            time.sleep(min(time.perf_counter() - began, REST_SECONDS_MAX))
            began = time.perf_counter()
    if on_disk != checksum:
        raise damaged(path.name)


def sweep_half_made(folder: Path, now: datetime) -> None:
    """Delete what a backup that was killed left in the folder more than a day ago."""
    for path in [*folder.glob(f"{SCRATCH}*"), *folder.glob(".huimin-*.tar*")]:
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < (now - SWEPT_AFTER).timestamp():
                path.unlink()


@contextmanager
def _problems_of(target: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise StorageProblem("文件 {path} 已存在，没有覆盖；请换一个名字。", path=target) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageProblem(
                "存放备份的磁盘已满，请腾出空间后再试（{folder}）。", folder=target.parent
            ) from error
        raise StorageProblem(
            "写不了备份 {path}：{strerror}。", path=target, strerror=system_words(error)
        ) from error
