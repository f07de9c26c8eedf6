"""Turns are for speed only: one at a time, given up while waiting, never waited for too long."""

from __future__ import annotations

import threading
import time

import pytest

from huimin.storage.engine import Engine
from huimin.storage.turns import WAIT_SECONDS_MAX, Turns


def test_one_thread_at_a_time_has_the_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    # On a busy machine a thread would go on without the turn, as it should.
    monkeypatch.setattr("huimin.storage.turns.WAIT_SECONDS_MAX", 60)
    turns, inside, most = Turns(), 0, 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with turns.taken():
                with guard:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.0002)
                with guard:
                    inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_turns_are_given_in_the_order_in_which_they_were_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("huimin.storage.turns.WAIT_SECONDS_MAX", 60)
    turns, order = Turns(), []

    def work(place: int) -> None:
        with turns.taken():
            order.append(place)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(8)]
    with turns.taken():
        for place, thread in enumerate(threads):
            thread.start()
            while len(turns._line) <= place:  # it stands in line before the next one comes
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_who_waits_too_long_goes_on_without_the_turn() -> None:
    turns, held, done = Turns(), threading.Event(), threading.Event()

    def hold() -> None:
        with turns.taken():
            held.set()
            done.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(60)
    began = time.monotonic()
    with turns.taken(), turns.given_up():
        waited = time.monotonic() - began
        assert holder.is_alive(), "it still has the turn"
    done.set()
    holder.join()
    assert waited > WAIT_SECONDS_MAX * 0.5
    with turns.taken():
        pass  # a turn that was never had was not given back either


def test_a_turn_is_given_up_while_its_holder_waits() -> None:
    turns, order = Turns(), []

    def other() -> None:
        with turns.taken():
            order.append("other")

    with turns.taken():
        thread = threading.Thread(target=other)
        thread.start()
        with turns.given_up():
            thread.join(60)
        order.append("first again")
    assert order == ["other", "first again"]


def test_a_turn_comes_back_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huimin.storage.turns.WAIT_SECONDS_MAX", 60)
    turns = Turns()
    try:
        with turns.taken():
            raise KeyError
    except KeyError:
        pass
    began = time.monotonic()
    with turns.taken():
        pass
    assert time.monotonic() - began < 30


def test_a_long_write_holds_no_reader_up(engine: Engine) -> None:
    started, free = threading.Event(), threading.Event()

    def long_write() -> None:
        engine.write(lambda tx: (started.set(), free.wait(120)))

    writer = threading.Thread(target=long_write)
    writer.start()
    assert started.wait(60)
    answered = threading.Event()

    def till() -> None:
        from huimin.storage.turns import turns

        with turns.taken():
            engine.read(lambda tx: tx.connection.execute("SELECT 1").fetchall())
        answered.set()

    reader = threading.Thread(target=till)
    reader.start()
    assert answered.wait(60)
    free.set()
    writer.join()
    reader.join()
