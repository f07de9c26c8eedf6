"""Migrations: forward only, each whole with its record, and together they lead to schema.sql."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from huimin.settings import Settings
from huimin.storage import fingerprint, migrate
from huimin.storage.append_only import make_append_only
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.open_engine import create_database, migrate_database, open_engine
from tests.storage.older_databases import over_driver
from tests.storage.rows import insert_all

REAL_FOLDER = migrate.MIGRATIONS_FOLDER
NEWEST = migrate.newest_version()
COLOUR, PAINT = f"{NEWEST + 1:04d}_card_colour", f"{NEWEST + 2:04d}_paint"
STEPS = {
    f"{COLOUR}.sql": "ALTER TABLE card ADD COLUMN colour TEXT;\n-- one; in a comment\n"
    "CREATE INDEX card_colour ON card (colour);\n",
    f"{PAINT}.py": "def migrate(tx):\n"
    "    tx.connection.execute(\"UPDATE card SET colour = 'red'\")\n",
}


# As a developer writes a step that SQLite's ALTER TABLE can't do.
ARCHIVED = """
def migrate(tx):
    if tx.engine == "sqlite":
        from huimin.storage.sqlite_tables import transform

        transform(tx, "card", checks={{"{old}": "{new}"}})
        return
    tx.connection.execute("ALTER TABLE card DROP CONSTRAINT card_state_check")
    tx.connection.execute("ALTER TABLE card ADD CONSTRAINT card_state_check CHECK ({new})")
