"""The promises of the engine: all or nothing, durable before answered, one failure alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from huimin.storage.engine import Engine, StorageProblem, Transaction

DIVISION = "INSERT INTO division (code, name, level) VALUES ('{code}', '{name}', 'county')"


def add(code: int) -> Callable[[Transaction], int]:
    def work(tx: Transaction) -> int:
        tx.connection.execute(DIVISION.format(code=f"{code:012d}", name="某县"))
        return code

    return work


def codes(engine: Engine) -> list[int]:
    def work(tx: Transaction) -> list[int]:
        rows = tx.connection.execute("SELECT code FROM division ORDER BY code").fetchall()
        return [int(row["code"]) for row in rows]

    return engine.read(work)


def test_a_write_gives_its_result_and_is_seen_by_the_next_read(engine: Engine) -> None:
    assert engine.write(add(1)) == 1
    assert codes(engine) == [1]


def test_rows_are_plain_dicts(engine: Engine) -> None:
    engine.write(add(1))
    row = engine.read(
        lambda tx: tx.connection.execute("SELECT code, name FROM division").fetchone()
    )
    assert row == {"code": "000000000001", "name": "某县"}
    assert type(row) is dict


def test_a_use_case_that_raises_leaves_nothing(engine: Engine) -> None:
    def work(tx: Transaction) -> None:
        add(1)(tx)
        raise KeyError("half-way")

    with pytest.raises(KeyError, match="half-way"):
        engine.write(work)
    assert codes(engine) == []
    engine.write(add(2))
    assert codes(engine) == [2]


def test_many_writers_at_once_each_get_their_own_answer(engine: Engine) -> None:
    def attempt(number: int) -> int | str:
        def work(tx: Transaction) -> int:
            add(number)(tx)
            if number % 5 == 0:
                raise ValueError(f"no {number}")
            return number

        try:
            return engine.write(work)
        except ValueError as error:
            return str(error)

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(attempt, range(1, 121)))
    assert answers == [f"no {n}" if n % 5 == 0 else n for n in range(1, 121)]
    assert codes(engine) == [n for n in range(1, 121) if n % 5]


def test_a_read_is_one_snapshot(engine: Engine) -> None:
    engine.write(add(1))

    def work(tx: Transaction) -> tuple[int, int]:
        def count() -> int:
            row = tx.connection.execute("SELECT COUNT(*) AS n FROM division").fetchone()
            return int(row["n"])

        before = count()
        thread = threading.Thread(target=engine.write, args=(add(2),))
        thread.start()
        thread.join()
        return before, count()

    assert engine.read(work) == (1, 1)
    assert codes(engine) == [1, 2]


def test_a_read_can_not_write(engine: Engine) -> None:
    with pytest.raises(Exception, match=r"read-?only"):
        engine.read(add(1))
    assert codes(engine) == []
    engine.write(add(2))


def test_a_read_inside_a_read_shares_its_snapshot(engine: Engine) -> None:
    engine.write(add(1))
    assert engine.read(lambda tx: codes(engine)) == [1]
    assert codes(engine) == [1]


def test_a_write_inside_a_use_case_is_refused_and_does_not_hang(engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="pass on its tx"):
        engine.write(lambda tx: engine.write(add(1)))
    assert codes(engine) == []


def test_foreign_keys_hold(engine: Engine) -> None:
    def work(tx: Transaction) -> None:
        tx.connection.execute(
            "INSERT INTO division (code, name, level, parent_code)"
            " VALUES ('000000000009', '某镇', 'town', '000000000008')"
        )

    with pytest.raises(Exception, match=r"(?i)foreign key"):
        engine.write(work)
    assert codes(engine) == []


def test_a_closed_engine_says_so(engine: Engine) -> None:
    engine.write(add(1))
    engine.close()
    engine.close()
    for call in (engine.write, engine.read):
        with pytest.raises(StorageProblem):
            call(add(2))


def test_closing_lets_what_waits_finish(engine: Engine) -> None:
    started, go_on = threading.Event(), threading.Event()
    answers: list[Any] = []

    def slow(tx: Transaction) -> str:
        started.set()
        assert go_on.wait(60)
        add(1)(tx)
        return "kept"

    writer = threading.Thread(target=lambda: answers.append(engine.write(slow)))
    writer.start()
    assert started.wait(60)
    closer = threading.Thread(target=engine.close)
    closer.start()
    go_on.set()
    writer.join(60)
    closer.join(60)
    assert answers == ["kept"] and not closer.is_alive()
