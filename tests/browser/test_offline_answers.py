"""What the server says of sales without network, and answers that are lost: nothing is sold twice,
a refused sale stays listed, and a session that is over costs no sale.
"""

from __future__ import annotations

from typing import Any

import pytest

from huimin.cards.change_state import report_lost
from tests.browser.offline_county import OfflineCounty, OfflineTill, until
from tests.browser.test_till_answers import press_cancel
from tests.browser.windows import till_ready
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_join_code, make_outlet, make_terminal
from tests.making.sales import make_redemption

pytestmark = pytest.mark.browser


def lose_first(till: OfflineTill, address: str, *, after_commit: bool) -> list[str]:
    """The first answer of that address never arrives; what was asked, each time."""
    asked: list[str] = []

    def handle(route: Any) -> None:
        asked.append(route.request.post_data)
        if len(asked) > 1:
            return route.continue_()
        if after_commit:
            route.fetch()
        return route.abort()

    till.context.unroute(f"**{address}")
    till.context.route(f"**{address}", handle)
    return asked


def test_an_answer_lost_after_the_batch_was_entered(till: OfflineTill, cards: list[str]) -> None:
    asked = lose_first(till, "/till/offline-redemptions", after_commit=True)
    till.context.set_offline(True)
    till.sell(cards[0], "128")
    till.sell(cards[1], "64")
    till.context.set_offline(False)
    till.wait_until_sent()
    assert len(asked) == 2
    assert asked[0] == asked[1]  # byte for byte, so that the server knows it again
    assert len(till.agrees()) == 2


@pytest.mark.parametrize("entered", [True, False])
def test_a_sale_without_an_answer_is_not_sold_twice(
    till: OfflineTill, cards: list[str], entered: bool
) -> None:
    lose_first(till, "/till/redeem", after_commit=entered)
    assert till.sell(cards[0], "128") == "¥117.76"
    till.wait_until_sent()
    (row,) = till.agrees()
    assert row["channel"] == ("online" if entered else "offline")


def test_a_sale_that_the_till_can_not_make_alone_is_asked_about_again(
    till: OfflineTill, offline_county: OfflineCounty
) -> None:
    # By its number a card can't be sold to offline, so the till can't go on by itself.
    with offline_county.instance() as instance:
        numbers = [make_card(instance)["number"] for _ in range(2)]
    for number, entered in zip(numbers, (True, False), strict=True):
        lose_first(till, "/till/redeem", after_commit=entered)
        assert till.sell(number, "128") == "¥117.76"
        until(lambda: till.page.evaluate(ASKED) == [])
    rows = till.county.rows(till.terminal["id"])
    assert [(row["kind"], row["channel"]) for row in rows] == [("redemption", "online")] * 2


def test_a_sale_whose_retry_was_throttled_is_taken_back(
    till: OfflineTill, offline_county: OfflineCounty
) -> None:
    """The throttle says nothing about a sale: an attempt before it may have been recorded."""
    with offline_county.instance() as instance:
        number = make_card(instance)["number"]

    def record_and_throttle(route: Any) -> None:
        route.fetch()
        problem = {"code": "too_many_requests", "detail": "操作太频繁", "cashier_message": "请稍等"}
        route.fulfill(status=429, json={**problem, "status": 429, "errors": []})

    till.context.route("**/till/redeem", record_and_throttle)
    till.quote(number, "128")
    till.page.click("#confirm")
    till.page.locator("#recording-says", has_text="操作太频繁").wait_for()
    press_cancel(till.page)
    till.page.locator("#recording-title", has_text="已撤销").wait_for()
    kinds = ["redemption", "reversal"]
    assert [row["kind"] for row in till.county.rows(till.terminal["id"])] == kinds
    until(lambda: till.page.evaluate(ASKED) == [])


ASKED = 'async () => (await import("/static/till/unanswered.js")).leftSales()'


def sell_above_the_cap(till: OfflineTill) -> None:
    """A sale without network, to a card whose day's cap is used up meanwhile at another shop."""
    with till.county.instance() as instance:
        card = make_card(instance)
        till.context.set_offline(True)
        assert till.sell(card["token"], "128") == "¥117.76"
        _, key = make_terminal(instance, make_outlet(instance))
        make_redemption(instance, card, key, amount_fen=62_500)
    till.context.set_offline(False)
    till.wait_until_sent()
    till.page.keyboard.press("Escape")  # it is shown between sales
    till.page.wait_for_selector("#owed:not([hidden])")
    assert till.county.rows(till.terminal["id"]) == []


