"""A SQLite database as a file: look at it without touching it, create it, migrate it, check it.

Whatever is wrong with the file is found by looking alone, before anything is opened for writing, so
that a refused file stays as it was, to the byte.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from huimin.core.catalogue import Text, text
from huimin.core.system_words import system_words
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.migrate import (
    Step,
    create_schema,
    newest_version,
    older_version_problem,
    proven_version,
    steps,
    take_step,
    version_of,
)
from huimin.storage.new_file import new_file
from huimin.storage.sqlite_copy import copy_beside
from huimin.storage.sqlite_engine import (
    connect,
    damaged_problem,
    index_of,
    log_of,
    missing_problem,
    problem_of,
    read_only_problem,
    unreadable_problem,
)

_WRITE_BITS = 0o222
DAMAGE_MAX = 20


def inspect(path: Path, *, writable: bool = True) -> int:
    """The version of the database in the file. Raises StorageProblem; changes nothing.

    With `writable` a file or folder that can't be written is a problem too.
    """
    if not path.exists():
        raise missing_problem(path)
    # SQLite alone opens the file: to close it would take away the locks of every connection that
    # this process has to it (https://sqlite.org/howtocorrupt.html, 2.2).
    if not os.access(path, os.R_OK):
        raise unreadable_problem(path, PermissionError(errno.EACCES, "no right to read it"))
    if path.stat().st_size == 0:
        raise damaged_problem(path)
    version = _version_in(path)
    if writable and is_read_only(path):
        raise read_only_problem(path)
    return version


def is_read_only(path: Path) -> bool:
    """Whether this user can't write the file or the folder, or is not meant to."""
    return not _writable(path) or not _writable(path.parent)


def value_without_log(path: Path, query: str) -> int | None:
    """The number that the main file holds without the write-ahead log; None if it can't be read.

    It is what would be left if the log were lost. A checkpoint that runs meanwhile may tear it.
    """
    try:
        with closing(connect(path, query="mode=ro&immutable=1")) as connection:
            row = connection.execute(query).fetchone()
    except sqlite3.DatabaseError:
        return None
    return int(next(iter(row.values())))


def require_newest(path: Path, *, writable: bool = True) -> None:
    """Raise StorageProblem unless the file is a database of the newest version, ready for use."""
    version = inspect(path, writable=writable)
    if version < newest_version():
        raise older_version_problem(version)


