"""PostgreSQL repeats a use case whose transaction the server gave up, and no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest

from huimin.settings import Settings
from huimin.storage.engine import Engine, StorageProblem, Transaction
from huimin.storage.open_engine import check_database, open_engine
from huimin.storage.postgresql_engine import ATTEMPTS_MAX

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
                    both_hold_one.wait(10)

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
        thread.join(20)
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
