"""The printed card, judged from the PDF alone: sizes in millimetres, fonts, words, the code."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image

from huimin.cards.print_run import printed_cards
from huimin.cards.sheet import CardFace, PrintedCard, cards_pdf, missing_glyphs
from huimin.core.card_number import group
from huimin.core.card_number import make_number as number_of_county
from huimin.core.card_token import CardReading, read_text
from huimin.instance import Instance
from tests.cards.independent import read_codes, verified_claims
from tests.making.cards import make_card
from tests.making.holders import make_holder

FACE = CardFace("乐至县", "028-23322345")
POINTS_PER_MM = 72 / 25.4
DOTS_PER_INCH = 300
DIGITS = "1" + "2345678901" * 22 + "2345"


def make_number(serial: int) -> str:
    return number_of_county(serial, "512022")


def plain_cards(count: int) -> list[PrintedCard]:
    return [
        PrintedCard(make_number(index), "黄筱平", "2029-10-31", DIGITS[:-3] + f"{index:03d}")
        for index in range(count)
    ]


def page_image(pdf: bytes, page: int = 0) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        image: Image.Image = document[page].render(scale=DOTS_PER_INCH / 72).to_pil()
        return image


def page_sizes_mm(pdf: bytes) -> list[tuple[float, float]]:
    with pypdfium2.PdfDocument(pdf) as document:
        sizes = [page.get_size() for page in document]
    return [(width / POINTS_PER_MM, height / POINTS_PER_MM) for width, height in sizes]


def page_text(pdf: bytes, page: int = 0) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        text: str = document[page].get_textpage().get_text_range()
        return text


def side_mm(code: Any) -> float:
    corners = code.position
    return float((corners.top_right.x - corners.top_left.x) / DOTS_PER_INCH * 25.4)


def test_eight_cards_stand_on_a_page_and_the_ninth_on_the_next() -> None:
    cards = plain_cards(9)
    pdf = cards_pdf(cards, FACE)
    assert page_sizes_mm(pdf) == [pytest.approx((210, 297), abs=0.1)] * 2
    assert [code.text for code in read_codes(pdf)] == [card.code_text for card in cards[:8]]
    assert [code.text for code in read_codes(pdf, page=1)] == [cards[8].code_text]


def test_a_single_card_fills_an_id_1_page_each() -> None:
    pdf = cards_pdf(plain_cards(2), FACE, single=True)
    assert page_sizes_mm(pdf) == [pytest.approx((85.60, 53.98), abs=0.01)] * 2
    assert len(read_codes(pdf)) == len(read_codes(pdf, page=1)) == 1


def test_the_code_is_large_enough_with_a_white_quiet_zone() -> None:
    pdf = cards_pdf(plain_cards(1), FACE, single=True)
    (code,) = read_codes(pdf, dots_per_inch=DOTS_PER_INCH)
    assert side_mm(code) >= 25
    module = side_mm(code) / 41 / 25.4 * DOTS_PER_INCH
    spot, quiet = code.position, 4 * module - 3
    image = page_image(pdf).convert("L")
    zone = image.crop(
        (
            int(spot.top_left.x - quiet),
            int(spot.top_left.y - quiet),
            int(spot.bottom_right.x + quiet),
            int(spot.bottom_right.y + quiet),
        )
    )
    inner = int(quiet) - 3
    for box in (
        (0, 0, zone.width, inner),
        (0, zone.height - inner, zone.width, zone.height),
        (0, 0, inner, zone.height),
        (zone.width - inner, 0, zone.width, zone.height),
    ):
        assert zone.crop(box).getextrema()[0] == 255


def cut_lines(pdf: bytes) -> list[tuple[float, float, float, float]]:
    """Stroked straight lines of the page: left, bottom, right, top in mm."""
    lines = []
    with pypdfium2.PdfDocument(pdf) as document:
        for item in document[0].get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
            if pdfium.FPDFPath_CountSegments(item) != 2:
                continue
            edges = [ctypes.c_float() for _ in range(4)]
            pdfium.FPDFPageObj_GetBounds(item, *edges)
            left, bottom, right, top = (edge.value / POINTS_PER_MM for edge in edges)
            lines.append((left, bottom, right, top))
    return lines


def test_cut_marks_stand_at_the_edges_of_id_1_cards_and_outside_them() -> None:
    lines = cut_lines(cards_pdf(plain_cards(8), FACE))
    assert len(lines) == 8 * 8
    upright = [line for line in lines if line[3] - line[1] > line[2] - line[0]]
    level = [line for line in lines if line not in upright]
    xs = sorted({round((left + right) / 2, 1) for left, _, right, _ in upright})
    ys = sorted({round((bottom + top) / 2, 1) for _, bottom, _, top in level})
    assert len(xs) == 4 and len(ys) == 8
    for first, second in (xs[:2], xs[2:]):
        assert second - first == pytest.approx(85.60, abs=0.15)
    for first, second in zip(ys[::2], ys[1::2], strict=True):
        assert second - first == pytest.approx(53.98, abs=0.15)
    # The sheet is centred, and no mark reaches into a card.
    assert xs[0] + xs[-1] == pytest.approx(210, abs=0.2)
    assert ys[0] + ys[-1] == pytest.approx(297, abs=0.2)
    for left, _, right, _ in level:
        assert not any(
            first + 0.1 < right and left < second - 0.1 for first, second in (xs[:2], xs[2:])
        )


def test_a_single_card_has_no_cut_marks() -> None:
    assert cut_lines(cards_pdf(plain_cards(1), FACE, single=True)) == []


def test_the_card_says_what_it_must_in_an_embedded_font() -> None:
    card = plain_cards(1)[0]
    pdf = cards_pdf([card], FACE, single=True)
    text = page_text(pdf)
    for words in ("乐至县惠民卡", "黄筱平", group(card.number), "2029年10月31日", "028-23322345"):
        assert words in text
    with pypdfium2.PdfDocument(pdf) as document:
        for item in document[0].get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
            font = pdfium.FPDFTextObj_GetFont(item)
            assert pdfium.FPDFFont_GetIsEmbedded(font) == 1
    assert len(pdf) < 200_000


def test_eligibility_is_not_printed(instance: Instance) -> None:
    card = make_card(instance, make_holder(instance))
    rows = [{**card, "holder_name": "黄筱平"}]
    text = page_text(cards_pdf(printed_cards(rows, instance.key_ring, None), FACE))
    for word in ("低保", "特困", "重病", "残疾", "孤儿", "dibao", "困难"):
        assert word not in text


def test_the_same_cards_give_the_same_bytes() -> None:
    assert cards_pdf(plain_cards(9), FACE) == cards_pdf(plain_cards(9), FACE)


def test_nothing_to_print_is_an_error() -> None:
    with pytest.raises(ValueError, match="no card"):
        cards_pdf([], FACE)


@pytest.mark.parametrize(
    "name",
    [
        "王",
        "欧阳娜娜",
        "买买提·艾则孜",
        "阿不都热依木·吐尔逊买买提江·阿布都克里木",
        "長" * 40,
        "龘𰻝㛃",
    ],
)
def test_every_name_fits_and_leaves_the_code_readable(name: str) -> None:
    card = PrintedCard(make_number(5), name, "2029-10-31", DIGITS)
    pdf = cards_pdf([card], FACE, single=True)
    (code,) = read_codes(pdf, dots_per_inch=DOTS_PER_INCH)
    assert code.text == DIGITS
    with pypdfium2.PdfDocument(pdf) as document:
        for item in document[0].get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
            edges = [ctypes.c_float() for _ in range(4)]
            pdfium.FPDFPageObj_GetBounds(item, *edges)
            left, bottom, right, top = (edge.value / POINTS_PER_MM for edge in edges)
            assert left >= 4 and bottom >= 3 and right <= 82 and top <= 52
    assert missing_glyphs([card]) == []


def test_a_name_with_a_character_the_font_lacks_is_named() -> None:
    cards = [
        *plain_cards(1),
        PrintedCard(make_number(7), "李𪚥𪚥😀", "2029-10-31", DIGITS),
    ]
    (lacking,) = missing_glyphs(cards)
    assert (lacking.number, lacking.characters) == (cards[1].number, "𪚥😀")


@pytest.mark.parametrize("host", [None, "huimin.lezhi.gov.cn"])
def test_the_printed_code_verifies_with_the_public_keys_alone(
    instance: Instance, host: str | None
) -> None:
    cards = [make_card(instance) for _ in range(3)]
    instance.key_ring.add()
    cards.append(make_card(instance))
    rows = [{**card, "holder_name": "张伟"} for card in cards]
    pdf = cards_pdf(printed_cards(rows, instance.key_ring, host), FACE)
    codes = read_codes(pdf)
    assert len(codes) == 4
    for code, card in zip(codes, cards, strict=True):
        address, _, digits = code.text.rpartition("/")
        assert address == (f"HTTPS://{host.upper()}/C" if host else "")
        assert read_text(code.text) == CardReading("token", card["token"])
        claims = verified_claims(digits, instance.key_ring.jwks())
        assert claims[7].hex() == card["copy_id"]
