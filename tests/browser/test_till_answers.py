"""Between the press and its answer, which is late, lost, doubled or out of order: nothing but the
way out does anything, no sale is made twice or hidden, and what came of each is said.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from huimin.merchants.reversal_rule import set_reversal_rule
from tests.browser.accessible import barriers
from tests.browser.conftest import Visit
from tests.browser.offline_county import OfflineTill, until
from tests.browser.sizes import at_desk, on_phone
from tests.browser.test_till import begin, choose, count
from tests.browser.windows import till_ready
from tests.making.cards import make_card

pytestmark = pytest.mark.browser


class Held:
    """Questions to one address whose answers come when the test says so."""

    def __init__(self, page: Any, address: str, *, entered: bool) -> None:
        """`entered`: the server gets the question, and only its answer is late."""
        self._page, self._entered = page, entered
        self._waiting: list[tuple[Any, Any]] = []
        self.asked: list[Any] = []
        self._address = f"**{address}"
        page.route(self._address, self._hold)

    def _hold(self, route: Any) -> None:
        answer = route.fetch() if self._entered else None
        self.asked.append(route.request.post_data_json)
        self._waiting.append((route, answer))

    def wait(self, questions: int = 1) -> None:
        until(lambda: self._page.evaluate("true") and len(self.asked) >= questions)

    def wait_for(self, is_asked: Callable[[Any], bool]) -> None:
        """Until a question with such a body has come; others may have come before it."""
        until(lambda: self._page.evaluate("true") and any(map(is_asked, self.asked)))

    def release(self, place: int = 0) -> None:
        """The answer arrives, even if nobody waits for it any more."""
        route, answer = self._waiting.pop(place)
        with contextlib.suppress(Exception):
            route.fulfill(response=answer) if answer else route.continue_()

    def lose(self) -> None:
        self._waiting.pop(0)[0].abort()

    def stop(self) -> None:
        self._page.unroute(self._address)


PATIENCE = "LONG_PATIENCE_MS = 15_000"


def wait_for_any_answer(visit: Visit) -> None:
    """The till gives no answer up, however long this machine is busy with what is looked at."""

    def patient(route: Any) -> None:
        answer = route.fetch()
        assert PATIENCE in answer.text()
        route.fulfill(response=answer, body=answer.text().replace(PATIENCE, f"{PATIENCE}00"))

    visit.page.route("**/static/till/desk.js", patient)


def press(visit: Visit, amount: str, *, entered: bool) -> Held:
    """A sale up to its press; its answer is held."""
    wait_for_any_answer(visit)
    begin(visit)
    choose(visit, amount)
    held = Held(visit.page, "/till/redeem", entered=entered)
    visit.page.keyboard.press("Enter")
    held.wait()
    visit.page.wait_for_selector("#recording:not([hidden])")
    return held


def outcome(page: Any, title: str) -> str:
    page.locator("#recording-title", has_text=title).wait_for()
    page.wait_for_selector("#recording-next:not([hidden])")
    return str(page.inner_text("#recording"))


def press_cancel(page: Any) -> None:
    page.wait_for_selector("#till:not([data-fresh])")
    page.click("#recording-cancel")


def cancelled_sums(visit: Visit) -> int:
    """What today's sales come to, net of what went back."""
    sums = "fetch('/till/today').then(r => r.json()).then(t => t.sums.discount_fen)"
    return int(visit.page.evaluate(sums))


@on_phone
def test_until_the_answer_there_is_one_way_out(visit: Visit) -> None:
    held = press(visit, "128", entered=True)
    page = visit.page
    assert page.inner_text("#recording-title") == "正在记账…"
    assert "¥128.00" in page.inner_text("#recording-amount")
    assert barriers(page) == [] and visit.wide() == 0
    assert not page.is_visible("#sale") and not page.is_visible("#amount")
    for key in ("Enter", "Escape", "5", "Enter"):
        page.keyboard.press(key)
    page.evaluate("document.getElementById('confirm').click()")
    assert page.evaluate("document.getElementById('sales-open').closest('.side').inert")
    visit.scan_by_keys(visit.county.card["number"])
    assert page.inner_text("#recording-title") == "正在记账…"
    buttons = page.locator("#recording button:visible")
    assert [buttons.nth(at).inner_text() for at in range(buttons.count())] == ["取消这一笔"]
    held.release()
    page.wait_for_selector("#done:not([hidden])")
    assert page.inner_text("#done-payable") == "¥117.76"
    assert len(held.asked) == 1


