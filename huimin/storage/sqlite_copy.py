"""A copy of a SQLite database beside it, made before its tables are changed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from huimin.core.catalogue import Text, text
from huimin.core.system_words import system_words
from huimin.storage.engine import StorageProblem
from huimin.storage.new_file import new_file
from huimin.storage.sqlite_engine import connect

MEGABYTE = 1024 * 1024


def copy_beside(path: Path, version: int, at: str) -> Path:
    """Copy the database as it was last committed; returns the copy, named by version and instant.

    The copy is whole or not there, has mode 0600 and takes no other file's place. Raises
    StorageProblem when there is no room for it or it can't be written.
    """
    target = path.with_name(f"{path.stem}-v{version}-{at.replace(':', '')}{path.suffix}")
    try:
        with closing(connect(path, query="mode=ro")) as source, new_file(target) as half_made:
            _require_room(source, path)
            with closing(sqlite3.connect(half_made)) as copy:
                source.backup(copy)
    except OSError as error:
        raise _no_copy_problem(path, system_words(error)) from error
    except sqlite3.Error as error:
        raise _no_copy_problem(path, str(error)) from error
    return target


def _require_room(source: sqlite3.Connection, path: Path) -> None:
    (pages,) = source.execute("PRAGMA page_count").fetchone().values()
    (page_bytes,) = source.execute("PRAGMA page_size").fetchone().values()
    needed, free = pages * page_bytes, shutil.disk_usage(path.parent).free
    if needed > free:
        needed_mb, free_mb = -(-needed // MEGABYTE), free // MEGABYTE
        raise _no_copy_problem(
            path, text("需要 {needed} MB，磁盘只剩 {free} MB", needed=needed_mb, free=free_mb)
        )


def _no_copy_problem(path: Path, why: str | Text) -> StorageProblem:
    return StorageProblem(
        "升级前不能在旁边另存数据库 {path} 的副本（{why}），未作任何改动；请腾出磁盘空间或检查"
        "文件夹的权限，再升级。",
        path=path,
        why=why,
    )
