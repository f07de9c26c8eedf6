"""From a receipt's code to an answer in a browser: judged by a phone, settled at a desk, read again
by the phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.accessible import looks_right
from tests.browser.conftest import Visit
from tests.browser.sizes import on_phone
from tests.making.photos import phone_photo

pytestmark = pytest.mark.browser


def receipt_address(visit: Visit) -> str:
    """The page behind the code of the county's one sale."""
    visit.sign_in(visit.county.administrator)
    visit.page.goto(f"{visit.county.address}/reports/")
    visit.follow(".drill td a")
    return str(visit.page.locator("a[href*='/r/']").first.get_attribute("href"))


@on_phone
def test_from_no_to_the_answer(visit: Visit, tmp_path: Path) -> None:
    page, county = visit.page, visit.county
    receipt = county.address + receipt_address(visit)
    page.context.clear_cookies()
    page.goto(receipt)
    looks_right(visit)
    photo = tmp_path / "price.jpg"
    photo.write_bytes(bytes(8 * 1024 * 1024 + 1))
    page.set_input_files("input[name=photo]", photo)
    said = page.eval_on_selector("input[name=photo]", "field => field.validationMessage")
    assert said == "照片不能超过 8 MB，请换一张小些的。"
    photo.write_bytes(phone_photo())
    page.get_by_label("没有给").check()
    page.get_by_label("很不满意").check()
    page.get_by_label("想说的话").fill("价签 12 元，没有打折")
    page.set_input_files("input[name=photo]", photo)
    visit.follow(page.get_by_role("button", name="提交评价"))
    page.locator("#judged", has_text="县里正在核实").wait_for()
    looks_right(visit)
    visit.sign_in(county.administrator)
    page.goto(f"{county.address}/today")
    visit.follow("a >> text=去处理")
    page.locator("dd", has_text="没有打折").wait_for()
    looks_right(visit)
    page.get_by_label("结果").select_option("upheld")
    page.get_by_label("说明").first.fill("已让店里退还差价")
    visit.follow(page.get_by_role("button", name="办结这份投诉"))
    page.locator(".done-words", has_text="已办结").wait_for()
    for address in ("/complaints/?state=all", "/ratings/"):
        page.goto(county.address + address)
        looks_right(visit)
    page.context.clear_cookies()
    page.goto(receipt)
    assert "已让店里退还差价" in page.inner_text("#judged")
    assert "结果：属实" in page.inner_text("#judged")
    looks_right(visit)
    page.goto(f"{county.address}/public/results")
    looks_right(visit)
    visit.sign_in(county.manager)
    page.goto(f"{county.address}/my-merchant/ratings")
    assert "还不够" in page.inner_text("main")
    looks_right(visit)
