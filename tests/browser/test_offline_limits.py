"""What a till without network does not do: a pack too old, caps, typed numbers, a full disk, a
clock that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huimin.core.days import parse_instant
from tests.browser.offline_county import OfflineCounty, OfflineTill, make_till
from tests.browser.windows import new_context
from tests.making.cards import make_card

pytestmark = pytest.mark.browser

# The device's clock is off by what localStorage says, and can be set while the page is open.
WRONG_CLOCK = """
(() => {
  const True = Date;
  const off = () => Number(localStorage.getItem("clock-off") || 0);
  globalThis.Date = class extends True {
    constructor(...given) {
      if (given.length) super(...given);
      else super(True.now() + off());
    }
    static now() { return True.now() + off(); }
  };
})();
"""

# As a browser does whose disk is full; its own switch for that has no effect in this Chromium.
FULL_DISK = """
() => {
  IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); };
}
"""


@pytest.fixture
def wrong_clock(offline_county: OfflineCounty, browser: Any) -> Iterator[OfflineTill]:
    """A till whose device shows a time of its own."""
    offline_county.start()
    context = new_context(browser)
    context.add_init_script(WRONG_CLOCK)
    till = make_till(offline_county, context)
    yield till
    context.close()
    assert till.errors == []


def set_clock(till: OfflineTill, **off: float) -> None:
    ms = int(timedelta(**off).total_seconds() * 1000)
    till.page.evaluate(f"localStorage.setItem('clock-off', '{ms}')")


def test_a_pack_that_is_too_old_is_refused_kindly(till: OfflineTill, cards: list[str]) -> None:
    till.context.set_offline(True)
    till.change_pack("valid_until", (datetime.now(UTC) - timedelta(minutes=1)).isoformat())
    assert till.refused(cards[0]) == "offline_pack_expired"
    assert "恢复网络" in till.page.inner_text("#refused-detail")
    till.page.keyboard.press("Escape")
    till.page.locator("#banner-more", has_text="离线资料已过期").wait_for()
    till.context.set_offline(False)
    assert till.sell(cards[0], "128") == "¥117.76"


def test_caps_of_a_sale_and_of_a_card(till: OfflineTill, cards: list[str]) -> None:
    till.context.set_offline(True)
    assert till.sell(cards[0], "1000") == "¥970.00"  # 80 yuan by the rate, 30 a sale
    till.quote(cards[0], "1000")
    assert "每卡上限" in till.page.text_content("#explanation")
    till.page.click("#confirm")
    till.page.wait_for_selector("#done:not([hidden])")
    assert till.page.inner_text("#done-payable") == "¥990.00"
    till.begin(cards[0])
    till.page.wait_for_selector("#sale:not([hidden])")
    till.page.fill("#amount", "10")
    till.page.wait_for_selector("#quote-problem:not([hidden])")
    assert till.page.is_disabled("#confirm")
    till.remember()
    till.context.set_offline(False)
    till.wait_until_sent()
    assert [row["discount_fen"] for row in till.agrees()] == [3_000, 1_000]


def test_a_number_that_was_typed_can_not_be_checked_and_a_made_up_code_is_refused(
    till: OfflineTill, offline_county: OfflineCounty, cards: list[str]
) -> None:
    with offline_county.instance() as instance:
        number = make_card(instance)["number"]
    till.context.set_offline(True)
    assert till.refused(number) == "offline_code_needed"
    forged = cards[0][:-1] + str((int(cards[0][-1]) + 1) % 10)
    till.begin(forged)  # it looks like a code that was read badly
    till.page.locator("#told", has_text="请再扫一次").wait_for()
    assert till.refused(forged) == "card_signature_invalid"


def test_a_full_disk_is_said_before_the_sale_is_done(till: OfflineTill, cards: list[str]) -> None:
    till.context.set_offline(True)
    till.sell(cards[0], "10")
    till.page.evaluate(FULL_DISK)
    till.quote(cards[1], "128")
    till.page.click("#confirm")
    till.page.wait_for_selector("#refused:not([hidden])")
    assert till.page.inner_text("#refused-code") == "offline_storage_full"
    assert "没有成交" in till.page.inner_text("#refused-detail")
    assert len(till.queue()) == 1
    till.page.reload()
    assert till.sell(cards[1], "128") == "¥117.76"
    till.context.set_offline(False)
    till.wait_until_sent()
    assert len(till.agrees()) == 2


@pytest.mark.parametrize("hours", [-30, 5])
def test_a_clock_that_is_wrong_is_measured(
    wrong_clock: OfflineTill, cards: list[str], hours: int
) -> None:
    till = wrong_clock
    till.page = till.new_page()
    till.page.goto(f"{till.county.address}/till/set-up")
    set_clock(till, hours=hours)
    till.set_up()
    till.context.set_offline(True)
    began = datetime.now(UTC)
    till.sell(cards[0], "128")
    sold = datetime.now(UTC)
    till.context.set_offline(False)
    till.wait_until_sent()
    (row,) = till.agrees()
    assert is_between(began, row["occurred_at"], sold)
    assert measured_hours(till, row) == pytest.approx(-hours, abs=0.01)


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_is_set_while_there_is_no_network(
    wrong_clock: OfflineTill, cards: list[str], hours: int
) -> None:
    till = wrong_clock
    till.set_up()
    till.context.set_offline(True)
    began = datetime.now(UTC)
    till.sell(cards[0], "128")
    set_clock(till, hours=hours)
    till.sell(cards[1], "64")
    sold = datetime.now(UTC)
    till.context.set_offline(False)
    till.wait_until_sent()
    rows = till.agrees()
    assert [row["amount_fen"] for row in rows] == [12_800, 6_400]
    assert all(is_between(began, row["occurred_at"], sold) for row in rows)


def is_between(first: datetime, instant: str, last: datetime) -> bool:
    """To the few seconds by which a till may mistake the server's time."""
    leeway = timedelta(seconds=5)
    return first - leeway <= parse_instant(instant) <= last + leeway


def measured_hours(till: OfflineTill, row: dict[str, Any]) -> float:
    """The clock's offset as the server has it on record."""
    with till.county.instance() as instance:
        wanted = "SELECT device_clock_offset_ms AS ms FROM offline_item WHERE order_no = :order_no"
        asked = {"order_no": row["order_no"]}
        (kept,) = instance.engine.read(lambda tx: list(tx.connection.execute(wanted, asked)))
    return float(kept["ms"]) / 3_600_000