"""


@pytest.fixture
def settings(empty_place: Callable[[str], Settings]) -> Settings:
    return empty_place("data")


@pytest.fixture
def steps(
    empty_place: Callable[[str], Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., None]]:
    """`steps(files)`: let these be further migrations, and what they lead to be known."""
    folder = tmp_path / "migrations"

    def take(files: dict[str, str]) -> None:
        monkeypatch.setattr(migrate, "MIGRATIONS_FOLDER", REAL_FOLDER)
        scratch = empty_place("scratch")
        create_database(scratch)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(REAL_FOLDER, folder)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        with contextlib.suppress(Exception):  # of a step that fails nothing need be known
            asked(scratch, lambda tx: record_steps(tx, folder))
        shutil.rmtree(scratch.folder, ignore_errors=True)
        monkeypatch.setattr(migrate, "MIGRATIONS_FOLDER", folder)
        fingerprint._rows.cache_clear()

    yield take
    fingerprint._rows.cache_clear()


def record_steps(tx: Transaction, folder: Path) -> None:
    """Add what each further step makes of the database to the table of fingerprints."""
    known = fingerprint.objects_in(tx)
    with (folder / fingerprint.FILE_NAME).open("a", encoding="utf-8") as file:
        for step in migrate.steps(folder)[NEWEST - 1 :]:
            step.run(tx)
            objects = fingerprint.objects_in(tx)
            for name in sorted(objects):
                if objects[name] != known.get(name):
                    file.write(f"{step.version},{name},{objects[name]},{objects[name]}\n")
            known = objects


def asked(settings: Settings, question: Callable[..., Any]) -> Any:
    engine = open_engine(settings)
    try:
        return engine.write(question)
    finally:
        engine.close()


def versions(settings: Settings) -> list[int]:
    query = "SELECT version FROM schema_migration ORDER BY version"
    rows = asked(settings, lambda tx: tx.connection.execute(query).fetchall())
    return [row["version"] for row in rows]


def test_steps_run_in_order_once_and_keep_the_rows(
    settings: Settings, steps: Callable[..., None]
) -> None:
    create_database(settings)
    asked(settings, insert_all)
    steps(STEPS)
    with pytest.raises(StorageProblem, match="huimin migrate"):
        open_engine(settings)
    assert migrate_database(settings) == [COLOUR, PAINT]
    assert migrate_database(settings) == []
    assert versions(settings) == [NEWEST, NEWEST + 1, NEWEST + 2]
    query = "SELECT colour FROM card"
    assert asked(settings, lambda tx: tx.connection.execute(query).fetchall()) == [
        {"colour": "red"}
    ]
    with pytest.raises(Exception, match="ledger is append-only"):
        asked(settings, lambda tx: tx.connection.execute("DELETE FROM ledger"))


def test_a_step_that_fails_leaves_nothing_and_is_run_again(
    settings: Settings, steps: Callable[..., None]
) -> None:
    create_database(settings)
    broken = STEPS[f"{COLOUR}.sql"] + "INSERT INTO nowhere VALUES (1);\n"
    steps({f"{COLOUR}.sql": broken})
    with pytest.raises(Exception, match="nowhere"):
        migrate_database(settings)
    with pytest.raises(StorageProblem, match=f"older version {NEWEST}"):
        open_engine(settings)
    steps(STEPS)
    assert migrate_database(settings) == [COLOUR, PAINT]


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_step_that_would_break_a_reference_is_not_kept(
    folder: Path, steps: Callable[..., None]
) -> None:
    settings = Settings.from_environment(folder, {})
    create_database(settings)
    asked(settings, insert_all)
    steps({f"{NEWEST + 1:04d}_lose_a_holder.sql": "DELETE FROM holder;\n"})
    with pytest.raises(StorageProblem):
        migrate_database(settings)
    steps({f"{NEWEST + 1:04d}_lose_a_holder.sql": "UPDATE holder SET name = '某某';\n"})
    assert migrate_database(settings) == [f"{NEWEST + 1:04d}_lose_a_holder"]


def test_a_newer_database_is_refused(settings: Settings, steps: Callable[..., None]) -> None:
    create_database(settings)
    future = "INSERT INTO schema_migration VALUES (99, 'future', '2030-01-01T00:00:00.000Z', '')"
    asked(settings, lambda tx: tx.connection.execute(future))
    for call in (open_engine, migrate_database):
        with pytest.raises(StorageProblem, match="99"):
            call(settings)


def test_a_check_is_changed_on_both_engines(
    settings: Settings, empty_place: Callable[[str], Settings], steps: Callable[..., None]
) -> None:
    old = "state IN ('active', 'suspended', 'lost', 'replaced', 'expired', 'revoked')"
    new = old.replace("'revoked'", "'revoked', 'archived'")
    create_database(settings)
    asked(settings, insert_all)
    steps({f"{NEWEST + 1:04d}_archived.py": ARCHIVED.format(old=old, new=new)})
    migrate_database(settings)
    asked(settings, lambda tx: tx.connection.execute("UPDATE card SET state = 'archived'"))
    fresh = empty_place("fresh")
    text = migrate.schema_text()
    assert text.count(old) == 1

    def lay(tx: Transaction) -> None:
        migrate.run_script(tx, text.replace(old, new))
        make_append_only(tx)

    over_driver(fresh, lay)
    objects = fingerprint.objects_in
    assert over_driver(settings, objects) == over_driver(fresh, objects)
    with pytest.raises(Exception, match=r"(?i)check"):
        asked(settings, lambda tx: tx.connection.execute("UPDATE card SET state = 'other'"))


def test_a_database_is_made_once(settings: Settings) -> None:
    create_database(settings)
    asked(settings, insert_all)
    with pytest.raises(StorageProblem, match="left alone"):
        create_database(settings)
    query = "SELECT COUNT(*) AS n FROM ledger"
    assert asked(settings, lambda tx: tx.connection.execute(query).fetchone()) == {"n": 1}


def test_a_missing_database_is_not_made_by_opening_it(settings: Settings) -> None:
    for call in (open_engine, migrate_database):
        with pytest.raises(StorageProblem, match="huimin init"):
            call(settings)
    assert not settings.folder.exists()


def test_the_numbers_of_the_steps_count_up(steps: Callable[..., None]) -> None:
    steps({f"{NEWEST + 2:04d}_gap.sql": "SELECT 1;\n"})
    with pytest.raises(RuntimeError, match="0002"):
        migrate.newest_version()
