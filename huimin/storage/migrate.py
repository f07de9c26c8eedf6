"""Which version a database has, and the steps that bring an older one to schema.sql.

Every step commits together with its row in `schema_migration`, so an interrupted migration goes on
where it stopped. Versions only grow; a database newer than the program is never opened.
"""

from __future__ import annotations

import importlib.util
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import StorageProblem, Transaction

MIGRATIONS_FOLDER = Path(__file__).resolve().parent / "migrations"
FIRST_VERSION = 1
_STEP_NAME = re.compile(r"(?P<version>\d{4})_(?P<name>\w+)\.(sql|py)")


@dataclass(frozen=True)
class Step:
    """One migration: the version it leads to, and the file that says how."""

    version: int
    name: str
    path: Path

    def run(self, tx: Transaction) -> None:
        if self.path.suffix == ".sql":
            run_script(tx, self.path.read_text(encoding="utf-8"))
            return
        spec = importlib.util.spec_from_file_location(f"step_{self.version:04d}", self.path)
        if spec is None or spec.loader is None:
            raise RuntimeError(f"{self.path} is no Python file")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.migrate(tx)


def steps(folder: Path | None = None) -> list[Step]:
    """Every step there is, in order; raises when a number is missing or given twice."""
    found = []
    for path in sorted((folder or MIGRATIONS_FOLDER).iterdir()):
        named = _STEP_NAME.fullmatch(path.name)
        if named:
            found.append(Step(int(named["version"]), named["name"], path))
    if [step.version for step in found] != list(range(FIRST_VERSION + 1, len(found) + 2)):
        raise RuntimeError("the numbers of the migrations must count up from 0002")
    return found


def newest_version() -> int:
    """The version of schema.sql."""
    return FIRST_VERSION + len(steps())


def version_of(tx: Transaction) -> int:
    """The version the database has. Raises the driver's error when it is no huimin database."""
    row = tx.connection.execute("SELECT MAX(version) AS version FROM schema_migration").fetchone()
    return int(row["version"] or 0)


def schema_text() -> str:
    """schema.sql: beside the package in a source checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parent.parent
    for path in (package.parent / "schema.sql", package / "schema.sql"):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise StorageProblem(
        "安装不完整：找不到 schema.sql，请重新安装 huimin。",
        "The installation is incomplete: schema.sql is missing; install huimin again.",
    )


def create_schema(tx: Transaction, applied_at: str) -> None:
    """Fill an empty database with the schema of the newest version."""
    run_script(tx, schema_text())
    make_append_only(tx)
    note_version(tx, newest_version(), "schema.sql", applied_at)


def note_version(tx: Transaction, version: int, name: str, applied_at: str) -> None:
    """Record that the database has this version now."""
    mark = "?" if tx.engine == "sqlite" else "%s"
    tx.connection.execute(
        f"INSERT INTO schema_migration (version, name, applied_at) VALUES ({mark}, {mark}, {mark})",  # noqa: S608
        (version, name, applied_at),
    )


def run_script(tx: Transaction, text: str) -> None:
    """Run every statement of a script inside the open transaction."""
    if tx.engine == "postgresql":
        tx.connection.execute(text)
        return
    # sqlite3's executescript would commit the caller's transaction first.
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            tx.connection.execute(statement)
            statement = ""
    if any(line.strip() and not line.strip().startswith("--") for line in statement.splitlines()):
        raise ValueError("the script ends in the middle of a statement")


def unknown_version_problem(found: int) -> StorageProblem:
    """The database is newer than the program."""
    newest = newest_version()
    return StorageProblem(
        f"数据库版本（{found}）比程序支持的（{newest}）新，请升级 huimin 后再用，数据库未作改动。",
        f"The database has version {found}, newer than this program knows ({newest}): "
        f"upgrade huimin; nothing was changed.",
    )


def older_version_problem(found: int) -> StorageProblem:
    """The database waits for `huimin migrate`."""
    return StorageProblem(
        f"数据库版本（{found}）较旧，请先备份，再运行 huimin migrate。",
        f"The database has the older version {found}: back it up, then run huimin migrate.",
    )
