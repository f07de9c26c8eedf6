"""Receipts as a browser prints them: at both widths, black, whole, their code opens the proof."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from tests.browser.conftest import Visit
from tests.browser.offline_county import until
from tests.browser.sizes import at_desk, on_phone
from tests.browser.test_till import begin, choose

pytestmark = pytest.mark.browser

POINTS_PER_MM = 72 / 25.4


def sell(visit: Visit) -> str:
    """A sale; the address of its receipt's page."""
    begin(visit)
    choose(visit, "128")
    with visit.page.expect_response("**/till/redeem") as answered:
        visit.page.click("#confirm")
    visit.page.wait_for_selector("#done:not([hidden])")
    return f"{visit.county.address}/till/receipts/{answered.value.json()['id']}"


def print_here(visit: Visit, button: str = "#print-receipt") -> Any:
    """Press the button, and print as Chromium does where it has no dialogue."""
    before = visit.page.evaluate("window.printed")
    with visit.page.expect_response("**/prints") as answered:
        visit.page.click(button)
    assert answered.value.status == 200
    visit.page.wait_for_selector("body.prints-paper")
    # The page's own rules keep Playwright from asking for it again and again.
    until(lambda: visit.page.evaluate("window.printed") == before + 1)
    made = pypdfium2.PdfDocument(visit.page.pdf(prefer_css_page_size=True, print_background=True))
    visit.page.wait_for_selector("body:not(.prints-paper)")
    return made


def check_paper(document: Any, width_mm: int) -> str:
    """One page as wide as the paper, all in black, nothing beyond the edge; its text."""
    assert len(document) == 1
    page = document[0]
    width, height = page.get_size()
    assert abs(width - width_mm * POINTS_PER_MM) < 1
    text_page = page.get_textpage()
    for index in range(text_page.count_rects()):
        left, bottom, right, top = text_page.get_rect(index)
        assert left >= POINTS_PER_MM and right <= width - POINTS_PER_MM
        assert bottom >= 0 and top <= height
    picture = page.render(scale=4).to_pil().convert("RGB")
    colours = picture.getcolors(1 << 20) or []
    assert all(max(colour) - min(colour) <= 2 for _, colour in colours)
    return str(text_page.get_text_range())


def code_of(document: Any) -> str:
    (found,) = zxingcpp.read_barcodes(document[0].render(scale=4).to_pil())
    return str(found.text)


@pytest.mark.parametrize(("visit", "width_mm"), [("phone", 58), ("desk", 80)], indirect=["visit"])
def test_it_prints_whole_at_the_paper_s_width(visit: Visit, width_mm: int) -> None:
    page = visit.page
    address = sell(visit)
    page.goto(address)
    page.check(f'input[name="paper-width"][value="{width_mm}"]')
    assert visit.wide() == 0
    document = print_here(visit)
    text = check_paper(document, width_mm)
    for part in ("乐至县惠民卡", "天池平价超市", "迎宾大道", "128.00", "-10.24", "¥117.76", "家属"):
        assert part in text
    assert "张*" not in text and "重打" not in text
    opened = page.context.new_page()
    answer = opened.goto(code_of(document).replace(_base(code_of(document)), visit.county.address))
    assert answer.status == 200
    assert "¥117.76" in opened.inner_text("main")
    opened.close()
    page.reload()
    assert page.is_checked(f'input[name="paper-width"][value="{width_mm}"]')
    assert "重打 第 2 次" in check_paper(print_here(visit), width_mm)


@on_phone
def test_the_browser_s_own_menu_makes_no_copy_that_was_not_counted(visit: Visit) -> None:
    visit.page.goto(sell(visit))
    made = pypdfium2.PdfDocument(visit.page.pdf())
    text = "".join(page.get_textpage().get_text_range() for page in made)
    assert "117.76" not in text and "打印小票" in text


@at_desk
def test_a_printer_s_file_can_be_downloaded(visit: Visit) -> None:
    from tests.making.escpos_paper import read_escpos

    visit.page.goto(sell(visit))
    visit.page.check('input[name="paper-width"][value="58"]')
    visit.page.click("main summary")
    with visit.page.expect_download() as taken:
        visit.page.click("main details button")
    sent = io.FileIO(taken.value.path()).read()
    assert read_escpos(sent).columns() <= 32


def _base(address: str) -> str:
    return address.partition("/r/")[0]
