"""The client of POS makers against the real application: whatever the network does, once or not."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from huimin.cards.change_state import resume_card, suspend_card
from huimin.client import Client, Missed, Refused, Return, Sale, Unclear, Unreachable
from huimin.instance import Instance
from tests.simulation.conftest import ClientTill, ScriptedNetwork

PORTAL = "<html>请先登录商场无线网</html>"


def test_a_sale_and_its_return(till: ClientTill) -> None:
    client = till.client
    assert client.terminal()["outlet"]["name"] == till.shop.outlet["name"]
    people = client.verify(till.shop.card["token"])["may_present"]
    quoted = client.quote(till.shop.card["token"], 12_800, excluded_fen=2_800)
    sale = till.sale(excluded_fen=2_800, presented_by=people[1]["id"], cashier="王敏")
    given = client.redeem(sale)
    assert (given.amount_fen, given.discount_fen, given.payable_fen) == (12_800, 800, 12_000)
    assert given.payable_fen == quoted["payable_fen"]
    assert given.answer["explanation"] == quoted["explanation"]
    back = client.reverse(Return(given.id, "退了一样", 2_800, excluded_fen=2_800))
    assert (back.amount_fen, back.answer["left_fen"]) == (2_800, 10_000)
    found = client.find_by_order(sale.order_no)
    assert found is not None and found.id == given.id
    day = client.statement(date(2026, 10, 31))
    assert day["sums"]["payable_fen"] == given.payable_fen - back.payable_fen
    assert client.find_by_order("unheard-of") is None


@pytest.mark.parametrize("fault", ["lost", "dropped", "held"])
def test_a_retry_sends_the_very_same_and_is_one_sale(till: ClientTill, fault: str) -> None:
    till.network.script = [fault]
    sale = till.sale()
    given = till.client.redeem(sale)
    first, second = till.network.sent
    assert first.content == second.content
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] == sale.key
    for answer in till.network.deliver_held():
        assert answer.json()["id"] == given.id
    assert till.rows == 1
    assert len(till.slept) == 1


def test_a_sale_is_stored_before_it_is_sent(till: ClientTill) -> None:
    till.network.script = ["lost"] * 4
    sale = till.sale()
    with pytest.raises(Unclear):
        till.client.redeem(sale)
    assert till.stored == [sale]


def test_an_unclear_answer_is_looked_up_by_its_order(till: ClientTill) -> None:
    till.network.script = ["dropped", "dropped", "dropped"]
    sale = till.sale()
    given = till.client.redeem(sale)
    assert (given.order_no, given.payable_fen) == (sale.order_no, 11_776)
    assert till.network.sent[-1].url.params["order_no"] == sale.order_no
    assert till.rows == 1


@pytest.mark.parametrize("arrived", [True, False])
def test_what_stays_unclear_is_settled_later(till: ClientTill, arrived: bool) -> None:
    sale = till.sale()
    till.network.script = ["dropped" if arrived else "lost", *["lost"] * 5]
    with pytest.raises(Unclear) as caught:
        till.client.redeem(sale)
    assert caught.value.what == sale.order_no and "settle" in caught.value.advice
    given = till.client.settle(sale)
    assert given.payable_fen == 11_776
    assert till.client.settle(sale).id == given.id
    assert till.rows == 1


@pytest.mark.parametrize("arrived", [True, False])
def test_a_cancelled_sale_can_not_arrive_later(till: ClientTill, arrived: bool) -> None:
    sale = till.sale()
    till.network.script = ["dropped" if arrived else "lost", "held", "lost", "lost", "lost", "lost"]
    with pytest.raises(Unclear):
        till.client.redeem(sale)
    till.network.script = ["dropped"]
    cancelled = till.client.cancel(sale.order_no)
    assert (cancelled.redemption is not None) is arrived
    (late,) = till.network.deliver_held()
    assert late.status_code == (201 if arrived else 409)
    assert till.rows == (2 if arrived else 0)
    statement = till.client.statement("2026-10-31")
    assert statement["sums"]["amount_fen"] == statement["sums"]["discount_fen"] == 0
    with pytest.raises(Refused):
        till.client.redeem(till.sale(order_no=sale.order_no))


def test_a_refusal_says_what_to_say(till: ClientTill) -> None:
    with pytest.raises(Refused) as caught:
        till.client.redeem(till.sale(identity_checked=False))
    refused = caught.value
    assert (refused.status, refused.code) == (422, "identity_unchecked")
    assert refused.detail and refused.cashier_message
    with pytest.raises(Refused) as caught:
        till.client.redeem(till.sale(amount_fen=-1))
    assert caught.value.errors[0]["field"] == "amount_fen"
    assert till.rows == 0 and till.slept == []


def test_a_refused_sale_stays_refused_when_its_first_try_arrives_at_last(till: ClientTill) -> None:
    act: dict[str, Any] = {
        "card_id": till.shop.card["id"],
        "actor": "test",
        "now": till.shop.instance.clock(),
        "reason": "核对中",
    }
    sale = till.sale()
    till.shop.instance.engine.write(lambda tx: suspend_card(tx, **act))
    till.network.script = ["held"]
    with pytest.raises(Refused, match="card_suspended"):
        till.client.redeem(sale)
    till.shop.instance.engine.write(lambda tx: resume_card(tx, **act))
    (late,) = till.network.deliver_held()
    assert late.json()["code"] == "order_cancelled"
    assert till.rows == 0


def test_a_number_given_twice_does_not_touch_the_other_sale(till: ClientTill) -> None:
    first = till.client.redeem(till.sale(order_no="1"))
    till.network.script = ["lost"]
    with pytest.raises(Refused, match="order_exists"):
        till.client.redeem(till.sale(order_no="1"))
    till.network.script = ["lost"] * 3
    with pytest.raises(Refused, match="order_exists"):
        till.client.redeem(till.sale(order_no="1", amount_fen=500))
    found = till.client.find_by_order("1")
    assert found is not None
    assert (found.id, found.answer["net"]["amount_fen"]) == (first.id, 12_800)


def test_an_answer_of_somebody_in_between_is_none(till: ClientTill) -> None:
    till.network.script = [
        httpx.Response(200, text=PORTAL),
        httpx.Response(502, text="<h1>Bad Gateway</h1>"),
    ]
    assert till.client.redeem(till.sale()).payable_fen == 11_776
    till.network.script = [httpx.Response(302, headers={"Location": "http://portal/"})] * 3
    with pytest.raises(Unreachable):
        till.client.verify(till.shop.card["token"])


def test_the_server_s_wish_to_wait_is_heard(till: ClientTill) -> None:
    problem = {"code": "request_in_progress", "detail": "", "cashier_message": ""}
    till.network.script = [httpx.Response(409, json=problem, headers={"Retry-After": "4"})]
    till.client.redeem(till.sale())
    assert till.slept[0] >= 2.0


def test_a_return_names_lines_or_sums_and_a_zero_is_said(till: ClientTill) -> None:
    goods = ({"name": "米", "amount_fen": 10_000}, {"name": "烟", "amount_fen": 2_800})
    by_line = till.client.redeem(till.sale(items=goods))
    back = till.client.reverse(Return(by_line.id, "退货", items=({"index": 1},)))
    assert (back.amount_fen, back.answer["lines"][0]["name"]) == (2_800, "烟")
    by_sum = till.client.redeem(till.sale(excluded_fen=2_800))
    back = till.client.reverse(Return(by_sum.id, "退货", 10_000, excluded_fen=0))
    assert back.discount_fen == by_sum.discount_fen
    with pytest.raises(Refused) as caught:
        till.client.reverse(Return(by_sum.id, "退货", 0))
    assert caught.value.code == "invalid_input"


def test_an_unclear_return_is_sent_again_and_is_one(till: ClientTill) -> None:
    given = till.client.redeem(till.sale())
    back = Return(given.id, "退货", 2_800)
    till.network.script = ["dropped", "dropped", "dropped"]
    with pytest.raises(Unclear):
        till.client.reverse(back)
    assert till.client.reverse(back).amount_fen == 2_800
    assert till.rows == 2


def test_a_cancellation_that_is_not_answered_says_so(till: ClientTill) -> None:
    till.network.script = ["lost"] * 3
    with pytest.raises(Unclear) as caught:
        till.client.cancel("1")
    assert caught.value.what == "1" and "cancel" in caught.value.advice


@pytest.mark.parametrize("fault", ["lost", "dropped"])
def test_a_missed_discount_is_claimed_once(till: ClientTill, fault: str) -> None:
    missed = Missed(till.shop.card["token"], 12_800, "W-1", excluded_fen=800, note="没带卡")
    till.network.script = [fault] * 3
    with pytest.raises(Unclear) as caught:
        till.client.claim(missed)
    assert caught.value.what == "W-1" and "claim" in caught.value.advice
    claim = till.client.claim(missed)
    assert till.network.sent[0].content == till.network.sent[-1].content
    assert (claim.order_no, claim.state, claim.amount_fen) == ("W-1", "submitted", 12_800)
    assert claim.answer["source"] == "refusal" and claim.answer["excluded_fen"] == 800
    assert till.client.claim(missed) == claim
    assert till.client.find_claim(claim.id) == till.client.find_claim(claim.claim_no) == claim
    with pytest.raises(Refused) as again:
        till.client.claim(Missed(till.shop.card["token"], 12_800, "W-1"))
    assert again.value.code == "claim_exists"
    assert till.client.find_claim("no-such") is None
    assert till.rows == 0


def test_an_earlier_day_s_purchase_is_claimed_with_its_day(till: ClientTill) -> None:
    missed = Missed(till.shop.card["token"], 5_000, occurred_on=date(2026, 10, 30), cashier="王敏")
    claim = till.client.claim(missed)
    assert claim.order_no == missed.order_no and claim.business_day == "2026-10-30"
    assert (claim.answer["source"], claim.answer["cashier"]) == ("missed", "王敏")


def test_ids_are_made_anew_for_each_sale() -> None:
    def sale() -> Sale:
        return Sale("c", 1, "p", True)

    assert len({sale().order_no for _ in range(50)} | {sale().key for _ in range(50)}) == 100


@pytest.mark.both_engines
def test_what_was_sold_offline_is_handed_in_once(app: Any, instance: Instance) -> None:
    from tests.making.offline import make_offline_till

    shop = make_offline_till(app.test_client(), instance)
    network = ScriptedNetwork(app)
    client = Client("http://till.test", shop.key, transport=network, sleep=lambda _: None)
    assert client.offline_pack()["caps"] == shop.pack["caps"]
    sales = [shop.item(amount_fen=1_000, discount_fen=80) for _ in range(3)]
    network.script = ["dropped"]
    told = client.send_offline(sales)
    assert [one["client_id"] for one in told] == [sale["client_id"] for sale in sales]
    assert {one["status"] for one in told} == {"duplicate"}
    assert shop.ledger_rows() == 3
    network.script = ["lost"] * 3
    with pytest.raises(Unclear):
        client.send_offline(sales)
