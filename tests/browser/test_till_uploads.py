"""A server that answers, but not to uploads: the till waits longer each time, and as long as it is
asked to. The page's clock is the test's, so that no machine is too slow for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.offline_county import OfflineTill, until

pytestmark = pytest.mark.browser

TEN_SECONDS = 10
ANSWERS: dict[str, Callable[[Any], None]] = {
    "503": lambda route: route.fulfill(status=503, body="busy"),
    "dropped": lambda route: route.abort(),
    "another page": lambda route: route.fulfill(
        status=200, content_type="text/html", body="<h1>请先登录本店的无线网</h1>"
    ),
}


def uploads(till: OfflineTill, card: str, answer: Callable[[Any], None]) -> list[str]:
    """Sell one without network; then only uploads fail. What is uploaded from then on.

    The page's time stands still in it and after it, unless the test lets some pass.
    """
    sent: list[str] = []

    def handle(route: Any) -> None:
        sent.append(route.request.post_data)
        answer(route)

    till.stop_clock()
    till.fetch_pack()  # it hears how far its clock is ahead
    till.context.set_offline(True)
    sell(till, card, "128")
    till.context.route("**/till/offline-redemptions", handle)
    till.context.set_offline(False)
    until(lambda: till.banner() != "" and len(sent) >= 1)
    return sent


def pass_seconds(till: OfflineTill, seconds: int) -> None:
    for _ in range(seconds * 4):
        till.context.clock.run_for(250)
        till.page.evaluate("fetch('/healthz').then(answer => answer.text())")


def sell(till: OfflineTill, card: str, amount: str) -> None:
    """In no more time than the page waits for another key of the amount."""
    till.begin(card)
    till.page.wait_for_selector("#sale:not([hidden])")
    till.page.check("#presenters input >> nth=0")
    till.page.fill("#amount", amount)
    till.context.clock.run_for(250)
    till.page.click("#confirm:not([disabled])")
    till.page.wait_for_selector("#done:not([hidden])")


@pytest.mark.parametrize("how", ANSWERS)
def test_uploads_that_fail_are_tried_less_and_less(
    till: OfflineTill, cards: list[str], how: str
) -> None:
    sent = uploads(till, cards[0], ANSWERS[how])
    pass_seconds(till, TEN_SECONDS)
    # Pauses of 1, 2, 4 and 8 seconds, each shortened by half at most.
    assert 3 <= len(sent) <= 5
    assert till.banner().startswith("1 笔待上传")
    assert "过一会儿自动再试" in till.page.inner_text("#banner-more")
    till.context.clock.resume()
    # Whoever comes next is served by the server all the same.
    till.begin(cards[1])
    till.page.wait_for_selector("#sale:not([hidden])")
    assert "*" in till.page.inner_text("#presenters")


def test_the_pause_that_the_server_asks_for_is_kept(till: OfflineTill, cards: list[str]) -> None:
    def busy(route: Any) -> None:
        route.fulfill(status=503, headers={"Retry-After": "60"}, body="busy")

    sent = uploads(till, cards[0], busy)
    pass_seconds(till, 3)
    till.page.evaluate("dispatchEvent(new Event('online'))")
    sell(till, cards[1], "10")
    pass_seconds(till, TEN_SECONDS)
    assert len(sent) == 1
    till.context.unroute("**/till/offline-redemptions")
    till.context.clock.run_for(75_000)
    till.wait_until_sent()
    rows = till.county.rows(till.terminal["id"])
    assert [(row["channel"], row["amount_fen"]) for row in rows] == [
        ("online", 1_000),
        ("offline", 12_800),
    ]
