"""A large sale that the till gave up without an answer, and that was entered all the same: only the
manager takes it back, so the page shows it until somebody has.
"""

from __future__ import annotations

from typing import Any

import pytest

from huimin.merchants.reversal_rule import set_reversal_rule
from tests.browser.accessible import barriers
from tests.browser.offline_county import OfflineCounty, OfflineTill, until
from tests.browser.test_offline_answers import ASKED
from tests.browser.test_till_answers import Held, press_cancel
from tests.browser.windows import till_ready
from tests.making.cards import make_card
from tests.making.merchants import make_outlet, make_terminal
from tests.making.staff import PASSWORD, make_staff

pytestmark = pytest.mark.browser


@pytest.fixture
def manager(offline_county: OfflineCounty) -> str:
    """The username of the manager, whose word is needed above 200 yuan."""
    merchant_id = offline_county.outlet["merchant_id"]
    with offline_county.instance() as instance:
        rule = {"confirm_fen": 20_000, "now": instance.clock(), "actor": "test"}
        instance.engine.write(lambda tx: set_reversal_rule(tx, merchant_id=merchant_id, **rule))
        return str(make_staff(instance, "merchant_manager", merchant_id=merchant_id)["username"])


def leave_without_an_answer(till: OfflineTill, amount: str) -> None:
    """The server enters the sale; neither that nor the cashier's cancelling is ever answered."""
    with till.county.instance() as instance:
        number = make_card(instance)["number"]

    def record_in_silence(route: Any) -> None:
        route.fetch()
        route.abort()

    till.page.route("**/till/redeem", record_in_silence)
    till.page.route("**/till/cancellations", lambda route: route.abort())
    till.quote(number, amount)
    till.page.click("#confirm")
    till.page.locator("#recording-title", has_text="还不知道有没有记上").wait_for()
    press_cancel(till.page)
    till.page.click("#recording-leave")
    till_ready(till.page)
    till.page.unroute("**/till/redeem")


def give_up(till: OfflineTill, card: str) -> None:
    """300 yuan that the server enters and the till gives up; then 64 yuan without network."""
    leave_without_an_answer(till, "300")
    till.context.set_offline(True)
    till.sell(card, "64")
    till.page.unroute("**/till/cancellations")
    till.context.set_offline(False)
    till.wait_until_sent()
    till.page.keyboard.press("Escape")  # it is shown between sales
    till.page.wait_for_selector("#entered:not([hidden])")


def written(till: OfflineTill) -> list[tuple[Any, ...]]:
    return [(row["kind"], row["amount_fen"]) for row in till.county.rows(till.terminal["id"])]


# Returns when the till has told the server everything, and has heard of everything.
WHOLE_ROUND = """async () => {
  const { onAnnounce } = await import("/static/till/leader.js");
  await new Promise((done) => {
    onAnnounce("sync", ({ problem, terminal }) => problem || !terminal || done());
    dispatchEvent(new Event("online"));
  });
}"""
BOTH = [("redemption", 30_000), ("redemption", 6_400)]


def test_the_manager_takes_back_what_was_entered_after_all(
    till: OfflineTill, manager: str, cards: list[str]
) -> None:
    give_up(till, cards[0])
    assert written(till) == BOTH
    page = till.page
    (left,) = page.evaluate(ASKED)
    told = page.inner_text("#entered")
    assert "1 笔没有答复的交易其实已经入账" in told
    assert "¥300.00" in told and left["order_no"] in told and "和店长一起退回" in told
    assert barriers(page) == []
    page.reload()
    page.click("#entered button:text('查找这一笔')")
    page.click("#sales-list li button")
    page.wait_for_selector("#reverse-amount:focus")
    page.click("#reverse-confirm")
    page.fill("#manager-name", manager)
    page.fill("#manager-password", PASSWORD)
    page.click("#reverse-confirm")
    page.wait_for_selector("#reversed:not([hidden])")
    page.keyboard.press("Escape")
    page.wait_for_selector("#entered", state="hidden")
    assert page.evaluate(ASKED) == []
    assert written(till) == [*BOTH, ("reversal", -30_000)]
    assert till.errors == []


def test_what_the_customer_paid_is_kept(till: OfflineTill, manager: str, cards: list[str]) -> None:
    give_up(till, cards[0])
    # It is kept at the moment in which the till asks the server about it once more.
    held = Held(till.page, "/till/cancellations", entered=True)
    till.page.evaluate("dispatchEvent(new Event('online'))")
    held.wait()
    till.page.click("#entered button:text('顾客已付，保留')")
    till.page.wait_for_selector("#entered", state="hidden")
    with till.page.expect_request("**/till/state"):  # the next round, behind the one that is held
        till.page.evaluate("dispatchEvent(new Event('online'))")
        held.release()
    held.stop()
    assert till.page.evaluate(ASKED) == []
    assert not till.page.is_visible("#entered")
    till.page.reload()
    till.wait_until_drawn()
    assert not till.page.is_visible("#entered")
    assert written(till) == BOTH


def test_another_outlet_s_till_leaves_it_alone_and_says_where_it_belongs(
    till: OfflineTill,
) -> None:
    page, county = till.page, till.county
    with county.instance() as instance:
        other, _ = make_terminal(instance, make_outlet(instance, name="北街药店"))
    # The network stays away until the device is another till.
    leave_without_an_answer(till, "128")
    until(lambda: len(page.evaluate(ASKED)) == 1)
    (left,) = page.evaluate(ASKED)
    _become(till, other)
    page.unroute("**/till/cancellations")
    page.wait_for_selector("#elsewhere:not([hidden])")
    said = page.inner_text("#elsewhere")
    assert "1 笔没有答复的交易要在另一台收银终端处理" in said and left["order_no"] in said
    assert "天池平价超市" in said and page.locator("#elsewhere button").count() == 0
    assert not page.is_visible("#entered")
    assert barriers(page) == []
    # However often the other till reaches the server, the sale stays noted and stays entered.
    page.evaluate(WHOLE_ROUND)
    assert [sale["order_no"] for sale in page.evaluate(ASKED)] == [left["order_no"]]
    assert county.rows(other["id"]) == []
    assert written(till) == [("redemption", 12_800)]
    _become(till, till.terminal)
    until(lambda: page.evaluate(ASKED) == [])
    assert written(till) == [("redemption", 12_800), ("reversal", -12_800)]
    page.wait_for_selector("#elsewhere", state="hidden")


def _become(till: OfflineTill, terminal: dict[str, Any]) -> None:
    """Make the device a till of that terminal."""
    till.join(terminal)
    till_ready(till.page)
