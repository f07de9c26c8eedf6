"""Without network: any sale can be taken back and has a slip with its number; claims are kept.

A sale on which people decide says so until they have.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from huimin.checkout.offline.decide_waiting import accept_waiting
from huimin.core.days import instant_text
from tests.browser.offline_county import OfflineTill, until
from tests.browser.test_offline_answers import ASKED

pytestmark = pytest.mark.browser


def press_undo(till: OfflineTill, order_no: str) -> None:
    """Both presses."""
    till.page.evaluate("document.getElementById('queued').open = true")
    for text in ("撤销", "真的要撤销"):
        till.page.click(f"#queued-list li:has-text('{order_no}') button:text-matches('^{text}')")


def test_any_unsent_sale_can_be_taken_back(till: OfflineTill, cards: list[str]) -> None:
    till.context.set_offline(True)
    for card in cards[:3]:
        till.sell(card, "128")
    orders = [row["item"]["order_no"] for row in till.queue()]
    till.page.keyboard.press("Escape")
    press_undo(till, orders[0])
    until(lambda: till.queue()[0].get("withdrawn") is True)
    till.page.locator("#queued-list", has_text="等服务器取消").wait_for()
    press_undo(till, orders[2])
    until(lambda: till.queue()[2]["status"] == "cancelled")
    till.context.set_offline(False)
    till.wait_until_sent()
    (row,) = [row for row in till.county.rows(till.terminal["id"]) if row["kind"] == "redemption"]
    assert row["order_no"] == orders[1]
    assert [row["status"] for row in till.queue()] == ["cancelled", "accepted", "cancelled"]


def test_a_sale_that_may_have_been_sent_is_cancelled_by_its_order(
    till: OfflineTill, cards: list[str]
) -> None:
    till.context.set_offline(True)
    till.sell(cards[0], "128")
    (order_no,) = [row["item"]["order_no"] for row in till.queue()]
    lost: list[str] = []
    back: list[bool] = []

    def handle(route: Any) -> None:
        if back:
            return route.continue_()
        if not lost:
            route.fetch()  # it is entered, but the answer is lost
        lost.append(route.request.post_data)
        return route.abort()

    till.context.route("**/till/offline-redemptions", handle)
    till.context.set_offline(False)
    until(lambda: till.queue()[0]["status"] == "sent" and bool(lost))
    till.page.keyboard.press("Escape")
    press_undo(till, order_no)
    until(lambda: till.queue()[0].get("withdrawn") is True)
    back.append(True)
    till.wait_until_sent()
    until(lambda: till.page.evaluate(ASKED) == [])  # and the order is cancelled
    rows = till.county.rows(till.terminal["id"])
    assert sum(row["discount_fen"] for row in rows) == 0
    assert {row["kind"] for row in rows} == {"redemption", "reversal"}


def test_the_slip_has_the_order_number(till: OfflineTill, cards: list[str]) -> None:
    till.context.set_offline(True)
    till.sell(cards[0], "128")
    till.page.evaluate("window.print = () => { window.printed = true; }")
    assert till.page.inner_text("#print") == "离线交易凭条"
    till.page.click("#print")
    until(lambda: till.page.evaluate("window.printed === true"))
    (order_no,) = [row["item"]["order_no"] for row in till.queue()]
    slip = till.page.text_content("#paper")
    for text in (order_no, "¥128.00", "¥117.76", "尚无收据号"):
        assert text in slip


def test_a_claim_without_network_is_kept_and_filed_later(
    till: OfflineTill, cards: list[str]
) -> None:
    with till.county.instance() as instance:
        from huimin.cards.change_state import report_lost
        from tests.making.cards import make_card

        card = make_card(instance)
        act = {"card_id": card["id"], "now": instance.clock(), "actor": "t", "reason": "测试"}
        instance.engine.write(lambda tx: report_lost(tx, **act))
    till.fetch_pack()
    till.context.set_offline(True)
    assert till.refused(card["token"]) == "card_denied"
    till.page.click("#claim-offer")
    till.page.fill("#claim-amount", "50")
    till.page.fill("#claim-order", "shop-77")
    till.page.click("#claim-send")
    till.page.wait_for_selector("#claimed:not([hidden])")
    assert "联网后生成" in till.page.inner_text("#claimed-number")
    till.page.reload()  # it is kept
    till.page.wait_for_selector("#kept-claims:not([hidden])")
    assert "联网后自动登记" in till.page.inner_text("#kept-claims")
    till.context.set_offline(False)
    till.page.wait_for_selector("#kept-claims:has-text('已登记，补录号')")
    with till.county.instance() as instance:
        wanted = "SELECT amount_fen, refusal_code FROM claim WHERE order_no = 'shop-77'"
        (claim,) = instance.engine.read(lambda tx: list(tx.connection.execute(wanted)))
    assert (claim["amount_fen"], claim["refusal_code"]) == (5_000, "card_denied")
    till.page.click("#kept-claims button:text('知道了')")
    till.page.wait_for_selector("#kept-claims", state="hidden")


def test_what_people_decide_on_says_so_until_they_have(till: OfflineTill, cards: list[str]) -> None:
    # The pack is of before packs were recorded, so nobody can tell whether it was given.
    with till.county.instance() as instance:
        now = instance.clock()
        upgraded = {"at": instant_text(now)}
        statement = "UPDATE schema_migration SET name = 'offline_packs', applied_at = :at"
        instance.engine.write(lambda tx: tx.connection.execute(statement, upgraded))
    till.change_pack("id", None)
    till.change_pack("issued_at", instant_text(now - timedelta(minutes=1)))
    till.context.set_offline(True)
    till.sell(cards[0], "128")
    till.context.set_offline(False)
    until(lambda: [row["status"] for row in till.queue()] == ["undecided"])
    till.page.keyboard.press("Escape")
    until(lambda: till.banner().startswith("1 笔已上传，等县里核定"))
    assert "由县里核定后入账" in till.page.text_content("#queued-list")
    assert till.county.rows(till.terminal["id"]) == []
    with till.county.instance() as instance:
        by = {"now": instance.clock(), "actor": "li", "reason": "看过小票"}
        wanted = "SELECT id FROM offline_item WHERE terminal_id = :id"
        asked = {"id": till.terminal["id"]}
        (item,) = instance.engine.read(lambda tx: list(tx.connection.execute(wanted, asked)))
        instance.engine.write(lambda tx: accept_waiting(tx, item["id"], **by))
    till.page.reload()  # it asks at start, and every five minutes
    until(lambda: [row["status"] for row in till.queue()] in ([], ["duplicate"]))
    till.agrees()
