"""Several presses in the same moment leave one phone and one code, on both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from huimin.core.days import instant_text
from huimin.instance import Instance
from huimin.my.device import set_device
from huimin.my.one_time_codes import give_code
from huimin.my.sessions import SignedIn
from tests.making.my_card import Phone
from tests.my.conftest import Household

PRESSES = 6


def at_once(press: Callable[[], Any]) -> list[str]:
    """Let it be done by several at the same moment; what they raised."""
    start, problems = threading.Barrier(PRESSES), []

    def work() -> None:
        start.wait()
        try:
            press()
        except Exception as error:
            problems.append(type(error).__name__)

    threads = [threading.Thread(target=work) for _ in range(PRESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return problems


def count(instance: Instance, sql: str, *values: str) -> int:
    mark = "?" if instance.engine.name == "sqlite" else "%s"
    text = sql.replace("?", mark)
    rows = instance.engine.read(lambda tx: tx.connection.execute(text, values).fetchall())
    return len(rows)


@pytest.mark.both_engines
def test_several_presses_at_once_leave_one_phone_and_one_code(
    instance: Instance, home: Household
) -> None:
    holder_id, now = home.holder["id"], instance.clock()
    by: Any = {"now": now, "actor": "test"}
    who = SignedIn("", holder_id, None, home.card["id"], None, now, now)

    def use_a_phone() -> None:
        key = Phone().public_key
        instance.engine.write(lambda tx: set_device(tx, who, key, user_agent=None, **by))

    def ask_for_a_code() -> None:
        instance.engine.write(lambda tx: give_code(tx, instance.personal_data, holder_id, **by))

    assert at_once(use_a_phone) == []
    assert count(instance, "SELECT id FROM my_device WHERE ended_at IS NULL") == 1
    assert at_once(ask_for_a_code) == []
    open_codes = "SELECT id FROM my_code WHERE expires_at > ?"
    assert count(instance, open_codes, instant_text(now)) == 1
