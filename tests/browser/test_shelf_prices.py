"""Shelf prices in a browser: the basket at a desk, the shop on a phone, then compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.accessible import looks_right
from tests.browser.conftest import Visit
from tests.browser.sizes import on_phone
from tests.making.photos import phone_photo

pytestmark = pytest.mark.browser


@on_phone
def test_from_the_basket_to_the_comparison(visit: Visit, tmp_path: Path) -> None:
    page, county = visit.page, visit.county
    visit.sign_in(county.administrator)
    page.goto(f"{county.address}/prices/basket")
    page.fill("#field-name", "菜籽油")
    page.fill("#field-specification", "纯香 5 升")
    page.fill("#field-unit", "桶")
    visit.follow(page.get_by_role("button", name="放进篮子"))
    page.locator(".done-words", has_text="已放进篮子").wait_for()
    looks_right(visit)
    page.goto(f"{county.address}/prices/record")
    looks_right(visit)
    page.fill("#field-outlet[role=combobox]", "天池平价")
    page.locator("[role=option]", has_text="天池平价超市").first.click()
    visit.follow(page.get_by_role("button", name="开始采集"))
    looks_right(visit)
    visit.follow("a.choice >> text=菜籽油")
    looks_right(visit)
    page.fill("#field-price_yuan", "69.90")
    photo = tmp_path / "label.jpg"
    photo.write_bytes(phone_photo())
    page.set_input_files("input[name=photo]", photo)
    visit.follow(page.get_by_role("button", name="记下这个价格"))
    page.locator(".done-words", has_text="已记下 ¥69.90").wait_for()
    page.goto(f"{county.address}/prices/")
    looks_right(visit)
    visit.follow("tbody th a >> text=菜籽油")
    page.wait_for_selector(".chart svg:visible")
    looks_right(visit)
    page.goto(f"{county.address}/prices/seen")
    looks_right(visit)
