"""The QR code's size and form, and that the SVG can be read."""

from __future__ import annotations

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from huimin.cards.qr import card_code, code_modules

DIGITS = "1" + "2345678901" * 22 + "2345"
ADDRESS = f"HTTPS://HUIMIN.LEZHI.GOV.CN/C/{DIGITS}"


def picture_of(modules: list[list[bool]]) -> Image.Image:
    side, border = 4, 16
    size = len(modules) * side + 2 * border
    image = Image.new("L", (size, size), 255)
    draw = ImageDraw.Draw(image)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                left, top = border + x * side, border + y * side
                draw.rectangle((left, top, left + side - 1, top + side - 1), fill=0)
    return image


@pytest.mark.parametrize(("text", "version"), [(DIGITS, 6), (ADDRESS, 7)])
def test_the_symbol_is_small_and_reads_back(text: str, version: int) -> None:
    assert len(DIGITS) == 225
    assert card_code(text).version == version
    modules = code_modules(text)
    assert len(modules) == 17 + 4 * version
    (code,) = zxingcpp.read_barcodes(picture_of(modules))
    assert code.text == text and code.ec_level == "M"


@pytest.mark.parametrize("text", ["", "abc", "HTTPS://HOST/C/", "１２３", "12 34"])
def test_other_text_is_no_card_code(text: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        card_code(text)
