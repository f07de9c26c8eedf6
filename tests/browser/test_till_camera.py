"""The camera at the till: a fake video of a printed card, read by the shipped WebAssembly."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageFilter

from tests.browser.conftest import DESK, Visit
from tests.browser.offline_county import until
from tests.browser.sizes import at_desk
from tests.browser.test_till import choose
from tests.browser.windows import new_context, till_ready

pytestmark = pytest.mark.browser

WIDTH, HEIGHT, CARD_WIDTH = 960, 540, 640

# How often the page has asked for the camera, and how many of its pictures it has looked at.
COUNT_LOOKS = """
  window.asked = window.looks = 0;
  const ask = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = function (wanted) {
    window.asked += 1;
    return ask.call(this, wanted);
  };
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (...given) {
    window.looks += 1;
    return draw.apply(this, given);
  };
"""


def picture_of_card(pdf: bytes) -> Image.Image:
    """A printed card as a hand holds it: over a counter, tilted, not quite sharp."""
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        page = document[0]
        printed = page.render(scale=CARD_WIDTH / page.get_width()).to_pil().convert("RGB")
    counter = Image.new("RGB", (WIDTH, HEIGHT), "#8a8175")
    card = printed.rotate(4, expand=True, fillcolor="#8a8175", resample=Image.Resampling.BICUBIC)
    counter.paste(card, ((WIDTH - card.width) // 2, (HEIGHT - card.height) // 2))
    return counter.filter(ImageFilter.GaussianBlur(0.8))


def write_video(path: Path, pictures: list[Image.Image]) -> None:
    """An uncompressed video (YUV4MPEG2), one picture after the other, that the browser repeats."""
    with path.open("wb") as video:
        video.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F5:1 Ip A1:1 C420jpeg\n".encode())
        for picture in pictures:
            luma, blue, red = picture.convert("YCbCr").split()
            half = (WIDTH // 2, HEIGHT // 2)
            video.write(b"FRAME\n" + luma.tobytes())
            video.write(blue.resize(half).tobytes() + red.resize(half).tobytes())


@pytest.fixture
def held_up(visit: Visit, chromium: str, tmp_path: Path, browser: Any) -> Iterator[Any]:
    """`held_up(text or card)`: a window whose camera sees the printed card."""
    opened: list[Any] = []

    def hold(picture: Image.Image) -> Any:
        video = tmp_path / "card.y4m"
        write_video(video, [picture] * 3)
        started = browser.browser_type.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-video-capture={video}",
            ],
        )
        opened.append(started)
        context = new_context(started, viewport=DESK)
        visit.page = context.new_page()
        visit.page.set_default_timeout(30_000)
        visit.page.add_init_script(COUNT_LOOKS)
        visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
        visit.page.on("request", lambda asked: visit.hosts.add(asked.url.split("/")[2]))
        return visit.page

    yield hold
    for one in opened:
        one.close()


def printed(visit: Visit, card: dict[str, Any]) -> Image.Image:
    """The card as the county prints it, with the code in its address form."""
    from huimin.cards.sheet import CardFace, PrintedCard, cards_pdf
    from huimin.core.card_token import address_form

    code = address_form(card["token"], "card.example.gov.cn")
    face = CardFace("乐至县", "12345")
    card_face = PrintedCard(card["number"], "黄建平", card["expires_on"], code)
    return picture_of_card(cards_pdf([card_face], face, single=True))


@at_desk
def test_a_printed_card_before_the_camera_is_sold_to_once(visit: Visit, held_up: Any) -> None:
    page = held_up(printed(visit, visit.county.card))
    visit.sign_in(visit.county.cashier)
    page.wait_for_selector("#today-sales li")
    assert page.evaluate("'BarcodeDetector' in window") is False, "the shipped reader is at work"
    assert page.is_hidden("#camera-box"), "the camera only runs when it is wanted"
    page.click("#camera")
    page.wait_for_selector("#sale:not([hidden])")
    assert "黄*平" in page.inner_text("#presenters")
    choose(visit, "128")
    page.keyboard.press("Enter")
    page.wait_for_selector("#done:not([hidden])")
    before = page.evaluate("looks")
    until(lambda: page.evaluate("looks") > before + 12)
    assert page.is_visible("#done"), "a card that stays in sight is not sold to again"
    assert "zxing_reader.wasm" in page.evaluate(
        "performance.getEntriesByType('resource').map(one => one.name).join()"
    )
    page.reload()
    page.wait_for_selector("#sale:not([hidden])")  # the camera is remembered
    page.keyboard.press("Escape")
    page.wait_for_selector("#camera-box:not([hidden])")
    page.click("#camera")
    page.wait_for_selector("#camera-box", state="hidden")
    page.reload()
    till_ready(page)
    assert page.evaluate("asked") == 0 and page.is_hidden("#camera-box")


def sticker() -> Image.Image:
    """A payment code as it is stuck on every counter."""
    import qrcode

    text = "https://qr.95516.com/00010000/01012345678901234567890123456789"
    return qrcode.make(text, box_size=4).get_image().convert("RGB")


@at_desk
@pytest.mark.parametrize("place", [(0, 0), (0, 188), (100, 376)])
def test_the_card_is_read_beside_a_payment_sticker(
    visit: Visit, held_up: Any, place: tuple[int, int]
) -> None:
    """In each of these places a reader that stops at one code finds the sticker alone."""
    counter = printed(visit, visit.county.card)
    counter.paste(sticker(), place)
    page = held_up(counter)
    visit.sign_in(visit.county.cashier)
    page.wait_for_selector("#today-sales li")
    page.click("#camera")
    page.wait_for_selector("#sale:not([hidden])")
    assert "黄*平" in page.inner_text("#presenters")
    page.keyboard.press("Escape")
    page.wait_for_selector("#ready:not([hidden])")
    page.click("#camera")
    page.wait_for_selector("#camera-box", state="hidden")
    page.click("#camera")
    page.wait_for_selector("#sale:not([hidden])")  # off and on again: read again


@at_desk
def test_a_till_is_set_up_by_the_camera(visit: Visit, held_up: Any) -> None:
    import qrcode

    text = f"{visit.county.address}/till/set-up#{visit.county.join_code()}"
    code = qrcode.make(text, box_size=7).get_image().convert("RGB")
    counter = Image.new("RGB", (WIDTH, HEIGHT), "#8a8175")
    counter.paste(code, ((WIDTH - code.width) // 2, (HEIGHT - code.height) // 2))
    page = held_up(counter)
    page.goto(visit.county.address + "/till/set-up")
    page.click("#camera")
    page.wait_for_selector("#ready:not([hidden])")
    assert page.url.endswith("/till/")


@at_desk
def test_without_a_camera_the_other_ways_are_named(visit: Visit) -> None:
    visit.sign_in(visit.county.cashier)
    page = visit.page
    page.wait_for_selector("#today-sales li")
    page.click("#camera")
    page.locator("#told", has_text="扫码枪").wait_for()
    assert page.is_hidden("#camera-box")
    visit.scan(visit.county.card["token"])
    page.wait_for_selector("#sale:not([hidden])")
