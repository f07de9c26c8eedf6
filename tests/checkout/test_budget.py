"""A policy's budget: never a fen more, never refused while enough is left, on both engines."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from huimin.access.terminal_keys import terminal_of_key
from huimin.checkout.offline.decide_waiting import accept_waiting
from huimin.checkout.offline.items import ItemCriteria, items_before
from huimin.checkout.redeem import redeem
from huimin.checkout.requests import RedemptionRequest, ReversalRequest
from huimin.checkout.reverse import reverse
from huimin.core.card_token import check_card
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.ledger.budget import budget_used
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups, rebuild_rollups
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.claims import file_claim
from tests.making.holders import make_holder
from tests.making.merchants import make_terminal
from tests.making.offline import OFFLINE, make_offline_till
from tests.making.policies import make_policy
from tests.making.till import make_till

# 1 280 fen of 160.00 yuan, of which the government pays 512.
HALF = {"merchant_share_bp": 6_000}


def used(instance: Instance, budget_version: int = 1) -> int:
    return instance.engine.read(lambda tx: budget_used(tx, "jiuerzhe", budget_version))


def prove(instance: Instance) -> None:
    """The counter is what the rows say, and can be made again from them."""
    assert instance.engine.read(check_rollups) == []
    assert instance.engine.read(verify_chains) == []
    instance.engine.write(lambda tx: tx.connection.execute("UPDATE policy_budget SET used_fen = 1"))
    (difference,) = rebuild_rollups(instance.engine)
    assert difference.table == "policy_budget"
    assert instance.engine.read(check_rollups) == []


@pytest.mark.both_engines
def test_the_last_sale_gets_what_is_left_and_the_next_is_refused(
    client: Any, instance: Instance
) -> None:
    till = make_till(client, instance, policy={**HALF, "budget_fen": 1_000})
    card = {"card": till.card["token"]}
    assert till.post("/cards/verify", card).json["remaining"]["budget_fen"] == 2_501
    sold = till.redeem(amount_fen=16_000)
    assert sold.json["discount_fen"] == 1_280
    last = till.redeem(amount_fen=16_000)
    # 488 fen are left for the government: 1 221 fen of discount, and not one more.
    assert (last.status_code, last.json["discount_fen"], last.json["caps"]) == (
        *(201, 1_221),
        ["budget"],
    )
    assert "政策预算" in "".join(last.json["explanation"])
    assert used(instance) == 1_000
    assert till.post("/cards/verify", card).json["remaining"]["budget_fen"] == 0
    for answer in (
        till.redeem(amount_fen=16_000),
        till.post("/quotes", {**card, "amount_fen": 16_000}),
    ):
        assert (answer.status_code, answer.json["code"]) == (422, "budget_used_up")
        assert "资金" in answer.json["cashier_message"]
    back = till.reverse(sold.json["id"], "back", amount_fen=8_000)
    assert back.json["discount_fen"] == 640
    assert used(instance) == 1_000 - 256
    assert till.redeem(amount_fen=8_000).json["discount_fen"] == 640
    assert used(instance) == 1_000
    prove(instance)


@pytest.mark.both_engines
def test_all_tills_at_once_never_exceed_it(client: Any, instance: Instance) -> None:
    till = make_till(client, instance, policy={**HALF, "budget_fen": 5_003})
    keys = [make_terminal(instance, till.outlet)[1] for _ in range(4)]
    cards = [make_card(instance, make_holder(instance)) for _ in range(4)]
    dice = random.Random(7)
    amounts = [dice.randint(5_000, 20_000) for _ in range(40)]

    def sell(number: int) -> Any:
        card = cards[number % 4]
        request = RedemptionRequest(
            card=check_card(card["token"], instance.key_ring.public_keys()),
            amount_fen=amounts[number],
            order_no=f"n-{number}",
            presented_by=card["holder_id"],
            identity_checked=True,
        )
        now = instance.clock()

        def work(tx: Any) -> dict[str, Any]:
            terminal = terminal_of_key(tx, keys[number // 4 % 4])
            sold = redeem(tx, request, terminal=terminal, now=now)
            if number % 5 == 0:
                back = ReversalRequest(amount_fen=None, reason="退货", cashier=None)
                reverse(tx, sold["id"], back, terminal=terminal, now=now)
            return sold

        try:
            return instance.engine.write(work)
        except Refusal as refused:
            return refused.code

    with ThreadPoolExecutor(12) as pool:
        sold = list(pool.map(sell, range(40)))
    codes = {each for each in sold if isinstance(each, str)}
    assert codes == {"budget_used_up"}, "they asked for more than there was"
    # Nobody was refused while a fen was left: all of it is used.
    assert used(instance) == 5_003
    prove(instance)


def test_an_offline_sale_made_while_it_ran_out_waits_and_is_entered_once_there_is_more(
    client: Any, instance: Instance, clock: FixedClock
) -> None:
    till = make_offline_till(client, instance, policy={**HALF, "budget_fen": 600})
    assert "budget_fen" not in till.pack["policies"][0]
    first, second = till.item(), till.item()
    (entered,) = till.send(first)
    assert entered["status"] == "accepted"
    (waiting,) = till.send(second)
    assert (waiting["status"], waiting["code"]) == ("waiting", "budget_used_up")
    read = instance.engine.read
    sale_id = read(lambda tx: items_before(tx, ItemCriteria(status="waiting"), "", 1))[0]["id"]

    def accept() -> Any:
        by = {"now": instance.clock(), "actor": "li"}
        return instance.engine.write(lambda tx: accept_waiting(tx, sale_id, reason="核实", **by))

    with pytest.raises(Refusal, match="预算已用完"):
        accept()
    clock.advance(hours=24)
    today = instance.clock().date().isoformat()
    raised = make_policy(instance, **{**OFFLINE, **HALF, "budget_fen": 6_000, "starts_on": today})
    assert (raised.version, raised.budget_version) == (2, 1)
    accept()
    assert used(instance) == 2 * 410
    assert instance.engine.read(check_rollups) == []


def test_a_claim_gets_what_is_left_and_a_new_budget_counts_anew(
    client: Any, instance: Instance
) -> None:
    till = make_till(client, instance, policy={**HALF, "budget_fen": 100})
    claim = file_claim(till)
    assert claim.status_code == 201
    assert till.redeem(amount_fen=16_000).json["discount_fen"] == 251
    assert till.redeem().json["code"] == "budget_used_up"
    today = instance.clock().date().isoformat()
    anew = make_policy(instance, **HALF, budget_fen=50_000, budget_goes_on=False, starts_on=today)
    assert anew.budget_version == 2
    assert till.redeem(amount_fen=16_000).json["discount_fen"] == 1_280
    assert (used(instance, 1), used(instance, 2)) == (100, 512)
    assert instance.engine.read(check_rollups) == []
