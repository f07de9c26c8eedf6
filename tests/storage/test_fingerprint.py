"""A database whose tables are of no version is known by its fingerprint, refused and left alone."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from huimin.cli import main
from huimin.settings import Settings
from huimin.storage import migrate
from huimin.storage.append_only import APPEND_ONLY_TABLES
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.fingerprint import FILE_NAME, differing, known_objects, objects_in
from huimin.storage.open_engine import (
    check_database,
    create_database,
    migrate_database,
    open_engine,
)
from tests.postgresql_server import PostgresqlServer
from tests.storage.older_databases import VERSION_1, make_older, over_driver, unreleased_schemas
from tests.storage.record_fingerprints import ENGINES, newest_rows, recorded
from tests.storage.structure import structure

RunCli = Callable[..., "subprocess.CompletedProcess[str]"]
NEWEST = migrate.newest_version()
DIGEST_OF_VERSION_1 = "34327d57ad9581f8a452f2e5841dc5fb08679c101d76285126ac71d28950585c"


# How the fingerprints of released versions begin, on SQLite and on PostgreSQL. A version is added
# here when it is released, and no line is changed after that: counties keep these fingerprints.
RELEASED = {
    1: ("e525c876b4f38031", "2a6f6b35e23aa3d7"),
    2: ("336fa7aadb416765", "8bffd07804908b63"),
}


@pytest.fixture
def settings(empty_place: Callable[[str], Settings]) -> Settings:
    """A place with a database of the newest version."""
    settings = empty_place("data")
    create_database(settings)
    return settings


def change(settings: Settings, *statements: str) -> None:
    def work(tx: Transaction) -> None:
        for statement in statements:
            tx.connection.execute(statement)

    over_driver(settings, work)


def objects(settings: Settings) -> dict[str, str]:
    return dict(over_driver(settings, objects_in))


def refusals(settings: Settings) -> set[str]:
    """What opening, migrating and checking say; each of them must refuse."""
    said = set()
    for call in (open_engine, migrate_database, check_database):
        with pytest.raises(StorageProblem) as caught:
            call(settings)
        said.add(caught.value.text.say("en"))
    return said


def test_version_1_is_the_schema_of_its_commit() -> None:
    assert hashlib.sha256(VERSION_1.read_bytes()).hexdigest() == DIGEST_OF_VERSION_1


@pytest.mark.parametrize("version", RELEASED)
def test_a_released_version_keeps_its_fingerprint(version: int) -> None:
    made = [migrate.known_fingerprint(engine, version) for engine in ENGINES]
    assert tuple(each[:16] for each in made) == RELEASED[version]


def test_the_table_of_fingerprints_is_what_schema_sql_makes(
    postgresql_server: PostgresqlServer,
) -> None:
    folder = migrate.MIGRATIONS_FOLDER
    rows = [row for row in recorded((folder / FILE_NAME).read_text()) if int(row[0]) == NEWEST]
    url = postgresql_server.fresh()
    made = newest_rows(folder, NEWEST, url)
    postgresql_server.drop(url)
    assert made == rows, (
        "schema.sql or append_only.py has changed: add a step to huimin/storage/migrations that "
        "makes the same change, then run python -m tests.storage.record_fingerprints"
    )


def test_version_1_migrated_is_schema_sql(
    settings: Settings, empty_place: Callable[[str], Settings], engine_name: str
) -> None:
    older = empty_place("older")
    make_older(older, VERSION_1.read_text(encoding="utf-8"))
    assert objects(older) == known_objects(migrate.MIGRATIONS_FOLDER, engine_name, 1)
    with pytest.raises(StorageProblem, match="huimin migrate"):
        open_engine(older)
    assert migrate_database(older) == [step.full_name for step in migrate.steps()]
    assert objects(older) == objects(settings)
    assert over_driver(older, structure) == over_driver(settings, structure)
    kept = "SELECT fingerprint FROM schema_migration ORDER BY version"
    rows = over_driver(older, lambda tx: tx.connection.execute(kept).fetchall())
    assert [row["fingerprint"] for row in rows] == [
        migrate.known_fingerprint(engine_name, version) for version in range(1, NEWEST + 1)
    ]
    assert check_database(older) == []


@pytest.mark.parametrize("number", range(25))
def test_a_county_made_before_version_1_is_refused(folder: Path, number: int) -> None:
    texts = unreleased_schemas()
    assert len(texts) == 25
    settings = Settings.from_environment(folder, {})
    make_older(settings, list(texts.values())[number])
    (said,) = refusals(settings)
    assert "made before the first release" in said and "huimin init" in said


@pytest.mark.parametrize("number", [0, 12, 24])
def test_it_is_refused_on_postgresql_too(
    folder: Path, postgresql_server: PostgresqlServer, number: int
) -> None:
    url = postgresql_server.fresh()
    settings = Settings.from_environment(folder, {"HUIMIN_DATABASE_URL": url})
    make_older(settings, list(unreleased_schemas().values())[number])
    (said,) = refusals(settings)
    assert "made before the first release" in said
    postgresql_server.drop(url)


# What is changed, and which table the refusal names.
DRIFTS = {
    "a column more": ("ALTER TABLE card ADD COLUMN colour TEXT", "card"),
    "a column less": ("ALTER TABLE merchant DROP COLUMN contact_name", "merchant"),
    "a column renamed": ("ALTER TABLE merchant RENAME COLUMN contact_name TO contact", "merchant"),
    "a table less": ("DROP TABLE staff_recovery_code", "staff_recovery_code"),
    "a table renamed": ("ALTER TABLE staff_recovery_code RENAME TO code", "staff_recovery_code"),
    "an index less": ("DROP INDEX ledger_month", "ledger_month"),
    "a unique index less": ("DROP INDEX card_one_live_copy", "card"),
    "a unique index more": ("CREATE UNIQUE INDEX once ON card (issued_on)", "card"),
    "an index made otherwise": (
        "DROP INDEX card_state; CREATE INDEX card_state ON card (holder_id, state)",
        "card_state",
    ),
    "an index of some rows only": (
        "DROP INDEX card_state;"
        "CREATE INDEX card_state ON card (state, holder_id) WHERE state = 'active'",
        "card_state",
    ),
    "another fingerprint kept": (
        "UPDATE schema_migration SET fingerprint = 'other'",
        "schema_migration",
    ),
    "no version": ("DELETE FROM schema_migration", "schema_migration"),
}
ON_POSTGRESQL = {
    "another type": ("ALTER TABLE card ALTER COLUMN key_id TYPE INTEGER", "card"),
    "a value may be missing": ("ALTER TABLE card ALTER COLUMN number DROP NOT NULL", "card"),
    "a default more": ("ALTER TABLE card ALTER COLUMN state SET DEFAULT 'active'", "card"),
    "a check less": ("ALTER TABLE card DROP CONSTRAINT card_state_check", "card"),
    "a reference less": ("ALTER TABLE card DROP CONSTRAINT card_holder_id_fkey", "card"),
    "a key less": ("ALTER TABLE card DROP CONSTRAINT card_number_key", "card"),
    "a trigger less": ("DROP TRIGGER ledger_refuses_delete ON ledger", "ledger"),
    "a trigger switched off": ("ALTER TABLE ledger DISABLE TRIGGER USER", "ledger"),
    "rows lost in a crash": ("ALTER TABLE usage SET UNLOGGED", "usage"),
    "rows hidden": ("ALTER TABLE card ENABLE ROW LEVEL SECURITY", "card"),
}
# The same on SQLite, where a table's text says it all.
TEXT_CHANGES = {
    "another type": ("key_id      BIGINT", "key_id      INTEGER"),
    "a value may be missing": ("number      TEXT NOT NULL", "number      TEXT"),
    "a check less": ("CHECK (length(number) = 16)", ""),
    "a check made otherwise": ("length(number) = 16", "length(number) = 17"),
    "a reference less": (
        "holder_id   TEXT NOT NULL REFERENCES holder (id)",
        "holder_id TEXT NOT NULL",
    ),
    "a key less": ("number      TEXT NOT NULL UNIQUE", "number      TEXT NOT NULL"),
    "a collation more": ("number      TEXT NOT NULL", "number TEXT NOT NULL COLLATE NOCASE"),
}
TRIGGER_CHANGES = {
    "a trigger less": "DROP TRIGGER ledger_refuses_delete",
    "a trigger more": "CREATE TRIGGER more AFTER INSERT ON ledger BEGIN DELETE FROM job; END",
}


@pytest.mark.parametrize("what", DRIFTS)
def test_a_changed_database_is_refused(settings: Settings, what: str) -> None:
    statements, table = DRIFTS[what]
    change(settings, *statements.split(";"))
    (said,) = refusals(settings)
    assert f": {table})" in said


@pytest.mark.parametrize("what", ON_POSTGRESQL)
def test_a_table_changed_on_postgresql_is_refused(
    make_settings: Callable[[str, str], Settings], what: str
) -> None:
    settings = make_settings("postgresql", "bare")
    statement, table = ON_POSTGRESQL[what]
    change(settings, statement)
    (said,) = refusals(settings)
    assert f": {table})" in said


@pytest.mark.parametrize("what", [*TEXT_CHANGES, *TRIGGER_CHANGES])
def test_a_table_changed_on_sqlite_is_refused(
    make_settings: Callable[[str, str], Settings], what: str
) -> None:
    settings, table = make_settings("sqlite", "bare"), "ledger"
    if what in TRIGGER_CHANGES:
        change(settings, TRIGGER_CHANGES[what])
    else:
        old, new = TEXT_CHANGES[what]
        query, table = "SELECT sql FROM sqlite_master WHERE name = 'card'", "card"
        text = over_driver(settings, lambda tx: tx.connection.execute(query).fetchone()["sql"])
        assert old in text
        made = text.replace(old, new).replace("CREATE TABLE card", "CREATE TABLE card_made")
        indexes = ("card_state", "card_one_live_copy")
        query = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'card'"
        rows = over_driver(settings, lambda tx: tx.connection.execute(query).fetchall())
        remade = [row["sql"] for row in rows if row["sql"]]
        assert len(remade) >= len(indexes)
        change(settings, made, "PRAGMA defer_foreign_keys = ON", "DROP TABLE card")
        change(settings, "ALTER TABLE card_made RENAME TO card", *remade)
    (said,) = refusals(settings)
    assert f": {table})" in said


def test_what_changes_speed_alone_may_be_added(settings: Settings) -> None:
    change(
        settings,
        "CREATE INDEX ledger_of_mine ON ledger (amount_fen)",
        "CREATE TABLE notes_of_mine (note TEXT)",
        "CREATE VIEW sales_of_mine AS SELECT id FROM ledger",
        "ANALYZE",
    )
    open_engine(settings).close()
    assert migrate_database(settings) == []
    assert check_database(settings) == []


# `demo` has a folder of its own, and a test below; a simulated till knows a server alone; units are
# written for a county that may not be there yet.
WITHOUT_THE_DATABASE = (["init"], ["settings"], ["demo"], ["units"], ["terminals", "simulate"])


def leaves(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """Every command that needs no further word, as one types it."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from leaves(below, (*words, name))
    elif not any(parameter.required for parameter in command.params):
        yield list(words)