def test_what_is_refused_stays_until_the_cashier_has_seen_to_it(till: OfflineTill) -> None:
    sell_above_the_cap(till)
    told = till.page.inner_text("#owed")
    assert "1 笔离线优惠没有入账" in told
    assert "¥10.24" in told
    assert "cap_reached" in told
    assert "由商户承担" in told
    assert "登记补录" in told
    till.page.reload()
    till.page.wait_for_selector("#owed:not([hidden])")
    till.page.click("#owed button:text('已处理')")
    till.page.wait_for_selector("#owed", state="hidden")
    assert all(row["ticked"] for row in till.queue())  # gone where a newer pack has come
    till.page.reload()
    till.wait_until_drawn()
    assert not till.page.is_visible("#owed")


def test_what_is_refused_becomes_a_claim(till: OfflineTill) -> None:
    sell_above_the_cap(till)
    (order_no,) = [item["order_no"] for item in till.sold.values()]
    till.page.click("#owed button:text('登记补录')")
    till.page.wait_for_selector("#claim:not([hidden])")
    assert till.page.input_value("#claim-order") == order_no
    assert till.page.input_value("#claim-amount") == "128.00"
    till.page.click("#claim-send")
    till.page.wait_for_selector("#claimed:not([hidden])")
    until(lambda: [row["ticked"] for row in till.queue()] == [True])
    with till.county.instance() as instance:
        wanted = "SELECT amount_fen FROM claim WHERE order_no = :order_no"
        asked = {"order_no": order_no}
        (claim,) = instance.engine.read(lambda tx: list(tx.connection.execute(wanted, asked)))
    assert claim["amount_fen"] == 12_800
    till.page.keyboard.press("Escape")
    till_ready(till.page)
    till.page.wait_for_selector("#owed", state="hidden")


def test_a_session_that_is_over_keeps_the_queue(till: OfflineTill, cards: list[str]) -> None:
    till.context.set_offline(True)
    till.sell(cards[0], "128")
    till.context.clear_cookies()
    till.context.set_offline(False)
    till.page.wait_for_selector("#banner-go:not([hidden])")
    assert till.banner().startswith("1 笔待上传，最早")
    assert "重新登录或重新设置本机" in till.page.inner_text("#banner-more")
    assert [row["status"] for row in till.queue()] == ["waiting"]
    till.page.click("#banner-go a >> nth=1")
    with till.county.instance() as instance:
        till.page.fill("#join-code", make_join_code(instance, till.terminal))
    till.page.keyboard.press("Enter")
    till.page.wait_for_url("**/till/")
    till_ready(till.page)
    till.wait_until_sent()
    assert len(till.agrees()) == 1


def test_many_sales_go_in_batches_and_in_order(till: OfflineTill, cards: list[str]) -> None:
    sizes: list[int] = []
    till.context.on(
        "request",
        lambda asked: (
            sizes.append(len(asked.post_data_json["redemptions"]))
            if asked.url.endswith("/offline-redemptions")
            else None
        ),
    )
    till.context.set_offline(True)
    till.page.evaluate(SELL_MANY, [cards[0], 130])
    till.remember()
    till.context.set_offline(False)
    till.wait_until_sent()
    assert sizes == [100, 30]
    assert [row["amount_fen"] for row in till.agrees()] == [100 + at for at in range(130)]


SELL_MANY = """
async ([card, count]) => {
  const { desk } = await import("/static/till/desk.js");
  await desk.verify(card);
  for (let at = 0; at < count; at += 1) {
    const basket = { card, amount_fen: 100 + at };
    await desk.quote(basket);
    const key = crypto.randomUUID();
    const who = { presented_by: "holder", identity_checked: true };
    await desk.redeem({ ...basket, ...who, order_no: `W-${key}` }, key);
  }
}
"""


def test_sales_of_another_terminal_wait_for_it(till: OfflineTill, cards: list[str]) -> None:
    till.context.set_offline(True)
    till.sell(cards[0], "128")
    till.context.clear_cookies()
    till.context.set_offline(False)
    with till.county.instance() as instance:
        other, _ = make_terminal(instance, till.county.outlet, label="2 号收银台")
    set_up_again(till, other)
    until(lambda: "属于另一台收银终端（1 号收银台）" in till.banner())
    assert [row["status"] for row in till.queue()] == ["waiting"]
    set_up_again(till, till.terminal)
    till.wait_until_sent()
    assert len(till.agrees()) == 1


def set_up_again(till: OfflineTill, terminal: dict[str, Any]) -> None:
    till.join(terminal)
    till_ready(till.page)


def test_a_card_reported_lost_before_the_pack_is_refused_here(
    till: OfflineTill, offline_county: OfflineCounty
) -> None:
    with offline_county.instance() as instance:
        card = make_card(instance, make_holder(instance))
        act = {"card_id": card["id"], "now": instance.clock(), "actor": "test", "reason": "测试"}
        instance.engine.write(lambda tx: report_lost(tx, **act))
    till.fetch_pack()
    till.context.set_offline(True)
    assert till.refused(card["token"]) == "card_denied"
    assert till.queue() == []
