"""Migrations: forward only, each whole with its record, and together they lead to schema.sql."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from huimin.settings import Settings
from huimin.storage import migrate, postgresql_database, sqlite_file
from huimin.storage.engine import StorageProblem
from huimin.storage.open_engine import create_database, migrate_database, open_engine
from tests.storage.rows import insert_all
from tests.storage.structure import structure

OLDEST = Path(__file__).with_name("oldest_schema.sql")
STEPS = {
    "0002_card_colour.sql": "ALTER TABLE card ADD COLUMN colour TEXT;\n-- one; in a comment\n"
    "CREATE INDEX card_colour ON card (colour);\n",
    "0003_paint.py": "def migrate(tx):\n"
    "    tx.connection.execute(\"UPDATE card SET colour = 'red'\")\n",
}


@pytest.fixture
def empty_place(
    engine_name: str, request: pytest.FixtureRequest, folder: Path
) -> Iterator[Callable[[str], Settings]]:
    """`empty_place(name)`: settings of a place where a database can be made."""
    urls: list[str] = []

    def make(name: str) -> Settings:
        if engine_name == "sqlite":
            return Settings.from_environment(folder / name, {})
        urls.append(request.getfixturevalue("postgresql_server").fresh())
        return Settings.from_environment(folder / name, {"HUIMIN_DATABASE_URL": urls[-1]})

    yield make
    for url in urls:
        request.getfixturevalue("postgresql_server").drop(url)


@pytest.fixture
def settings(empty_place: Callable[[str], Settings]) -> Settings:
    return empty_place("data")


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`steps(files)`: let these be the migrations there are."""
    place = tmp_path / "migrations"
    place.mkdir()

    def take(files: dict[str, str]) -> None:
        for name, text in files.items():
            (place / name).write_text(text, encoding="utf-8")
        monkeypatch.setattr(migrate, "MIGRATIONS_FOLDER", place)

    return take


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


def test_the_oldest_schema_migrated_is_schema_sql(
    settings: Settings,
    empty_place: Callable[[str], Settings],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as oldest:
        oldest.setattr(migrate, "schema_text", lambda: OLDEST.read_text(encoding="utf-8"))
        for room in (sqlite_file, postgresql_database):
            oldest.setattr(room, "newest_version", lambda: migrate.FIRST_VERSION)
        oldest.setattr(migrate, "newest_version", lambda: migrate.FIRST_VERSION)
        create_database(settings)
    migrate_database(settings)
    migrated = asked(settings, structure)
    fresh = empty_place("fresh")
    create_database(fresh)
    assert migrated == asked(fresh, structure), (
        "schema.sql has changed: add a step to huimin/storage/migrations that makes the same change"
    )


def test_steps_run_in_order_once_and_keep_the_rows(
    settings: Settings, steps: Callable[..., None]
) -> None:
    create_database(settings)
    asked(settings, insert_all)
    steps(STEPS)
    with pytest.raises(StorageProblem, match="huimin migrate"):
        open_engine(settings)
    assert migrate_database(settings) == ["0002_card_colour", "0003_paint"]
    assert migrate_database(settings) == []
    assert versions(settings) == [1, 2, 3]
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
    broken = STEPS["0002_card_colour.sql"] + "INSERT INTO nowhere VALUES (1);\n"
    steps({"0002_card_colour.sql": broken})
    with pytest.raises(Exception, match="nowhere"):
        migrate_database(settings)
    with pytest.raises(StorageProblem, match="older version 1"):
        open_engine(settings)
    steps(STEPS)
    assert migrate_database(settings) == ["0002_card_colour", "0003_paint"]


def test_a_step_that_would_break_a_reference_is_not_kept(
    folder: Path, steps: Callable[..., None]
) -> None:
    settings = Settings.from_environment(folder, {})
    create_database(settings)
    asked(settings, insert_all)
    steps({"0002_lose_a_holder.sql": "DELETE FROM holder;\n"})
    with pytest.raises(StorageProblem):
        migrate_database(settings)
    steps({"0002_lose_a_holder.sql": "UPDATE holder SET name = '某某';\n"})
    assert migrate_database(settings) == ["0002_lose_a_holder"]


def test_a_newer_database_is_refused(settings: Settings, steps: Callable[..., None]) -> None:
    create_database(settings)
    asked(settings, lambda tx: migrate.note_version(tx, 99, "future", "2030-01-01T00:00:00.000Z"))
    for call in (open_engine, migrate_database):
        with pytest.raises(StorageProblem, match="99"):
            call(settings)


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
    steps({"0003_gap.sql": "SELECT 1;\n"})
    with pytest.raises(RuntimeError, match="0002"):
        migrate.newest_version()
