"""Room on the disk, and who else may read the county's folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from huimin.core.catalogue import text
from huimin.doctor.finding import ATTENTION, BROKEN, Finding, Scene
from huimin.keys.key_ring import FILE_NAME as CARD_KEYS
from huimin.keys.personal_data import FILE_NAME as PERSONAL_KEYS
from huimin.settings import SECRET_FILE
from huimin.storage.sqlite_engine import log_of

MEGABYTE = 1024 * 1024
# Below this nothing is sold any more: a commit needs some megabytes, and a checkpoint as many as
# the log has grown to.
FULL_BYTES = 64 * MEGABYTE
# Below this somebody should make room while there is time.
LOW_BYTES = 1024 * MEGABYTE
# A log that is larger than this is not being folded into the database: a reader never ends.
LOG_BYTES_MAX = 512 * MEGABYTE
OTHERS = stat.S_IRWXG | stat.S_IRWXO
SECRET_FILES = (CARD_KEYS, PERSONAL_KEYS, SECRET_FILE)


def free_bytes(folder: Path) -> int:
    """The room that a program of this user still has on the folder's disk. Raises OSError."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def log_bytes(database: Path) -> int:
    """How long SQLite's write-ahead log is; 0 where there is none."""
    try:
        return log_of(database).stat().st_size
    except FileNotFoundError:
        return 0


def check_disk(scene: Scene) -> Iterator[Finding]:
    """Too little room, and a log that grows without end. Raises OSError."""
    settings = scene.settings
    free = free_bytes(settings.folder)
    if free < LOW_BYTES:
        yield Finding(
            BROKEN if free < FULL_BYTES else ATTENTION,
            text("数据文件夹所在的磁盘只剩 {free} MB。", free=free // MEGABYTE),
            text("请腾出空间：删去已经没有用的备份和升级前的副本，或换更大的磁盘。"),
        )
    log = 0 if settings.database_url else log_bytes(settings.database_path)
    if log > LOG_BYTES_MAX:
        yield Finding(
            ATTENTION,
            text("数据库的预写日志有 {size} MB，一直没有并回数据库。", size=log // MEGABYTE),
            text("请找出一直开着数据库的程序（备份、查询工具）并结束它；服务随后自己缩短日志。"),
        )


def check_folder(scene: Scene) -> Iterator[Finding]:
    """What others on this machine may read, and what belongs to somebody else."""
    folder = scene.settings.folder
    mode = folder.stat().st_mode
    if mode & OTHERS:
        yield Finding(
            ATTENTION,
            text(
                "数据文件夹 {folder} 别的用户也能进（权限 {mode:03o}）。",
                folder=folder,
                mode=mode & 0o777,
            ),
            text("请运行 chmod 700 {folder}。", folder=folder),
        )
    for path in (scene.settings.database_path, *(folder / name for name in SECRET_FILES)):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        if status.st_mode & OTHERS:
            yield Finding(
                ATTENTION,
                text(
                    "文件 {path} 别的用户也能读（权限 {mode:03o}）。",
                    path=path,
                    mode=status.st_mode & 0o777,
                ),
                text("请运行 chmod 600 {path}。", path=path),
            )
        if status.st_uid != folder.stat().st_uid:
            yield Finding(
                ATTENTION,
                text("文件 {path} 和数据文件夹不属于同一个用户。", path=path),
                text("请用服务的用户运行命令，并用 chown 改回来。"),
            )