def create(path: Path, applied_at: str) -> None:
    """Make the database, whole or not at all. Raises StorageProblem where a file is already."""
    if path.exists():
        raise exists_problem(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with new_file(path) as half_made:
            _fill(half_made, applied_at)
    except FileExistsError:
        raise exists_problem(path) from None
    except OSError as error:
        raise StorageProblem(
            "不能在 {parent} 里建数据库：{strerror}。",
            parent=path.parent,
            strerror=system_words(error),
        ) from error


def _fill(path: Path, applied_at: str) -> None:
    with closing(connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        create_schema(Transaction("sqlite", connection), applied_at)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")


def migrate(path: Path, applied_at: str, say: Callable[[Text], None]) -> list[str]:
    """Run the steps that the database lacks; returns their names.

    Before the first one the database is copied, and the copy's place said. The copy goes again when
    nothing was changed after all.
    """
    version = inspect(path)
    waiting = [step for step in steps() if step.version > version]
    if not waiting:
        return []
    try:
        with closing(connect(path)) as connection:
            # A step that makes a table anew would otherwise lose the rows that point to it; every
            # step is proved by foreign_key_check before it is committed instead.
            connection.execute("PRAGMA foreign_keys = OFF")
            return _take_steps(connection, path, waiting, applied_at, say)
    except sqlite3.DatabaseError as error:
        raise problem_of(path, error) or error from error


def _take_steps(
    connection: sqlite3.Connection,
    path: Path,
    waiting: list[Step],
    applied_at: str,
    say: Callable[[Text], None],
) -> list[str]:
    tx = Transaction("sqlite", connection)
    done: list[str] = []
    copy: Path | None = None
    may_have_changed = False
    try:
        for step in waiting:
            connection.execute("BEGIN IMMEDIATE")
            version = version_of(tx)
            if version < step.version:  # else another program was faster
                # Within the lock, so that nothing is written between the copy and the step.
                copy = copy or copy_beside(path, version, applied_at)
                take_step(tx, step, applied_at)
                if connection.execute("PRAGMA foreign_key_check").fetchone():
                    raise damaged_problem(path)
                may_have_changed = True
                connection.execute("COMMIT")
                if not done:
                    say(text("升级前的数据库已另存：{copy}", copy=copy))
                done.append(step.full_name)
                say(text("已执行：{step}", step=step.full_name))
            else:
                connection.execute("ROLLBACK")
    except BaseException:
        if copy is not None and not may_have_changed:
            copy.unlink()
        raise
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return done


def damage_in(path: Path) -> list[str]:
    """What integrity_check and foreign_key_check say of the file; empty when it is sound."""
    try:
        with closing(look_into(path)) as connection:
            rows = connection.execute(f"PRAGMA integrity_check({DAMAGE_MAX})").fetchall()
            broken = connection.execute("PRAGMA foreign_key_check").fetchmany(DAMAGE_MAX)
    except sqlite3.DatabaseError as error:
        raise problem_of(path, error) or error from error
    damage = [str(row["integrity_check"]) for row in rows if row["integrity_check"] != "ok"]
    return damage + [_broken_reference(row) for row in broken]


def quick_damage_in(connection: sqlite3.Connection) -> list[str]:
    """What quick_check says of the database as the connection sees it; empty when it is sound.

    Raises sqlite3.DatabaseError.
    """
    rows = connection.execute(f"PRAGMA quick_check({DAMAGE_MAX})").fetchall()
    return [str(row["quick_check"]) for row in rows if row["quick_check"] != "ok"]


def _broken_reference(row: dict[str, Any]) -> str:
    return f"{row['table']} rowid {row['rowid']} → {row['parent']}"


def _version_in(path: Path) -> int:
    try:
        with closing(look_into(path)) as connection:
            return proven_version(Transaction("sqlite", connection), str(path))
    except sqlite3.DatabaseError as error:
        if "no such table" in str(error):
            raise StorageProblem(
                "{path} 不是惠民卡数据库，未作改动；请核对数据文件夹。", path=path
            ) from error
        raise problem_of(path, error) or damaged_problem(path) from error


def look_into(path: Path) -> sqlite3.Connection:
    """A connection that changes neither the file nor its folder, where they can't be written.

    Raises StorageProblem when what can't be written lacks the index of its log.
    """
    # With no log beside it the file is complete by itself and is read as if on a read-only disk,
    # leaving no trace; with one (the server runs, or crashed) the log must be read as well, through
    # its index where there is one. Only an index that is missing has to be made.
    log, index = log_of(path), index_of(path)
    if not log.exists():
        return connect(path, query="mode=ro&immutable=1")
    if index.exists():
        return connect(path, query="mode=ro&readonly_shm=1")
    if is_read_only(path):
        # Without the log the file is an earlier state, which would be taken for the last one.
        raise StorageProblem(
            "只读的文件夹里读不了数据库的日志 {log}，没有它数据库不完整；"
            "请把 {name} 和它一起复制到能写的文件夹里再查。",
            log=log,
            name=path.name,
        )
    return connect(path, query="mode=ro")


@contextmanager
def looking(path: Path) -> Iterator[Transaction]:
    """One snapshot of the database, of whatever version, in which nothing can be written.

    Neither the file nor its folder needs to be writable. Raises StorageProblem when it can't be
    read.
    """
    if not path.exists():
        raise missing_problem(path)
    try:
        with closing(look_into(path)) as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")
            yield Transaction("sqlite", connection)
            connection.execute("ROLLBACK")
    except sqlite3.DatabaseError as error:
        raise problem_of(path, error) or error from error


def _writable(path: Path) -> bool:
    # The superuser may write anything, so the permission bits are asked as well: a file that was
    # made read-only on purpose stays as it is.
    return os.access(path, os.W_OK) and bool(path.stat().st_mode & _WRITE_BITS)


def exists_problem(path: Path) -> StorageProblem:
    """A database can't be made where a file is."""
    return StorageProblem(
        "数据库 {path} 已存在，未作改动；升级旧数据库请运行 huimin migrate。", path=path
    )
