"""An alert in a real browser: from the first page to its sales, looked at with a note by keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.browser.accessible import barriers
from tests.browser.conftest import County, Visit
from tests.browser.sizes import at_desk
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.staff import make_staff
from tests.served import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[County]:
    """Two cards, each used four times by one cashier: two alerts, of which one is looked at."""
    folder = Path(tmp_path_factory.mktemp("county")) / "data"
    create_instance(Settings.from_environment(folder, {}))
    instance = open_instance(Settings.from_environment(folder, {}), clock=lambda: datetime.now(UTC))
    try:
        make_policy(instance)
        outlet = make_outlet(instance, name="天池平价超市", opening_hours="24小时")
        _, key = make_terminal(instance, outlet)
        cards = [make_card(instance, make_holder(instance)) for _ in range(2)]
        for card in cards:
            for _ in range(4):
                make_redemption(instance, card, key, amount_fen=12_345, cashier="王敏")
        administrator = make_staff(instance, "administrator", name="李主任")["username"]
        with serving(instance) as port:
            yield County(
                address=f"http://127.0.0.1:{port}",
                cashier="",
                administrator=administrator,
                card=cards[0],
                lost_card=cards[1],
                terminal_key=key,
                manager="",
            )
    finally:
        instance.close()


@at_desk
def test_an_alert_is_looked_at(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.administrator)
    page.goto(visit.county.address + "/today")
    visit.follow(page.get_by_text("条异常提醒待查看"))
    assert barriers(page) == [] and visit.wide() == 0
    before = page.locator("tbody tr").count()
    visit.follow("tbody a")
    page.wait_for_selector("#field-note")
    assert "当天共 4 次" in page.inner_text("main")
    assert page.locator("tbody tr").count() == 4
    assert barriers(page) == [] and visit.wide() == 0
    page.focus("#field-note")
    page.keyboard.type("已问过店长，属分次购买")
    page.keyboard.press("Tab")
    visit.press_enter()
    page.wait_for_selector(".done-words")
    assert "已查看" in page.inner_text(".page-bar")
    assert page.locator("#field-note").count() == 0
    visit.follow(".crumbs a")
    page.wait_for_selector(".filters")
    assert page.locator("tbody tr").count() == before - 1
    assert visit.wide_when_large() == 0
