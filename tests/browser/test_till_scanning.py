"""Scanners, input methods, clipboards and fingers at the till, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.sizes import at_desk, on_phone
from tests.browser.test_till import begin, choose
from tests.browser.windows import till_ready

pytestmark = pytest.mark.browser

EAN = "6901234567892"
# What a Chinese input method reports of a key that it has taken: the place, not the character.
TAKEN = {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Process"}


@pytest.fixture
def ready(visit: Visit) -> Visit:
    """A till that waits for a card, and counts how often the server is asked about one."""
    visit.sign_in(visit.county.cashier)
    till_ready(visit.page)
    visit.page.wait_for_selector("#today-sales li")
    return visit


def asked(visit: Visit) -> list[str]:
    """The cards that the page asks the server about from now on."""
    found: list[str] = []
    visit.page.on(
        "request",
        lambda one: found.append(one.post_data_json["card"]) if "/verify" in one.url else None,
    )
    return found


def sold_to(visit: Visit) -> None:
    visit.page.wait_for_selector("#sale:not([hidden])")
    assert "黄*平" in visit.page.inner_text("#presenters")


def back(visit: Visit) -> None:
    """From the sale to the till that waits for a card."""
    visit.page.keyboard.press("Escape")
    till_ready(visit.page)


@at_desk
def test_a_scan_arrives_whatever_has_the_focus(ready: Visit) -> None:
    page, cards = ready.page, asked(ready)
    ways = [(focused, enter) for focused in ("body", "button", "search") for enter in (True, False)]
    for focused, enter in ways:
        if focused == "body":
            page.evaluate("document.activeElement.blur()")
        elif focused == "button":
            page.focus("#sound")
        else:
            page.click("#sales-open")
            page.wait_for_selector("#sales-search:focus")
        with ready.at_once():
            page.keyboard.type(ready.county.card["token"])
            if enter:
                page.keyboard.press("Enter")
        sold_to(ready)
        assert page.input_value("#sales-search") == ""
        back(ready)
    assert cards == [ready.county.card["token"]] * len(ways)


@at_desk
def test_what_stands_before_the_digits_does_no_harm(ready: Visit) -> None:
    cards, kinds = (
        asked(ready),
        ("HTTPS://CARD.EXAMPLE.GOV.CN/C/", "]Q1", "https：、、card。cn、C、"),
    )
    for before in kinds:
        ready.scan_by_keys(before + ready.county.card["token"])
        sold_to(ready)
        back(ready)
    assert cards == [ready.county.card["token"]] * len(kinds)


@at_desk
def test_a_scan_never_ends_up_in_the_amount(visit: Visit) -> None:
    begin(visit)
    choose(visit, "50")
    page, cards = visit.page, asked(visit)
    visit.take_breath()
    visit.scan_by_keys(EAN)
    page.wait_for_selector("#told:not([hidden])")
    assert "不是惠民卡" in page.inner_text("#told")
    assert page.input_value("#amount") == "50"
    page.wait_for_selector("#confirm:not([disabled])")
    assert page.inner_text("#quote-payable") == "¥46.00"
    visit.scan_by_keys(visit.county.card["token"])
    page.locator("#told", has_text="还是这张卡").wait_for()
    assert page.input_value("#amount") == "50"
    assert cards == []
    visit.scan_by_keys(visit.county.lost_card["token"])
    page.wait_for_selector("#refused:not([hidden])")
    assert page.inner_text("#refused-code") == "card_lost"


@at_desk
def test_an_input_method_keeps_the_keys_and_the_scan_arrives(ready: Visit) -> None:
    """Each key is taken by the method, which composes something else meanwhile."""
    page, cards = ready.page, asked(ready)
    keys = page.context.new_cdp_session(page)
    number = ready.county.card["number"]
    with ready.at_once():
        for place, digit in enumerate(number):
            keys.send("Input.dispatchKeyEvent", {**TAKEN, "code": f"Digit{digit}"})
            text = {"text": "候选" + number[: place + 1], "selectionStart": 1, "selectionEnd": 1}
            keys.send("Input.imeSetComposition", text)
    sold_to(ready)
    assert cards == [number]


@at_desk
def test_a_method_that_commits_the_whole_scan_at_once(ready: Visit) -> None:
    """As scanners built into Android handhelds do: no key at all, one insertion."""
    cards = asked(ready)
    token = ready.county.card["token"]
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in token)
    for text in (full_width, token):
        ready.page.keyboard.insert_text(text)
        sold_to(ready)
        back(ready)
    assert cards == [token, token]


@at_desk
def test_words_that_a_method_commits_at_once_are_no_scan(ready: Visit) -> None:
    page = ready.page
    page.click("#today-sales button >> nth=0")
    page.wait_for_selector("#reverse:not([hidden])")
    page.fill("#reverse-reason", "")
    with ready.at_once():
        page.keyboard.insert_text("商品有损坏，顾客要求全部退回")
        ready.pause(600)
    assert page.input_value("#reverse-reason") == "商品有损坏，顾客要求全部退回"
    assert page.is_hidden("#told")


@at_desk
@pytest.mark.parametrize("into", ["#card", "#amount"])
def test_a_card_is_pasted(visit: Visit, into: str) -> None:
    if into == "#card":
        visit.sign_in(visit.county.cashier)
        visit.page.wait_for_selector("#today-sales li")
        text = visit.county.card["token"]
    else:
        begin(visit)
        text = visit.county.lost_card["token"]
    cards = asked(visit)
    visit.page.focus(into)
    visit.page.evaluate(
        """text => {
          const held = new DataTransfer();
          held.setData("text", text);
          const event = { clipboardData: held, bubbles: true, cancelable: true };
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", event));
        }""",
        f" {text}\n",
    )
    if into == "#card":
        sold_to(visit)
    else:
        visit.page.wait_for_selector("#refused:not([hidden])")
        assert visit.page.input_value("#amount") == ""
    assert cards == [text]


@on_phone
def test_a_number_is_checked_in_the_page_before_it_is_asked(ready: Visit) -> None:
    page, cards = ready.page, asked(ready)
    number = ready.county.card["number"]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    page.click("#type-number")
    assert page.get_attribute("#card", "inputmode") == "numeric"
    page.keyboard.type(wrong, delay=60)
    page.keyboard.press("Enter")
    page.locator("#told", has_text="有一位不对").wait_for()
    assert page.input_value("#card") == wrong
    page.keyboard.type(number[:7], delay=60)
    page.keyboard.press("Enter")
    page.locator("#told", has_text="16 位").wait_for()
    assert cards == []
    page.fill("#card", " ".join(number[place : place + 4] for place in range(0, 16, 4)))
    page.keyboard.press("Enter")
    sold_to(ready)
    assert cards == [number]


@at_desk
def test_the_pages_check_digit_is_the_servers(ready: Visit) -> None:
    from stdnum import verhoeff

    bodies = [f"512022{serial:09d}" for serial in range(0, 999_999_999, 19_607_843)]
    numbers = [body + str(verhoeff.calc_check_digit(body)) for body in bodies]
    numbers += [number[:-1] + str((int(number[-1]) + 3) % 10) for number in numbers]
    found = ready.page.evaluate(
        """async numbers => {
          const { isCardNumber } = await import("/static/till/card_number.js");
          return numbers.map(isCardNumber);
        }""",
        numbers,
    )
    assert found == [verhoeff.is_valid(number) for number in numbers]
    assert found.count(True) == len(bodies)


@at_desk
def test_a_code_is_known_to_be_whole_by_its_frame(ready: Visit) -> None:
    token = ready.county.card["token"]
    parts = [token, token[1:], token[:-1], token[3:], token + "0", "1" * len(token)]
    found = ready.page.evaluate(
        """async parts => {
          const { isWholeCode } = await import("/static/till/reading.js");
          return parts.map(isWholeCode);
        }""",
        parts,
    )
    assert found == [True, False, False, False, False, False]


@at_desk
def test_a_scan_that_stumbles_is_one_scan(ready: Visit) -> None:
    """A weak radio, or a till that is busy: the second half comes a second later."""
    page, cards = ready.page, asked(ready)
    token = ready.county.card["token"]
    with ready.at_once():
        page.keyboard.type(token[:90])
        ready.pause(900)
        page.keyboard.type(token[90:])
    sold_to(ready)
    assert cards == [token]


@at_desk
def test_the_next_scan_begins_at_once_behind_a_sale(visit: Visit) -> None:
    begin(visit)
    choose(visit, "12")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#done:not([hidden])")
    visit.scan_by_keys(visit.county.card["number"])
    sold_to(visit)
    assert visit.page.input_value("#amount") == ""


@on_phone
def test_one_amount_and_two_taps(visit: Visit) -> None:
    """Scan, tap who, tap the amount in, tap to confirm: nothing else is needed."""
    begin(visit)
    page = visit.page
    page.tap("#presenters label >> nth=1")
    for key in ("1", "00", ".", "5", "⌫", "2", "5"):
        page.tap(f'#keypad [data-key="{key}"]')
    page.locator("#quote-amount", has_text="¥100.25").wait_for()
    assert page.inner_text("#amount-said") == "100 元 2 角 5 分"
    assert page.get_attribute("#amount", "inputmode") == "none"
    page.tap("#confirm")
    page.wait_for_selector("#done:not([hidden])")
    assert page.inner_text("#done-payable") == "¥92.23"


@on_phone
def test_the_keypad_writes_amounts_only(visit: Visit) -> None:
    typed = {"007": "7", "1.999": "1.99", ".5": "0.5", "1..2": "1.2", "123456789": "1234567"}
    begin(visit)
    for keys, amount in typed.items():
        for key in keys:
            visit.page.tap(f'#keypad [data-key="{key}"]')
        expect(visit.page.locator("#amount")).to_have_value(amount)
        for _ in amount:
            visit.page.tap('#keypad [data-key="⌫"]')
        expect(visit.page.locator("#amount")).to_have_value("")


@on_phone
def test_two_thumbs_lose_no_key(visit: Visit) -> None:
    """The second comes before the first has left, and a finger slides: no click, yet a key."""
    begin(visit)
    page = visit.page
    places = {
        key: page.locator(f'#keypad [data-key="{key}"]').bounding_box() for key in ("1", "2", "3")
    }
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *keys: str, slid: int = 0) -> None:
        points = [
            {"id": int(key), "x": places[key]["x"] + 20 + slid, "y": places[key]["y"] + 20}
            for key in keys
        ]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", "1")
    touch("touchStart", "1", "2")
    touch("touchEnd", "2")
    touch("touchEnd")
    touch("touchStart", "3")
    touch("touchMove", "3", slid=25)
    touch("touchEnd")
    expect(page.locator("#amount")).to_have_value("123")


@at_desk
def test_goods_line_by_line(visit: Visit) -> None:
    begin(visit)
    page = visit.page
    page.check("#presenters input >> nth=0")
    page.click("#lines summary")
    for place, (amount, kind) in enumerate((("103.00", ""), ("25", "tobacco"))):
        page.click("#line-add")
        line = page.locator("#line-list li").nth(place)
        line.locator("select").select_option(kind)
        line.locator("input").nth(1).fill(amount)
    page.wait_for_selector("#confirm:not([disabled])")
    assert page.input_value("#amount") == "128.00"
    assert page.inner_text("#quote-payable") == "¥119.76"
    page.click(".why summary")
    assert "香烟" in page.inner_text("#explanation")
    page.click("#confirm")
    page.wait_for_selector("#done:not([hidden])")


@at_desk
def test_yes_and_no_sound_different_and_are_remembered(ready: Visit) -> None:
    page = ready.page

    def sounded() -> Any:
        return page.evaluate("document.documentElement.dataset.sounded")

    ready.scan(ready.county.lost_card["token"])
    page.wait_for_selector("#refused:not([hidden])")
    no = sounded()
    page.keyboard.press("Escape")
    ready.scan(ready.county.card["token"])
    sold_to(ready)
    assert {no, sounded()} == {"330", "1320"}
    page.keyboard.press("Escape")
    page.wait_for_selector("#ready:not([hidden])")
    page.click("#sound")
    page.reload()
    page.locator("#sound", has_text="关").wait_for()


@at_desk
def test_a_code_that_pauses_after_its_first_characters_is_one_code(visit: Visit) -> None:
    visit.sign_in(visit.county.cashier)
    till_ready(visit.page)
    token = visit.county.card["token"]
    with visit.at_once():
        visit.page.keyboard.type(token[:5])
        visit.pause(300)
        visit.page.keyboard.type(token[5:])
        visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#sale:not([hidden])")


@on_phone
def test_a_code_too_slow_for_a_scanner_loses_no_digit(visit: Visit) -> None:
    visit.sign_in(visit.county.cashier)
    till_ready(visit.page)
    number = visit.county.card["number"]
    visit.page.keyboard.type(number[:11])
    visit.page.keyboard.type(number[11:], delay=110)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#sale:not([hidden])")
