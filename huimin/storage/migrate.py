"""Which version a database has, and the steps that bring an older one to schema.sql.

A step commits together with its row in `schema_migration`, so an interrupted migration goes on
where it stopped. Versions only grow; a database that is newer than the program, or whose tables are
not those of its version, is never opened.
"""

from __future__ import annotations

import importlib.util
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.fingerprint import differing, fingerprint, known_objects, objects_in

MIGRATIONS_FOLDER = Path(__file__).resolve().parent / "migrations"
FIRST_VERSION = 1
VERSIONS_TABLE = "table schema_migration"
# As many differing tables are named in a sentence.
SHOWN_MAX = 3
_STEP_NAME = re.compile(r"(?P<version>\d{4})_(?P<name>\w+)\.(sql|py)")


@dataclass(frozen=True)
class Step:
    """One migration: the version it leads to, and the file that says how."""

    version: int
    name: str
    path: Path

    @property
    def full_name(self) -> str:
        """Its number and name, "0002_fingerprint"."""
        return self.path.stem

    def run(self, tx: Transaction) -> None:
        if self.path.suffix == ".sql":
            run_script(tx, self.path.read_text(encoding="utf-8"))
            return
        spec = importlib.util.spec_from_file_location(f"step_{self.version:04d}", self.path)
        if spec is None or spec.loader is None:
            raise RuntimeError(f"{self.path} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.migrate(tx)


def steps(folder: Path | None = None) -> list[Step]:
    """Every step there is, in order; raises when a number is missing or given twice."""
    listed = []
    for path in sorted((folder or MIGRATIONS_FOLDER).iterdir()):
        named = _STEP_NAME.fullmatch(path.name)
        if named:
            listed.append(Step(int(named["version"]), named["name"], path))
    if [step.version for step in listed] != list(range(FIRST_VERSION + 1, len(listed) + 2)):
        raise RuntimeError("the numbers of the migrations must count up from 0002")
    return listed


def newest_version() -> int:
    """The version of schema.sql."""
    return FIRST_VERSION + len(steps())


def version_of(tx: Transaction) -> int:
    """The version the database claims. Raises the driver's error when it is no huimin database."""
    row = tx.connection.execute("SELECT MAX(version) AS version FROM schema_migration").fetchone()
    return int(row["version"] or 0)


def proven_version(tx: Transaction, place: str) -> int:
    """The version of the database, once its tables are seen to be that version's.

    Raises StorageProblem when it is newer than the program, or when the tables, or the fingerprint
    that it keeps, are of no version. Raises the driver's error when it is no huimin database.
    """
    try:
        version = version_of(tx)
    except ValueError:  # a table of that name that is not ours
        raise unknown_schema_problem(place, [VERSIONS_TABLE]) from None
    if version > newest_version():
        raise unknown_version_problem(version)
    different = _differing(tx, version)
    if different:
        raise unknown_schema_problem(place, different)
    return version


def _differing(tx: Transaction, version: int) -> list[str]:
    """The tables and indexes in which the database is not what that version is; none if it is."""
    known = known_objects(MIGRATIONS_FOLDER, tx.engine, version)
    different = differing(objects_in(tx), known) if known else [VERSIONS_TABLE]
    if not different and version > FIRST_VERSION and _kept_fingerprint(tx) != fingerprint(known):
        return [VERSIONS_TABLE]
    return different


def known_fingerprint(engine: str, version: int) -> str:
    """The fingerprint of a database of that version."""
    return fingerprint(known_objects(MIGRATIONS_FOLDER, engine, version))


def _kept_fingerprint(tx: Transaction) -> str:
    query = "SELECT fingerprint FROM schema_migration ORDER BY version DESC LIMIT 1"
    return str(tx.connection.execute(query).fetchone()["fingerprint"])


def schema_text() -> str:
    """schema.sql: beside the package in a source checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parent.parent
    for path in (package.parent / "schema.sql", package / "schema.sql"):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise StorageProblem("安装不完整：找不到 schema.sql，请重新安装 huimin。")


def create_schema(tx: Transaction, applied_at: str) -> None:
    """Fill an empty database with the schema of the newest version."""
    lay_schema(tx)
    note_version(tx, newest_version(), "schema.sql", applied_at)
    _require_reached(tx, newest_version(), "schema.sql")


def lay_schema(tx: Transaction) -> None:
    """The tables of schema.sql and their triggers, in a database that has none."""
    run_script(tx, schema_text())
    make_append_only(tx)


def take_step(tx: Transaction, step: Step, applied_at: str) -> None:
    """Bring the database to the step's version, and see that it got there.

    Raises StorageProblem when its tables are not that version's afterwards: nothing may be kept.
    """
    step.run(tx)
    note_version(tx, step.version, step.name, applied_at)
    _require_reached(tx, step.version, step.path.name)


def _require_reached(tx: Transaction, version: int, by: str) -> None:
    different = _differing(tx, version)
    if different:
        raise StorageProblem(
            "{by} 得到的表结构与版本 {version} 不符（{tables}），已全部撤回；"
            "请报告给 huimin 的维护者。",
            by=by,
            version=version,
            tables=_few_of(different),
        )


def note_version(tx: Transaction, version: int, name: str, applied_at: str) -> None:
    """Record that the database has this version now, with its fingerprint."""
    mark = "?" if tx.engine == "sqlite" else "%s"
    tx.connection.execute(
        f"INSERT INTO schema_migration (version, name, applied_at, fingerprint) "  # noqa: S608
        f"VALUES ({mark}, {mark}, {mark}, {mark})",
        (version, name, applied_at, known_fingerprint(tx.engine, version)),
    )


def run_script(tx: Transaction, text: str) -> None:
    """Run every statement of a script inside the open transaction."""
    # sqlite3's executescript would commit the caller's transaction first, and Citus takes one
    # statement at a time. SQLite knows where one ends.
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            tx.connection.execute(statement)
            statement = ""
    if any(line.strip() and not line.strip().startswith("--") for line in statement.splitlines()):
        raise ValueError("the script ends in the middle of a statement")


def unknown_version_problem(version: int) -> StorageProblem:
    """The database is newer than the program."""
    newest = newest_version()
    return StorageProblem(
        "数据库版本（{version}）比程序支持的（{newest}）新，请升级 huimin 后再用，数据库未作改动。",
        version=version,
        newest=newest,
    )


def older_version_problem(version: int) -> StorageProblem:
    """The database waits for `huimin migrate`."""
    return StorageProblem(
        "数据库版本（{version}）较旧，请先备份，再运行 huimin migrate。", version=version
    )


def unknown_schema_problem(place: str, different: list[str]) -> StorageProblem:
    """The tables are of no version; `different` names the tables and indexes that are otherwise."""
    return StorageProblem(
        "数据库 {place} 的表结构不属于任何已发布的版本（{count} 处不同：{tables}），不能使用，"
        "未作任何改动：它由正式版之前的程序建成，或后来被别的程序改过；请恢复改动前的备份，"
        "或用建它的程序查看旧数据，再用 huimin init 另建新县。",
        place=place,
        count=len(different),
        tables=_few_of(different),
    )


def _few_of(different: list[str]) -> tuple[str, ...]:
    return few_of([name.partition(" ")[2] for name in different])


def few_of(names: list[str]) -> tuple[str, ...]:
    """The first names, for a sentence; "…" stands for the others."""
    return (*names[:SHOWN_MAX], *(["…"] if len(names) > SHOWN_MAX else []))
