"""`huimin backup`: one file with all of the county, made beside running tills.

The database is copied in one step, the files of the folder after it, so that no row lacks its file.
Everything is written to a half-made file that becomes the backup only when it is whole, on the
disk, and read back. It is done behind the tills: at a lower priority, and in small parts.
"""

from __future__ import annotations

import errno
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from huimin import __version__
from huimin.backup.age_file import Lock
from huimin.backup.manifest import About, Manifest
from huimin.backup.members import files_in
from huimin.backup.prove import counts_of, heads_of
from huimin.backup.refused_file import damaged
from huimin.backup.write_archive import PART_BYTES, ArchiveWriter, writing
from huimin.core.days import instant_text
from huimin.instance import Instance
from huimin.ledger.epochs import current_epoch
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.giving_way import behind_the_tills
from huimin.storage.ids import new_id
from huimin.storage.migrate import known_fingerprint, newest_version
from huimin.storage.new_file import new_file
from huimin.storage.snapshot import copy_database

# Begins the name of a database's copy until it is in the archive.
SCRATCH = ".huimin-copy-"
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
    # Whoever encrypts does not trust the place, so nothing in clear goes there, not for a moment.
    place = target.parent if lock is None else instance.settings.folder
    made_at = instance.clock()
    with _scratch(place) as copy, new_file(target) as half_made:
        content = copy_database(instance.settings, copy, _content_of)
        about = _about(instance, made_at, content.epoch)
        with writing(half_made, lock=lock, packed=packed) as (archive_target, written):
            archive = ArchiveWriter(archive_target, about)
            with copy.open("rb") as file:
                archive.add(about.database, file)
            copy.unlink()
            for name, member in files_in(instance.settings.folder):
                archive.add(name, member)
            manifest = archive.finish(content.counts, content.heads_sha256)
        _require_on_disk(half_made, written.checksum)
        size_bytes = half_made.stat().st_size
    return Backup(target, size_bytes, manifest)


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
        Path(name).unlink(missing_ok=True)


def _require_on_disk(path: Path, checksum: int) -> None:
    """Read the file back, from the disk and not from memory where the system allows it."""
    on_disk = 0
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while part := file.read(PART_BYTES):
            on_disk = zlib.crc32(part, on_disk)
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
            "写不了备份 {path}：{strerror}。", path=target, strerror=error.strerror or str(error)
        ) from error
