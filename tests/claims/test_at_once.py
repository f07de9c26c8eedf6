"""Many at once: a claim becomes one redemption, an order one claim, a printing one number."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from huimin.checkout.receipts.receipts import count_print, receipt_of
from huimin.claims.decide import approve_claim, reject_claim
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.ledger.rollups import check_rollups
from tests.making.cards import make_card
from tests.making.claims import make_claim
from tests.making.merchants import make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption

THREADS = 12


def at_once(work: Any) -> list[Any]:
    """`work(n)` in many threads; what each gave, or the code of its refusal."""

    def run(number: int) -> Any:
        try:
            return work(number)
        except Refusal as why:
            return why.code

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_a_claim_is_decided_once(instance: Instance) -> None:
    make_policy(instance)
    card, (_, key) = make_card(instance), make_terminal(instance)
    claim = make_claim(instance, card, key)

    def decide(number: int) -> str:
        given: dict[str, Any] = {"reason": "同时", "now": instance.clock(), "actor": f"a{number}"}
        act = reject_claim if number % 3 == 0 else approve_claim
        instance.engine.write(lambda tx: act(tx, claim["id"], **given))
        return "decided"

    assert Counter(at_once(decide)) == {"decided": 1, "claim_decided": THREADS - 1}
    assert instance.engine.read(check_rollups) == []


def test_two_claims_and_a_sale_share_what_the_day_s_cap_leaves(instance: Instance) -> None:
    make_policy(instance, cap_card_day_fen=1_500)
    card, (_, key) = make_card(instance), make_terminal(instance)
    claims = [make_claim(instance, card, key)["id"] for _ in range(THREADS - 1)]

    def give(number: int) -> int:
        if number == len(claims):
            return int(make_redemption(instance, card, key)["discount_fen"])
        given: dict[str, Any] = {"reason": "", "now": instance.clock(), "actor": "li"}
        row = instance.engine.write(lambda tx: approve_claim(tx, claims[number], **given))
        return int(row["discount_fen"])

    got = at_once(give)
    assert sorted(each for each in got if isinstance(each, int)) == [476, 1_024]
    assert Counter(each for each in got if isinstance(each, str)) == {"cap_reached": THREADS - 2}
    assert instance.engine.read(check_rollups) == []


def test_an_order_has_one_open_claim(instance: Instance) -> None:
    card, (_, key) = make_card(instance), make_terminal(instance)
    got = at_once(lambda _: make_claim(instance, card, key, order_no="A-1")["state"])
    assert Counter(got) == {"submitted": 1, "claim_exists": THREADS - 1}


def test_each_printing_has_its_own_number(instance: Instance) -> None:
    make_policy(instance)
    card, (_, key) = make_card(instance), make_terminal(instance)
    sold = make_redemption(instance, card, key)

    def print_once(_: int) -> int:
        def work(tx: Any) -> int:
            receipt = receipt_of(tx, sold["id"], outlet_id=None, settings=instance.settings)
            return count_print(
                tx, receipt, form="text", width_mm=58, now=instance.clock(), actor="test"
            )

        return instance.engine.write(work)

    got = at_once(print_once)
    assert sorted(each for each in got if isinstance(each, int)) == list(range(1, THREADS + 1))
