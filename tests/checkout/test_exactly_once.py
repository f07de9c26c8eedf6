"""Exactly once, at a real server: 32 threads fire the same key, order, or last allowance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.open_instance import open_instance
from huimin.settings import Settings
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.served import served

THREADS = 32
DAY_CAP_FEN = 2_500


@dataclass
class Shop:
    """A served county with one card and two tills."""

    port: int
    settings: Settings
    card: dict[str, Any]
    keys: list[str]
    # One for all: each new client reads the machine's certificates.
    http: httpx.Client

    def fire(
        self, body_of: Callable[[int], dict[str, Any]], key_of: Callable[[int], str]
    ) -> list[Any]:
        """One request from each of 32 threads, all at once, the tills in turn."""

        def send(number: int) -> Any:
            body = {
                "card": self.card["token"],
                "amount_fen": 12_800,
                "order_no": f"order-{number}",
                "presented_by": self.card["holder_id"],
                "identity_checked": True,
                **body_of(number),
            }
            headers = {
                "Authorization": f"Bearer {self.keys[number % len(self.keys)]}",
                "Idempotency-Key": key_of(number),
            }
            address = f"http://127.0.0.1:{self.port}/api/v1/redemptions"
            return self.http.post(address, json=body, headers=headers)

        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(send, range(THREADS)))

    def ledger(self) -> tuple[int, int]:
        """How many rows there are and what they gave, after the ledger has proved itself."""
        instance = open_instance(self.settings)
        try:
            assert instance.engine.read(verify_chains) == []
            assert instance.engine.read(check_rollups) == []
            row = instance.engine.read(
                lambda tx: tx.connection.execute(
                    "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(discount_fen), 0) AS BIGINT) AS fen"
                    " FROM ledger"
                ).fetchone()
            )
            return row["n"], row["fen"]
        finally:
            instance.close()


@pytest.fixture
def shop(settings: Settings) -> Iterator[Shop]:
    instance = open_instance(settings)
    make_policy(instance, cap_card_day_fen=DAY_CAP_FEN)
    card = make_card(instance, make_holder(instance))
    outlet = make_outlet(instance)
    keys = [make_terminal(instance, outlet)[1] for _ in range(2)]
    instance.close()
    with served(settings) as port, httpx.Client(timeout=60) as http:
        yield Shop(port, settings, card, keys, http)


def test_the_same_key(shop: Shop) -> None:
    shop.keys = shop.keys[:1]
    answers = shop.fire(lambda _: {"order_no": "order-1"}, lambda _: "key-1")
    told = [answer.json() for answer in answers if answer.status_code == 201]
    assert told
    assert all(body == told[0] for body in told)
    others = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert others <= {"request_in_progress"}
    assert shop.ledger() == (1, 1_024)


def test_the_same_order(shop: Shop) -> None:
    answers = shop.fire(lambda _: {"order_no": "order-1"}, lambda number: f"key-{number}")
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: THREADS - 1}
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert codes == {"order_exists"}
    assert shop.ledger() == (1, 1_024)


def test_the_same_allowance(shop: Shop) -> None:
    answers = shop.fire(lambda _: {}, lambda number: f"key-{number}")
    given = sorted(answer.json()["discount_fen"] for answer in answers if answer.status_code == 201)
    assert given == [452, 1_024, 1_024]
    codes = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert codes == {"cap_reached"}
    assert shop.ledger() == (3, DAY_CAP_FEN)
