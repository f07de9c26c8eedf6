"""A holder's phone at the till page: scanned, amount, confirmed; a second time a kind sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huimin.cards.changing_code import code_of
from huimin.keys.key_ring import KeyRing
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.browser.accessible import barriers
from tests.browser.conftest import County, Visit
from tests.browser.sizes import on_phone
from tests.browser.windows import till_ready
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.staff import make_staff
from tests.served import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(tmp_path_factory.mktemp("county")) / "data"


@pytest.fixture(scope="module")
def county(folder: Path, chromium: str) -> Iterator[County]:
    create_instance(Settings.from_environment(folder, {}))
    instance = open_instance(Settings.from_environment(folder, {}), clock=lambda: datetime.now(UTC))
    try:
        make_policy(instance)
        outlet = make_outlet(instance, name="天池平价超市")
        _, key = make_terminal(instance, outlet)
        card = make_card(instance, make_holder(instance, family=(("张小梅", "女儿"),)))
        cashier = make_staff(instance, "cashier", outlet_id=outlet["id"])["username"]
        with serving(instance) as port:
            yield County(
                address=f"http://127.0.0.1:{port}",
                cashier=cashier,
                administrator="",
                card=card,
                lost_card=card,
                terminal_key=key,
                manager="",
            )
    finally:
        instance.close()


def last_detail(folder: Path) -> dict[str, Any]:
    import json
    import sqlite3

    with sqlite3.connect(folder / "huimin.db") as database:
        query = "SELECT detail_json FROM ledger ORDER BY id DESC LIMIT 1"
        found: dict[str, Any] = json.loads(database.execute(query).fetchone()[0])
    return found


@on_phone
def test_a_phone_s_code_needs_no_question(visit: Visit, folder: Path) -> None:
    page = visit.page
    visit.sign_in(visit.county.cashier)
    till_ready(page)
    code = code_of(visit.county.card, KeyRing.open(folder), datetime.now(UTC))
    visit.scan(code)
    page.wait_for_selector("#sale:not([hidden])")
    assert "不用再核对身份" in page.inner_text("#told")
    page.wait_for_selector("#amount:focus")
    page.keyboard.type("128")
    page.wait_for_selector("#confirm:not([disabled])")
    assert barriers(page) == [] and visit.wide() == 0
    page.keyboard.press("Enter")
    page.wait_for_selector("#done:not([hidden])")
    assert page.inner_text("#done-payable") == "¥117.76"
    assert last_detail(folder)["identity_by"] == "changing_code"
    visit.scan(code)
    page.wait_for_selector("#refused:not([hidden])")
    assert "刷新" in page.inner_text("#refused-say")
    assert "用过" not in page.inner_text("#refused-say")
    assert "再扫一次" in page.inner_text("#refused-step")
    visit.scan(code_of(visit.county.card, KeyRing.open(folder), datetime.now(UTC)))
    page.wait_for_selector("#amount:focus")


@on_phone
def test_who_was_chosen_all_the_same_was_looked_at(visit: Visit, folder: Path) -> None:
    page = visit.page
    visit.sign_in(visit.county.cashier)
    till_ready(page)
    visit.scan(code_of(visit.county.card, KeyRing.open(folder), datetime.now(UTC)))
    page.wait_for_selector("#amount:focus")
    page.locator("#presenters label").nth(1).click()
    page.wait_for_selector("#amount:focus")
    page.keyboard.type("50")
    page.wait_for_selector("#confirm:not([disabled])")
    page.keyboard.press("Enter")
    page.wait_for_selector("#done:not([hidden])")
    assert last_detail(folder)["identity_by"] == "cashier"