@on_phone
def test_cancelled_before_the_server_had_it(visit: Visit) -> None:
    held = press(visit, "128", entered=False)
    page, before = visit.page, count(visit)
    press_cancel(page)
    words = outcome(page, "记账已取消")
    assert "没有记账" in words and barriers(page) == []
    held.release()
    held.stop()
    body = held.asked[0]
    late = page.evaluate(SEND_LATE, [body, body["order_no"].removeprefix("W-")])
    assert late == "order_cancelled", "it is never recorded afterwards"
    assert count(visit) == before
    page.wait_for_selector("#till:not([data-fresh])")
    page.keyboard.press("Enter")
    till_ready(page)


SEND_LATE = """async ([body, key]) => {
  const { ask } = await import("/static/till/ask.js");
  return ask("/till/redeem", body, key).then(() => "recorded", (problem) => problem.code);
}"""


@on_phone
def test_cancelled_after_the_server_had_it(visit: Visit) -> None:
    begin(visit)
    before = cancelled_sums(visit)
    visit.page.keyboard.press("Escape")
    held = press(visit, "128", entered=True)
    page = visit.page
    press_cancel(page)
    words = outcome(page, "已记上的这一笔已撤销")
    assert "收据号" in words and visit.wide() == 0
    held.release()  # the first answer comes late, and says that all went well
    assert cancelled_sums(visit) == before  # an answer behind that one
    assert page.is_visible("#recording") and not page.is_visible("#done")


@at_desk
def test_a_press_too_many_cancels_nothing(visit: Visit) -> None:
    """The second click of a double click lands where the way out has just appeared."""
    begin(visit)
    choose(visit, "10")
    held = Held(visit.page, "/till/redeem", entered=True)
    visit.page.evaluate(
        "document.getElementById('confirm').click();"
        "document.getElementById('recording-cancel').click()"
    )
    held.wait()
    held.release()
    visit.page.wait_for_selector("#done:not([hidden])")


@on_phone
def test_the_next_card_waits_until_the_sum_was_shown(visit: Visit) -> None:
    held = press(visit, "50", entered=True)
    page = visit.page
    verified: list[str] = []
    page.on("request", lambda one: verified.append(one.url) if "/till/verify" in one.url else None)
    visit.scan_by_keys(visit.county.card["number"])
    held.release()
    page.wait_for_selector("#done:not([hidden])")
    assert page.inner_text("#done-payable") == "¥46.00"
    assert "下一张卡已经读到" in page.inner_text("#told")
    assert verified == []
    page.wait_for_selector("#till:not([data-fresh])")
    page.click("#next")
    page.wait_for_selector("#sale:not([hidden])")
    assert page.input_value("#amount") == "" and len(verified) == 1


@on_phone
def test_a_lost_answer_is_asked_for_again(visit: Visit) -> None:
    begin(visit)
    before = count(visit)
    visit.page.keyboard.press("Escape")
    held = press(visit, "64", entered=True)
    page = visit.page
    held.lose()
    page.locator("#recording-title", has_text="还不知道有没有记上").wait_for()
    assert "先不要收款" in page.inner_text("#recording-says") and visit.wide() == 0
    held.wait(2)
    assert held.asked[0] == held.asked[1]
    held.release()
    page.wait_for_selector("#done:not([hidden])")
    assert page.inner_text("#done-payable") == "¥58.88"
    assert count(visit) == before + 1
    visit.errors[:] = [error for error in visit.errors if "/till/redeem" not in error]


@at_desk
def test_quotes_out_of_order_change_nothing(visit: Visit) -> None:
    begin(visit)
    page = visit.page
    page.keyboard.press("ArrowDown")
    held = Held(page, "/till/quote", entered=True)
    page.fill("#amount", "12")
    held.wait()
    page.fill("#amount", "120")
    held.wait(2)
    held.release(1)
    page.locator("#quote-payable", has_text="¥110.40").wait_for()
    held.release(0)
    page.evaluate("fetch('/healthz').then(answer => answer.text())")
    assert page.inner_text("#quote-payable") == "¥110.40"
    held.stop()
    with page.expect_request("**/till/redeem") as asked:
        page.keyboard.press("Enter")
    assert asked.value.post_data_json["amount_fen"] == 12_000
    page.wait_for_selector("#done:not([hidden])")


