"""The demo's tour in a real browser, from the printed card on: a scan, a sale, the month."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from huimin.access.trial_accounts import DEMO_FILE
from huimin.cards.issue import issue_card
from huimin.cards.print_run import record_printed
from huimin.core.days import county_day, instant_text, month_days, month_of, previous_month
from huimin.core.json_text import write_json
from huimin.holders.applications import approve_application, submit_application
from huimin.instance import Instance
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.browser.accessible import looks_right
from tests.browser.conftest import County, Visit
from tests.browser.sizes import at_desk
from tests.browser.windows import till_ready
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.staff import PASSWORD, make_staff
from tests.served import serving

pytestmark = pytest.mark.browser

LAST_MONTH = previous_month(month_of(county_day(datetime.now(UTC))))


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[County]:
    """A demo county with a sale in the month before, whose visitors have printed a card."""
    settings = Settings.from_environment(Path(tmp_path_factory.mktemp("tour")) / "data", {})
    create_instance(settings)
    first_day = datetime.combine(month_days(LAST_MONTH)[0], datetime.min.time(), UTC)
    now = [first_day + timedelta(days=1, hours=4)]
    instance = open_instance(settings, clock=lambda: now[0] if now else datetime.now(UTC))
    try:
        make_policy(instance, starts_on="2026-01-01")
        outlet = make_outlet(instance)
        key = make_terminal(instance, outlet)[1]
        make_redemption(instance, make_card(instance), key)
        now.clear()
        cashier = make_staff(instance, "cashier", outlet_id=outlet["id"])["username"]
        administrator = make_staff(instance)["username"]
        trial = {"cashier": cashier, "administrator": administrator}
        staff = [
            {"role": role, "username": username, "password": PASSWORD}
            for role, username in trial.items()
        ]
        since = instant_text(instance.clock() - timedelta(minutes=1))
        demo = write_json({"built_at": since, "staff": staff})
        (settings.folder / DEMO_FILE).write_text(demo, encoding="utf-8")
        card = _applied_and_printed(instance)
        with serving(instance) as port:
            address = f"http://127.0.0.1:{port}"
            yield County(address, cashier, administrator, card, card, key, "")
    finally:
        instance.close()


def _applied_and_printed(instance: Instance) -> dict[str, Any]:
    """The card of the tour's first two stops."""
    holder_id = make_holder(instance)["id"]
    by: dict[str, Any] = {"now": instance.clock(), "actor": "registrar"}
    approve: dict[str, Any] = {**by, "actor": "administrator"}
    key_id = instance.key_ring.active_key_id

    def act(tx: Any) -> dict[str, Any]:
        applied = submit_application(tx, holder_id=holder_id, source="form", **by)
        approve_application(tx, applied["id"], **approve)
        card = issue_card(tx, holder_id=holder_id, key_id=key_id, reason="新发", **approve)
        record_printed(tx, [card["id"]], reason="新发", **approve)
        return dict(card)

    return instance.engine.write(act)


def arrived_at(visit: Visit, summary: str) -> None:
    """Return when the panel says so; it follows by itself what happens in the county."""
    visit.page.locator("#tour > summary", has_text=summary).wait_for()


@at_desk
def test_the_shown_card_is_sold_to_and_the_month_is_opened(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.cashier)
    till_ready(page)
    arrived_at(visit, "演示导览：2 / 5 · 在收银台扫卡")
    code = zxingcpp.read_barcode(Image.open(io.BytesIO(page.locator("#tour img").screenshot())))
    assert code is not None
    visit.scan(code.text)
    page.wait_for_selector("#sale:not([hidden])")
    arrived_at(visit, "演示导览：3 / 5 · 记一笔优惠")
    page.check("#presenters input >> nth=0")
    page.fill("#amount", "128")
    page.click("#confirm:not([disabled])")
    page.wait_for_selector("#done:not([hidden])")
    arrived_at(visit, "演示导览：4 / 5 · 打开月份")
    visit.follow(page.get_by_role("button", name="以管理员身份试用：打开月份"))
    page.wait_for_url("**/months/")
    looks_right(visit)
    # The sale has arrived in this month's figures, as the panel says.
    page.goto(visit.county.address + "/today")
    page.locator("main .month-strip", has_text="¥10.24").wait_for()
    visit.follow("#tour a")
    visit.follow(f'a[href="/months/{LAST_MONTH}"]')
    visit.follow(page.get_by_role("button", name="开始核对"))
    arrived_at(visit, "演示导览：5 / 5")
