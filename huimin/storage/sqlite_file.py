"""A SQLite database as a file: look at it without touching it, create it, migrate it, check it.

Whatever is wrong with the file is found by looking alone, before anything is opened for writing, so
that a refused file stays as it was, to the byte.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.migrate import (
    create_schema,
    newest_version,
    note_version,
    older_version_problem,
    steps,
    unknown_version_problem,
    version_of,
)
from huimin.storage.sqlite_engine import (
    connect,
    damaged_problem,
    missing_problem,
    problem_of,
    read_only_problem,
)

_MAGIC = b"SQLite format 3\0"
_WRITE_BITS = 0o222
FINDINGS_MAX = 20


def inspect(path: Path) -> int:
    """The version of the database in the file. Raises StorageProblem; changes nothing."""
    if not path.exists():
        raise missing_problem(path)
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except OSError as error:
        raise damaged_problem(path) from error
    if start != _MAGIC:
        raise damaged_problem(path)
    version = _version_in(path)
    if version > newest_version():
        raise unknown_version_problem(version)
    if not _writable(path) or not _writable(path.parent):
        raise read_only_problem(path)
    return version


def require_newest(path: Path) -> None:
    """Raise StorageProblem unless the file is a database of the newest version, ready for use."""
    version = inspect(path)
    if version < newest_version():
        raise older_version_problem(version)


def create(path: Path, applied_at: str) -> None:
    """Make the database, whole or not at all. Raises StorageProblem where a file is already."""
    if path.exists():
        raise StorageProblem(
            f"数据库 {path} 已存在，未作改动；升级旧数据库请运行 huimin migrate。",
            f"The database {path} exists already and was left alone; "
            f"run huimin migrate to bring an older one up to date.",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # mkstemp makes the file readable by its owner only; the log files inherit that.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise StorageProblem(
            f"不能在 {path.parent} 里建数据库：{error.strerror}。",
            f"The database can't be made in {path.parent}: {error.strerror}.",
        ) from error
    os.close(handle)
    half_made = Path(name)
    try:
        connection = connect(half_made)
        connection.execute("BEGIN IMMEDIATE")
        create_schema(Transaction("sqlite", connection), applied_at)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        _put_in_place(half_made, path)
    finally:
        half_made.unlink(missing_ok=True)


def migrate(path: Path, applied_at: str) -> list[str]:
    """Run the steps that the database lacks; returns their names."""
    done: list[str] = []
    version = inspect(path)
    connection = connect(path)
    try:
        # A step that rebuilds a table would otherwise lose the rows that point to it; each step
        # is proved by foreign_key_check before it is committed instead.
        connection.execute("PRAGMA foreign_keys = OFF")
        tx = Transaction("sqlite", connection)
        for step in steps():
            if step.version <= version:
                continue
            connection.execute("BEGIN IMMEDIATE")
            if version_of(tx) < step.version:
                step.run(tx)
                make_append_only(tx)
                note_version(tx, step.version, step.name, applied_at)
                if connection.execute("PRAGMA foreign_key_check").fetchone():
                    raise damaged_problem(path)
                done.append(f"{step.version:04d}_{step.name}")
            connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        raise problem_of(path, error) or error from error
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.close()
    return done


def findings(path: Path) -> list[str]:
    """What integrity_check and foreign_key_check say of the file; empty when it is sound."""
    connection = _look_into(path)
    try:
        rows = connection.execute(f"PRAGMA integrity_check({FINDINGS_MAX})").fetchall()
        said = [str(row["integrity_check"]) for row in rows if row["integrity_check"] != "ok"]
        broken = connection.execute("PRAGMA foreign_key_check").fetchmany(FINDINGS_MAX)
        return said + [_broken_reference(row) for row in broken]
    except sqlite3.DatabaseError as error:
        raise problem_of(path, error) or error from error
    finally:
        connection.close()


def _broken_reference(row: dict[str, Any]) -> str:
    return f"{row['table']} rowid {row['rowid']} → {row['parent']}"


def _version_in(path: Path) -> int:
    try:
        connection = _look_into(path)
        try:
            return version_of(Transaction("sqlite", connection))
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        if "no such table" in str(error):
            raise StorageProblem(
                f"{path} 不是惠民卡数据库，未作改动；请核对数据文件夹。",
                f"{path} is not a database of huimin and was left alone; check the folder.",
            ) from error
        raise problem_of(path, error) or damaged_problem(path) from error


def _look_into(path: Path) -> sqlite3.Connection:
    # With no log beside it the file is complete by itself and is read as if on a read-only disk,
    # leaving no trace; with one (the server runs, or crashed) the log must be read as well.
    log = path.with_name(f"{path.name}-wal")
    return connect(path, query="mode=ro" if log.exists() else "mode=ro&immutable=1")


def _writable(path: Path) -> bool:
    # The superuser may write anything, so the permission bits are asked as well: a file that was
    # made read-only on purpose stays as it is.
    return os.access(path, os.W_OK) and bool(path.stat().st_mode & _WRITE_BITS)


def _put_in_place(half_made: Path, path: Path) -> None:
    try:
        os.link(half_made, path)  # unlike a rename, it never replaces a file
    except FileExistsError:
        raise StorageProblem(
            f"数据库 {path} 已存在，未作改动。", f"The database {path} exists already."
        ) from None
    except OSError:  # a file system without hard links
        os.rename(half_made, path)
