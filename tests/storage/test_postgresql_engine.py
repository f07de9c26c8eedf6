"""PostgreSQL repeats a use case whose transaction the server gave up, and no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest

from huimin.settings import Settings
from huimin.storage.engine import Engine, StorageProblem, Transaction
from huimin.storage.open_engine import check_database, open_engine
from huimin.storage.postgresql_engine import ATTEMPTS_MAX
from huimin.storage.savepoint import savepoint

GIVE_UP = "DO $$ BEGIN RAISE EXCEPTION 'given up' USING ERRCODE = '{code}'; END $$"


@pytest.fixture
def settings(make_settings: Callable[[str, str], Settings]) -> Settings:
    return make_settings("postgresql", "bare")


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    opened = open_engine(settings)
    yield opened
    opened.close()


def add(tx: Transaction, code: str) -> None:
    tx.connection.execute(
        "INSERT INTO division (code, name, level) VALUES (%s, '某县', 'county')", (code,)
    )


def count(engine: Engine) -> int:
    query = "SELECT COUNT(*) AS n FROM division"
    return int(engine.read(lambda tx: tx.connection.execute(query).fetchone()["n"]))


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_a_use_case_is_repeated_when_the_server_gave_it_up(engine: Engine, code: str) -> None:
    attempts: list[int] = []

    def work(tx: Transaction) -> str:
        attempts.append(1)
        add(tx, "000000000001")
        if len(attempts) < 3:
            tx.connection.execute(GIVE_UP.format(code=code))
        return "kept"

    assert engine.write(work) == "kept"
    assert len(attempts) == 3
    assert count(engine) == 1


def test_it_is_not_repeated_for_ever(engine: Engine) -> None:
    attempts: list[int] = []

    def work(tx: Transaction) -> None:
        attempts.append(1)
        tx.connection.execute(GIVE_UP.format(code="40001"))

    with pytest.raises(StorageProblem, match="busy"):
        engine.write(work)
    assert len(attempts) == ATTEMPTS_MAX


def test_another_error_is_not_repeated(engine: Engine) -> None:
    attempts: list[int] = []

    def work(tx: Transaction) -> None:
        attempts.append(1)
        add(tx, "too short")

    with pytest.raises(psycopg.errors.CheckViolation):
        engine.write(work)
    assert len(attempts) == 1


def test_a_real_deadlock_ends_well_for_both(engine: Engine) -> None:
    engine.write(lambda tx: (add(tx, "000000000001"), add(tx, "000000000002")))
    both_hold_one = threading.Barrier(2)
    first_attempt = {"one": True, "two": True}
    failures: list[BaseException] = []

    def rename(who: str, codes: tuple[str, str]) -> None:
        def work(tx: Transaction) -> None:
            for number, code in enumerate(codes):
                tx.connection.execute("UPDATE division SET name = %s WHERE code = %s", (who, code))
                if number == 0 and first_attempt[who]:
                    first_attempt[who] = False
                    both_hold_one.wait(60)

        try:
            engine.write(work)
        except BaseException as error:
            failures.append(error)

    codes = ("000000000001", "000000000002")
    threads = [
        threading.Thread(target=rename, args=("one", codes)),
        threading.Thread(target=rename, args=("two", codes[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    query = "SELECT DISTINCT name FROM division"
    assert len(engine.read(lambda tx: tx.connection.execute(query).fetchall())) == 1


def test_a_lost_connection_is_replaced(engine: Engine) -> None:
    engine.write(lambda tx: add(tx, "000000000001"))
    attempts: list[int] = []

    def work(tx: Transaction) -> None:
        attempts.append(1)
        add(tx, "000000000002")
        if len(attempts) == 1:
            tx.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    engine.write(work)
    assert count(engine) == 2
    assert len(attempts) == 2


def test_a_server_that_is_not_there_is_named_in_one_sentence() -> None:
    settings = Settings.from_environment(
        environment={"HUIMIN_DATABASE_URL": "postgresql://huimin@127.0.0.1:9/huimin"}
    )
    with pytest.raises(StorageProblem, match="HUIMIN_DATABASE_URL") as caught:
        open_engine(settings)
    assert "\n" not in str(caught.value)


def test_a_missing_trigger_is_found(settings: Settings) -> None:
    assert check_database(settings) == []
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute("DROP TRIGGER ledger_refuses_delete ON ledger")
    with pytest.raises(StorageProblem, match=r"\(1 differ: ledger\)"):
        check_database(settings)


WRONG = "INSERT INTO division (code, name, level) VALUES ('short', '某县', 'county')"
RIGHT = "INSERT INTO division (code, name, level) VALUES (:code, '某县', 'county')"


@pytest.mark.parametrize("prepared", [True, False])
def test_the_error_of_a_told_statement_is_raised_by_what_comes_next(
    settings: Settings, prepared: bool
) -> None:
    engine = open_engine(replace(settings, database_prepared=prepared))

    def at_the_next(tx: Transaction) -> None:
        tx.connection.tell(RIGHT, {"code": "000000000001"})
        tx.connection.tell(WRONG, {})
        with pytest.raises(psycopg.errors.CheckViolation):
            tx.connection.ask("SELECT 1 AS one", {})
        raise KeyError

    def at_the_commit(tx: Transaction) -> None:
        tx.connection.tell(RIGHT, {"code": "000000000001"})
        tx.connection.tell(WRONG, {})

    def within_a_savepoint(tx: Transaction) -> None:
        tx.connection.tell(RIGHT, {"code": "000000000001"})
        with pytest.raises(psycopg.errors.CheckViolation), savepoint(tx, "part"):
            tx.connection.tell(RIGHT, {"code": "000000000002"})
            tx.connection.tell(WRONG, {})
        tx.connection.tell(RIGHT, {"code": "000000000003"})

    def before_a_savepoint(tx: Transaction) -> None:
        tx.connection.tell(WRONG, {})
        with savepoint(tx, "part"):
            raise AssertionError("the error before it is not the savepoint's")

    try:
        with pytest.raises(KeyError):
            engine.write(at_the_next)
        for work in (at_the_commit, before_a_savepoint):
            with pytest.raises(psycopg.errors.CheckViolation):
                engine.write(work)
        assert count(engine) == 0
        engine.write(within_a_savepoint)
        codes = engine.read(
            lambda tx: tx.connection.ask("SELECT code FROM division ORDER BY code", {}).rows
        )
    finally:
        engine.close()
    assert [row["code"] for row in codes] == ["000000000001", "000000000003"]


def test_values_come_back_as_they_were_sent(engine: Engine) -> None:
    sent = {"text": "县'\\ %s :x", "number": -(2**62), "nothing": None, "flag": True}
    query = (
        "SELECT :text AS text, :number AS number, CAST(:nothing AS TEXT) AS nothing, :flag AS flag"
    )
    assert engine.read(lambda tx: tx.connection.ask(query, sent).rows) == [sent]
    with pytest.raises(psycopg.DataError):
        engine.read(lambda tx: tx.connection.ask("SELECT :text AS text", {"text": "a\0b"}))


def test_a_statement_that_takes_too_long_is_stopped(settings: Settings) -> None:
    engine = open_engine(replace(settings, database_statement_seconds=1))
    with pytest.raises(StorageProblem, match="busy"):
        engine.read(lambda tx: tx.connection.ask("SELECT pg_sleep(60)", {}))
    # VACUUM of a large county takes longer than any request may.
    engine.run_alone("SELECT pg_sleep(1.5)")
    engine.close()
