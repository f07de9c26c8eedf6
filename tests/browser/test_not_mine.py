"""A holder at "my card" sees a purchase that was not theirs, asks, and reads what the office said;
both sides in a real browser, in large text too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.browser.accessible import looks_right
from tests.browser.conftest import County
from tests.browser.header import press_sign_out
from tests.browser.sizes import on_phone
from tests.making.merchants import make_outlet, make_terminal
from tests.making.my_card_holder import MyCard
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.staff import make_staff
from tests.served import serving

pytestmark = pytest.mark.browser
# What is looked at, in order, while something has been asked and not answered.
PAGES = ("", "see/stop", "purchases", "stop", "correction", "looks", "paper")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[County, MyCard]]:
    """A served county with one holder, who bought something; and the holder."""
    folder = Path(tmp_path_factory.mktemp("my")) / "data"
    settings = Settings.from_environment(folder, {})
    create_instance(settings)
    instance = open_instance(settings, clock=lambda: datetime.now(UTC))
    try:
        make_policy(instance, cap_card_day_fen=3_000, cap_card_month_fen=20_000)
        outlet = make_outlet(instance, name="天池平价超市")
        for number in range(12):
            name = f"时代百盛便民生活超市第{number}分店（惠民示范点）"
            make_outlet(instance, name=name, opening_hours="周一至周日 08:00-22:00")
        _terminal, key = make_terminal(instance, outlet)
        me = MyCard(None, instance)
        make_redemption(instance, me.card, key)
        administrator = make_staff(instance, "administrator")["username"]
        with serving(instance) as port:
            address = f"http://127.0.0.1:{port}"
            yield County(address, "", administrator, me.card, me.card, key, ""), me
    finally:
        instance.close()


@pytest.fixture
def county(people: tuple[County, MyCard]) -> County:
    return people[0]


@on_phone
def test_seen_disputed_answered_and_read(visit: Any, people: tuple[County, MyCard]) -> None:
    me, page, address = people[1], visit.page, people[0].address
    page.goto(f"{address}/my/")
    page.fill("#number", me.card["number"])
    page.fill("#last-four", me.number[-4:])
    page.fill("#code", me.code())
    visit.press_enter()
    page.get_by_text("可以用", exact=True).wait_for()
    visit.follow(page.get_by_role("link", name="看这一笔"))
    looks_right(visit)
    visit.follow(page.get_by_role("link", name="这一笔不是我的"))
    looks_right(visit)
    page.fill("#field-words", "那天我在医院，没有去过。")
    visit.follow(page.get_by_role("button", name="不是我的，请查一查"))
    assert "正在办理" in page.inner_text("main")
    looks_right(visit)
    own = page.url
    for path in PAGES:
        page.goto(f"{address}/my/{path}")
        looks_right(visit)
    paper = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    words = paper[0].get_textpage().get_text_bounded()
    assert len(paper) == 1 and "天池平价超市" in words and "黄" not in words

    visit.sign_in(people[0].administrator)
    page.goto(f"{address}/today")
    visit.follow(page.get_by_role("link", name="去答复"))
    assert "那天我在医院" in page.inner_text("main")
    looks_right(visit)
    page.fill("#field-answer", "查了监控，不是您。优惠已经收回，请把卡换一张。")
    visit.follow(page.get_by_role("button", name="属实，收回优惠"))
    page.goto(f"{address}/cards/{me.card['id']}/caller")
    looks_right(visit)
    press_sign_out(page)

    page.goto(own)
    assert "请把卡换一张" in page.inner_text("main") and "已经办好" in page.inner_text("main")
    page.goto(f"{address}/my/stop")
    visit.follow(page.get_by_role("button", name="停用我的卡，谁都不能再用"))
    assert "已经停用" in page.inner_text("main")
