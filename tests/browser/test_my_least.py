"""A holder with the least: no scripts, type at 200 %, a sheet of paper on a wall, a wrong clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest

from tests.browser.conftest import PHONE, County
from tests.browser.offline_county import until
from tests.browser.test_my_card import Family, Holder, county, family, holder  # noqa: F401
from tests.browser.windows import new_context
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet

pytestmark = pytest.mark.browser

# The clock of the phone is ahead by so many milliseconds.
AHEAD = """
window.ahead = 3600_000;
const now = Date.now.bind(Date);
Date.now = () => now() + window.ahead;
"""
SECONDS = "Number.parseInt(document.getElementById('left').textContent.replace(/\\D+/g, ''), 10)"
# How many letters the narrowest cell of the sheet has room for.
LETTERS = """
() => Math.min(...[...document.querySelectorAll(".paper td:not(.money)")].map(
  (cell) => cell.clientWidth / Number.parseFloat(getComputedStyle(cell).fontSize)))
"""

BUTTON = "document.querySelector('#family form button, #ask-title ~ form button')"
PRESS = f"{BUTTON}.click()"
# A form that is sent on a network so slow that the page stays as it is.
NEVER_ANSWERED = """
window.addEventListener("submit", (event) => {
  if (event.defaultPrevented || window.sent === undefined) return;
  event.preventDefault();
  window.sent += 1;
});
HTMLFormElement.prototype.submit = () => { window.sent += 1; };
"""


class WithoutScripts(Holder):
    """A holder's window whose browser runs no scripts."""

    def __init__(self, browser: Any, county: County, family: Family) -> None:  # noqa: F811
        super().__init__(browser, county, family)
        self.context.close()
        self.context = new_context(browser, viewport=PHONE, java_script_enabled=False)
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)


@pytest.fixture
def plain(browser: Any, county: County, family: Family) -> Iterator[WithoutScripts]:  # noqa: F811
    opened = WithoutScripts(browser, county, family)
    yield opened
    opened.context.close()


def test_without_scripts_what_is_missing_is_said_and_nothing_is_offered_that_does_nothing(
    plain: WithoutScripts,
) -> None:
    plain.sign_in()
    page = plain.page
    page.click("#code .button")
    page.wait_for_selector("noscript .problem")
    assert not page.is_visible("text=正在取动态码")
    assert not page.is_visible("text=换一个新码")
    page.click("noscript a")
    page.click("text=看这张纸并打印")
    page.wait_for_selector("noscript .told")
    assert not page.is_visible("[data-print]")
    page.goto(page.url.replace("/paper", "/correction"))
    page.select_option("#field-about", "phone")
    page.fill("#field-words", "电话换了")
    page.click("main form button")
    page.wait_for_selector("text=我们已经收到")


def test_the_sheet_for_the_wall_is_one_page_in_large_type_and_readable_on_any_phone(
    holder: Holder,  # noqa: F811
    family: Family,  # noqa: F811
) -> None:
    village = family.holder["division_code"]
    for number in range(11):
        name = f"乐家邻里便民超市·第{number}分店"
        make_outlet(family.instance, name=name, division_code=village)
    holder.sign_in()
    page = holder.page
    page.goto(page.url.split("/my/")[0] + "/my/paper")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(LETTERS) >= 5
    page.evaluate("document.documentElement.style.fontSize = ''")
    sheet = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    assert len(sheet) == 1
    words = sheet[0].get_textpage()
    assert family.holder["name"] not in words.get_text_bounded()
    heights = [box[3] - box[1] for box in map(words.get_charbox, range(words.count_chars()))]
    assert sorted(heights)[len(heights) // 2] >= 11, "in points, of the letters alone"


NAMES = {
    "of a shop": "时代百盛便民生活超市第{}分店（惠民示范点）",
    "as long as may be": "四川省资阳市" * 9 + "第{}店",
    "in Latin letters": "Hypermarket WAREHOUSE of the Inland Company, Branch {}",
}
# Of three towns: the outlets of one's own town stand on the sheet.
TOWNS = dict(zip(NAMES, ("512022101", "512022102", "512022103"), strict=True))


@pytest.mark.parametrize("kind", NAMES)
def test_the_sheet_for_the_wall_is_one_page_whatever_the_shops_are_called(
    holder: Holder,  # noqa: F811
    family: Family,  # noqa: F811
    county: County,  # noqa: F811
    kind: str,
) -> None:
    instance, town = family.instance, TOWNS[kind]
    sql = f"SELECT code FROM division WHERE level = 'village' AND code LIKE '{town}%' LIMIT 1"
    village = instance.engine.read(lambda tx: tx.connection.execute(sql).fetchone()["code"])
    person = make_holder(instance, division_code=village)
    card = make_card(instance, person)
    for number in range(12):
        make_outlet(
            instance,
            name=NAMES[kind].format(number),
            division_code=village,
            address=f"天池街道迎宾大道与文庙街路口向东 {number} 号",
            opening_hours="周一至周五 08:00-20:00",
        )
    page = holder.page
    page.goto(f"{county.address}/my/")
    page.fill("#number", card["number"])
    holder.prove(person)
    for language in ("zh-Hans", "en"):
        if language == "en":
            page.click("button[name=language][value=en]")
            page.wait_for_selector("html[lang=en]")
        page.goto(f"{county.address}/my/paper")
        names = page.locator(".paper tbody th").all_inner_texts()
        sheet = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
        words = "".join(sheet[0].get_textpage().get_text_bounded().split())
        assert len(sheet) == 1 and "12345" in words
        assert len(names) >= (6 if kind == "as long as may be" else 12)
        assert all("".join(name.split()) in words for name in names)
        page.goto(f"{county.address}/my/")


def test_a_clock_that_is_set_back_keeps_no_code_longer_than_its_minute(
    holder: Holder,  # noqa: F811
) -> None:
    holder.page.add_init_script(AHEAD)
    holder.sign_in()
    holder.show_code()
    page = holder.page
    until(lambda: page.evaluate(SECONDS) <= 55)
    page.evaluate("window.ahead = 0")
    code, seconds = holder.code(), page.evaluate(SECONDS)
    until(lambda: page.evaluate(SECONDS) < seconds or holder.code() != code)


@pytest.mark.parametrize("page_of", ["/my/see/family", "/my/correction"])
def test_a_press_is_seen_at_once_and_a_second_one_sends_nothing_more(
    holder: Holder,  # noqa: F811
    page_of: str,
) -> None:
    holder.page.add_init_script(NEVER_ANSWERED)
    holder.sign_in()
    page = holder.page
    page.goto(page.url.split("/my/")[0] + page_of)
    if page_of == "/my/correction":
        page.select_option("#field-about", "aid")
        page.fill("#field-words", "日期不对")
    page.evaluate("window.sent = 0")
    page.evaluate(PRESS)
    until(lambda: page.evaluate("window.sent") == 1)
    assert page.evaluate(f"{BUTTON}.getAttribute('aria-busy')") == "true"
    page.evaluate(PRESS)
    # What the press would send is sent before the next answer of the server.
    page.evaluate("fetch('/my/app.webmanifest').then((answer) => answer.text())")
    assert page.evaluate("window.sent") == 1