@pytest.mark.parametrize("how", ["reload", "back"])
@pytest.mark.parametrize("entered", [True, False])
def test_after_a_reload_it_is_known_what_came_of_it(
    till: OfflineTill, cards: list[str], how: str, entered: bool
) -> None:
    page = till.page
    till.quote(cards[0], "128")
    held = Held(page, "/till/redeem", entered=entered)
    till.stop_clock()  # after three seconds it would sell alone
    page.click("#confirm")
    held.wait()
    if how == "reload":
        page.reload()
    else:
        page.go_back()
        page.goto(f"{till.county.address}/till/")
    if entered:
        page.wait_for_selector("#done:not([hidden])")
        assert page.inner_text("#done-payable") == "¥117.76"
        assert "已经记账" in page.inner_text("#told")
    else:
        assert "页面重新打开之前的那一笔" in outcome(page, "记账已取消")
    rows = till.county.rows(till.terminal["id"])
    assert [row["kind"] for row in rows] == (["redemption"] if entered else [])
    assert till.queue() == []
    held.stop()
    till.context.clock.resume()
    assert till.sell(cards[1], "10") == "¥9.20"


def test_what_was_cancelled_is_never_sold_without_network(
    till: OfflineTill, cards: list[str]
) -> None:
    page = till.page
    till.quote(cards[0], "128")
    held = Held(page, "/till/redeem", entered=True)
    page.route("**/till/cancellations", lambda route: route.abort())
    till.stop_clock()  # after three seconds it would sell alone
    page.click("#confirm")
    held.wait()
    till.context.clock.run_for(1_000)
    press_cancel(page)
    page.locator("#recording-title", has_text="还不知道有没有记上").wait_for()
    page.click("#recording-leave")
    till_ready(page)
    till.context.clock.resume()
    till.fetch_pack()  # it hears how far its clock is ahead
    page.wait_for_selector("#unanswered:not([hidden])")
    assert "1 笔没有得到答复的交易" in page.inner_text("#unanswered")
    assert "正在取消" in page.inner_text("#unanswered") and barriers(page) == []
    assert till.queue() == []
    till.context.set_offline(True)
    till.sell(cards[1], "64")
    page.reload()
    page.wait_for_selector("#unanswered:not([hidden])")
    till.context.set_offline(False)
    page.unroute("**/till/cancellations")
    till.wait_until_sent()
    page.locator("#unanswered-list", has_text="现已全部撤销").wait_for()
    rows = till.county.rows(till.terminal["id"])
    assert [(row["kind"], row["amount_fen"]) for row in rows] == [
        ("redemption", 12_800),
        ("reversal", -12_800),
        ("redemption", 6_400),
    ]
    page.click("#unanswered button:text('知道了')")
    page.wait_for_selector("#unanswered", state="hidden")


def test_undone_without_network_it_is_undone_at_the_server_too(
    till: OfflineTill, cards: list[str]
) -> None:
    """Its answer was late, so the till sold it alone; the server has it all the same."""
    page = till.page
    till.quote(cards[0], "128")
    held = Held(page, "/till/redeem", entered=True)
    page.route("**/till/state", lambda route: route.abort())
    page.click("#confirm")
    held.wait()
    held.lose()
    page.wait_for_selector("#done:not([hidden])")
    page.click("#undo")
    page.locator("#told", has_text="已撤销").wait_for()
    page.unroute("**/till/state")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator("#unanswered-list", has_text="现已全部撤销").wait_for()
    rows = till.county.rows(till.terminal["id"])
    assert [row["kind"] for row in rows] == ["redemption", "reversal"]


def test_what_only_the_manager_may_cancel_is_shown_as_recorded(
    till: OfflineTill, cards: list[str]
) -> None:
    merchant_id = till.county.outlet["merchant_id"]
    with till.county.instance() as instance:
        rule = {"now": instance.clock(), "actor": "test"}
        instance.engine.write(
            lambda tx: set_reversal_rule(tx, merchant_id=merchant_id, confirm_fen=20_000, **rule)
        )
        number = make_card(instance)["number"]
    page = till.page
    till.quote(number, "300")
    held = Held(page, "/till/redeem", entered=True)
    page.click("#confirm")
    held.wait()
    press_cancel(page)
    page.wait_for_selector("#done:not([hidden])")
    assert page.inner_text("#done-payable") == "¥276.00"
    assert "由店长确认" in page.inner_text("#told")
    with till.county.instance() as instance:
        instance.engine.write(
            lambda tx: set_reversal_rule(tx, merchant_id=merchant_id, confirm_fen=None, **rule)
        )
