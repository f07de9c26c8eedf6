"""The whole keypad is on the screen of a small phone, whoever stands there and whatever is said."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.accessible import barriers
from tests.browser.conftest import Visit
from tests.browser.sizes import on_phone
from tests.browser.test_till import begin, choose

pytestmark = pytest.mark.browser

# Five people, the banner of a time without network, and a line that stays.
CROWDED = """() => {
  const box = document.getElementById("presenters");
  while (box.querySelectorAll("label").length < 5) {
    box.append(box.querySelector("label").cloneNode(true));
  }
  for (const id of ["banner", "told"]) document.getElementById(id).hidden = false;
  document.getElementById("banner-says").textContent = "离线中，3 笔待上传，最早 14:05。";
  document.getElementById("told").textContent = "还是这张卡，请继续输入金额。";
}"""
HIDDEN = """() => [...document.querySelectorAll("#keypad .btn, .sale-actions .btn")]
  .filter((key) => {
    const { left, right, top, bottom } = key.getBoundingClientRect();
    const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return top < 0 || bottom > innerHeight || !key.contains(seen);
  })
  .map((key) => key.textContent)"""
HEIGHTS = """() => [...document.querySelectorAll("#presenters label")]
  .map((label) => Math.round(label.getBoundingClientRect().top))"""


PLACES = """() => [...document.querySelectorAll("#keypad .btn, #confirm")].map((key) => {
  const { left, top, width, height } = key.getBoundingClientRect();
  return [left, top, width, height].map(Math.round).join(" ");
})"""


SIZES = ((360, 640, "100%"), (360, 740, "100%"), (360, 740, "200%"), (412, 915, "100%"))


def resize(visit: Visit, width: int, height: int, text: str) -> None:
    visit.page.set_viewport_size({"width": width, "height": height})
    visit.page.evaluate(f"document.documentElement.style.fontSize = '{text}'")


@on_phone
def test_the_whole_keypad_is_always_on_the_screen(visit: Visit) -> None:
    page = visit.page
    begin(visit)
    choose(visit, "128")
    small = SIZES[:2]
    for size in small:
        resize(visit, *size)
        assert page.evaluate(HIDDEN) == []
    page.evaluate(CROWDED)
    for size in small:
        resize(visit, *size)
        assert page.evaluate(HIDDEN) == []
        assert len(set(page.evaluate(HEIGHTS))) == 1, "presenters stand in one row"
        assert visit.wide() == 0 and barriers(page) == []
    page.click("#why")
    page.click("#lines summary")
    for size in small:
        resize(visit, *size)
        page.evaluate("scrollTo(0, 0)")
        assert page.evaluate(HIDDEN) == []
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert page.evaluate(HIDDEN) == []
    for key in ("⌫", "⌫", "⌫", "5", "."):
        page.tap(f'#keypad [data-key="{key}"]')
    expect(page.locator("#amount")).to_have_value("5.")


@on_phone
def test_no_answer_moves_a_key_from_under_the_finger(visit: Visit) -> None:
    """Nothing keyed, how it is said, a short and a long quote, a refusal, who stands there."""
    page = visit.page
    begin(visit)
    places: dict[tuple[int, int, str], list[str]] = {}

    def check(what: str) -> None:
        for size in SIZES:
            resize(visit, *size)
            now = page.evaluate(PLACES)
            assert places.setdefault(size, now) == now, (what, size)

    check("nothing")
    for amount, answer in (("1", "¥1.00"), ("987654.32", "¥987,654.32")):
        visit.take_breath()
        page.fill("#amount", amount)
        page.locator("#quote-amount", has_text=answer).wait_for()
        check(f"{amount} is quoted")
    visit.take_breath()
    page.fill("#amount", "9999999.99")
    page.locator("#quote-problem", has_text="一笔最多").wait_for()
    check("too much")
    page.locator("#quote-problem").evaluate("it => it.textContent = '请先按原价结算。'.repeat(20)")
    check("a long refusal")
    page.evaluate(CROWDED)
    check("five people, without network")
    visit.take_breath()
    with page.expect_response("**/till/quote"):
        page.fill("#amount", "12")
        check("it is said, and not quoted yet")
    for size in SIZES:
        resize(visit, *size)
        assert visit.wide() == 0