def content(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_command_refuses_it_and_touches_nothing(run_cli: RunCli, folder: Path) -> None:
    settings = Settings.from_environment(folder, {})
    make_older(settings, next(iter(unreleased_schemas().values())))
    before = content(folder)
    left_out = (*WITHOUT_THE_DATABASE, ["doctor"])
    commands = [words for words in leaves(main) if words not in left_out]
    assert len(commands) > 10
    for words in [*commands, ["holders", "show", "x"], ["cards", "show", "x"]]:
        answer = run_cli([*words, "--port", "0"] if words == ["run"] else words, folder)
        assert (answer.returncode, answer.stdout) == (2, ""), words
        sentence = answer.stderr.strip()
        assert "\n" not in sentence and "不属于任何已发布的版本" in sentence, (words, sentence)
    answer = run_cli(["doctor"], folder)  # says it beside what its other proofs find
    assert answer.returncode == 2 and "不属于任何已发布的版本" in answer.stdout
    assert content(folder) == before


def test_a_demo_folder_is_refused_too(run_cli: RunCli, folder: Path) -> None:
    settings = Settings.from_environment(folder, {})
    make_older(settings, next(iter(unreleased_schemas().values())))
    (folder / "demo.json").write_text('{"base_url": "http://127.0.0.1:8000", "terminals": []}')
    before = content(folder)
    for more in ([], ["--no-serve"], ["--code", "1"]):
        answer = run_cli(["demo", "--folder", folder, *more])
        assert (answer.returncode, answer.stdout) == (2, "")
        assert "不属于任何已发布的版本" in answer.stderr
    assert content(folder) == before


def test_every_trigger_that_is_dropped_is_missed(
    make_settings: Callable[[str, str], Settings],
) -> None:
    def drop_each(tx: Transaction) -> None:
        execute = tx.connection.execute
        known = known_objects(migrate.MIGRATIONS_FOLDER, "sqlite", NEWEST)
        query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        triggers = execute(query).fetchall()
        assert len(triggers) >= 2 * len(APPEND_ONLY_TABLES)
        for trigger in triggers:
            execute("SAVEPOINT whole")
            execute(f"DROP TRIGGER {trigger['name']}")
            assert differing(objects_in(tx), known) == [f"table {trigger['tbl_name']}"]
            execute("ROLLBACK TO whole")
            execute("RELEASE whole")
        assert differing(objects_in(tx), known) == []

    over_driver(make_settings("sqlite", "bare"), drop_each)


def test_what_stands_in_another_schema_is_somebody_else_s(
    make_settings: Callable[[str, str], Settings],
) -> None:
    settings = make_settings("postgresql", "bare")
    change(
        settings,
        "CREATE SCHEMA another",
        "CREATE TABLE another.ledger (id INTEGER)",
        "CREATE TABLE another.card (id INTEGER PRIMARY KEY)",
        "CREATE UNIQUE INDEX card_state ON another.card (id)",
        "CREATE TRIGGER ledger_refuses_delete BEFORE DELETE ON another.ledger"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    )
    assert check_database(settings) == []
    open_engine(settings).close()
    change(settings, "DROP TRIGGER ledger_refuses_delete ON ledger")
    (said,) = refusals(settings)
    assert ": ledger)" in said
