"""A county in a schema of its own: two of them in one database see nothing of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from huimin.divisions.load import load_divisions
from huimin.open_instance import create_instance
from huimin.settings import Settings, SettingsProblem
from huimin.storage.engine import Engine, StorageProblem, Transaction
from huimin.storage.migrate import newest_version
from huimin.storage.open_engine import (
    check_database,
    create_database,
    drop_tables,
    holds_no_tables,
    open_engine,
)
from tests.run_command import in_this_process

MakeSettings = Callable[..., Settings]
COUNT = "SELECT COUNT(*) AS n FROM division"


@pytest.fixture
def url(postgresql_server: Any, environment: None) -> Iterator[str]:
    address = postgresql_server.fresh()
    yield address
    postgresql_server.drop(address)


@pytest.fixture
def county(url: str, folder: Path) -> MakeSettings:
    """`county("lezhi")`: the settings of a county in that schema."""

    def make(schema: str, **variables: str) -> Settings:
        return Settings.from_environment(
            folder / schema,
            {"HUIMIN_DATABASE_URL": url, "HUIMIN_DATABASE_SCHEMA": schema, **variables},
        )

    return make


def count(settings: Settings) -> int:
    def of(engine: Engine) -> int:
        return int(engine.read(lambda tx: tx.connection.execute(COUNT).fetchone()["n"]))

    return with_engine(settings, of)


def with_engine(settings: Settings, use: Callable[[Engine], Any]) -> Any:
    engine = open_engine(settings)
    try:
        return use(engine)
    finally:
        engine.close()


def test_two_counties_in_one_database_do_not_see_each_other(county: MakeSettings, url: str) -> None:
    one, other, plain = county("lezhi"), county("anyue"), county("x", HUIMIN_DATABASE_SCHEMA="")
    create_instance(one)
    with pytest.raises(StorageProblem, match="init"):
        check_database(other)
    create_database(other)
    assert count(one) > 0 == count(other)
    # Also where each transaction brings its schema along, as behind a pooler.
    pooled = county("anyue", HUIMIN_DATABASE_PREPARED="0")
    with_engine(pooled, lambda engine: engine.write(load_divisions))
    assert count(other) == count(pooled) == count(one)

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TRIGGER ledger_refuses_delete ON anyue.ledger")
    assert check_database(one) == []
    with pytest.raises(StorageProblem, match=r"\(1 differ: ledger\)"):
        check_database(other)
    with pytest.raises(StorageProblem):
        create_database(other)
    # Nothing was made where no schema is named.
    assert holds_no_tables(plain)
    drop_tables(other)
    assert holds_no_tables(other)
    assert check_database(one) == []


def test_a_command_works_in_its_schema(county: MakeSettings) -> None:
    settings = county("lezhi")
    variables = settings.environment()
    assert in_this_process(["init"], variables, "").returncode == 0
    assert in_this_process(["migrate"], variables, "").returncode == 0
    assert in_this_process(["check"], variables, "").returncode == 0

    def version(tx: Transaction) -> int:
        query = "SELECT version FROM lezhi.schema_migration"
        return int(tx.connection.execute(query).fetchone()["version"])

    assert with_engine(settings, lambda engine: engine.read(version)) == newest_version()


@pytest.mark.parametrize("name", ["Lezhi", "pg_own", "1st", 'a"; DROP', "a" * 64, "乐至"])
def test_a_name_that_is_no_schema_is_refused(county: MakeSettings, name: str) -> None:
    with pytest.raises(SettingsProblem, match="HUIMIN_DATABASE_SCHEMA"):
        county("x", HUIMIN_DATABASE_SCHEMA=name)


def test_init_leaves_a_database_alone_in_which_it_can_make_no_tables(
    county: MakeSettings, url: str
) -> None:
    settings = county("theirs")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA theirs")
        for made, why in (
            ("TABLE theirs.card AS SELECT 7 AS number", "card"),
            ("TYPE theirs.holder AS ENUM ('x')", "holder"),
        ):
            connection.execute(f"CREATE {made}")
            refused = in_this_process(["init"], settings.environment())
            assert refused.returncode == 2 and refused.stdout == ""
            assert why in refused.stderr and "未作改动" in refused.stderr
            assert len(refused.stderr.splitlines()) == 1
            kind, name, *_ = made.split()
            if kind == "TABLE":
                assert connection.execute(f"SELECT number FROM {name}").fetchall() == [(7,)]
            connection.execute(f"DROP {kind} {name}")
            count_left = "SELECT count(*) FROM pg_class WHERE relnamespace = 'theirs'::regnamespace"
            assert connection.execute(count_left).fetchone() == (0,)


def test_an_extension_that_takes_no_triggers_is_named_in_a_sentence(
    county: MakeSettings, url: str
) -> None:
    """As Citus says it, with the code of an internal error."""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(
            "CREATE FUNCTION refuse_triggers() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION 'triggers are not supported' USING ERRCODE = 'internal_error';"
            " END $$"
        )
        server.execute(
            "CREATE EVENT TRIGGER refuse_triggers ON ddl_command_start"
            " WHEN TAG IN ('CREATE TRIGGER') EXECUTE FUNCTION refuse_triggers()"
        )
    with pytest.raises(StorageProblem, match="triggers are not supported"):
        create_database(county("lezhi"))
