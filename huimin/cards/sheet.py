"""Typeset ISO ID-1 cards as PDF: eight on an A4 page with cut marks, or one card per page.

Plain values in, bytes out; the same cards give the same bytes. A card never shows why its holder is
entitled, so that is not even passed in.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from huimin.cards.qr import QUIET_ZONE_MODULES, code_modules
from huimin.core.card_number import group
from huimin.core.catalogue import say
from huimin.core.period_words import day_words

CARD_WIDTH_MM, CARD_HEIGHT_MM = 85.60, 53.98
COLUMNS, ROWS = 2, 4
CARDS_PER_PAGE = COLUMNS * ROWS
GAP_MM = 8.0
# The band extends a little beyond the edge, so that an imprecise cut leaves no white rim.
BLEED_MM = 1.5
CUT_MARK_OFFSET_MM, CUT_MARK_LENGTH_MM = 2.0, 2.0
CODE_SIDE_MM = 28.0
MARGIN_MM = 5.0
BAND_MM = 10.5

FONT_FILE = Path(__file__).parent / "fonts" / "NotoSansSC-Regular.ttf"
FONT = "NotoSansSC"
GREEN, INK, GREY = HexColor("#0B6E4F"), HexColor("#1A1A1A"), HexColor("#595959")


@dataclass(frozen=True)
class PrintedCard:
    """What is printed on one card. `code_text` is the content of its QR code."""

    number: str
    name: str
    expires_on: str
    code_text: str


@dataclass(frozen=True)
class CardFace:
    """What all cards of a print run share."""

    county_name: str
    help_line: str


@dataclass(frozen=True)
class MissingGlyphs:
    """A card whose name the font cannot set in full, and the characters it lacks."""

    number: str
    name: str
    characters: str


def printed_font() -> str:
    """Register the font of all our PDFs and return its name."""
    _font()
    return FONT


def missing_glyphs(cards: Iterable[PrintedCard]) -> list[MissingGlyphs]:
    """The cards whose names have a blank for a character, to be filled in by hand."""
    missing = []
    for card in cards:
        lacking = "".join(dict.fromkeys(c for c in card.name if not _has_glyph(c)))
        if lacking:
            missing.append(MissingGlyphs(card.number, card.name, lacking))
    return missing


def cards_pdf(cards: Iterable[PrintedCard], face: CardFace, *, single: bool = False) -> bytes:
    """A PDF of the cards in order. Raises ValueError when there are none."""
    written = io.BytesIO()
    size = (CARD_WIDTH_MM * mm, CARD_HEIGHT_MM * mm) if single else A4
    canvas = Canvas(written, pagesize=size, pageCompression=1, invariant=1)
    canvas.setTitle(say("{county}惠民卡", county=face.county_name))
    canvas.setAuthor(face.county_name)
    _font()
    count = 0
    for count, card in enumerate(cards, start=1):
        place = 0 if single else (count - 1) % CARDS_PER_PAGE
        if count > 1 and place == 0:
            canvas.showPage()
        canvas.saveState()
        canvas.translate(*((0, 0) if single else _corner(place)))
        if not single:
            _draw_cut_marks(canvas)
        _draw_card(canvas, card, face)
        canvas.restoreState()
    if count == 0:
        raise ValueError("no card to print")
    canvas.save()
    return written.getvalue()


def _corner(place: int) -> tuple[float, float]:
    """The lower left corner, in points, of one of the eight places, row by row from the top."""
    row, column = divmod(place, COLUMNS)
    used_width = COLUMNS * CARD_WIDTH_MM + (COLUMNS - 1) * GAP_MM
    used_height = ROWS * CARD_HEIGHT_MM + (ROWS - 1) * GAP_MM
    left = (A4[0] - used_width * mm) / 2
    bottom = (A4[1] - used_height * mm) / 2
    return (
        left + column * (CARD_WIDTH_MM + GAP_MM) * mm,
        bottom + (ROWS - 1 - row) * (CARD_HEIGHT_MM + GAP_MM) * mm,
    )


def _draw_cut_marks(canvas: Canvas) -> None:
    canvas.setLineWidth(0.25)
    canvas.setStrokeColor(INK)
    near, far = CUT_MARK_OFFSET_MM * mm, (CUT_MARK_OFFSET_MM + CUT_MARK_LENGTH_MM) * mm
    for x, outward_x in ((0.0, -1), (CARD_WIDTH_MM * mm, 1)):
        for y, outward_y in ((0.0, -1), (CARD_HEIGHT_MM * mm, 1)):
            canvas.line(x + outward_x * near, y, x + outward_x * far, y)
            canvas.line(x, y + outward_y * near, x, y + outward_y * far)


def _draw_card(canvas: Canvas, card: PrintedCard, face: CardFace) -> None:
    _draw_band(canvas, face)
    code_left = CARD_WIDTH_MM - MARGIN_MM - CODE_SIDE_MM
    modules = code_modules(card.code_text)
    quiet_mm = QUIET_ZONE_MODULES * CODE_SIDE_MM / len(modules)
    code_bottom = CARD_HEIGHT_MM - BAND_MM - quiet_mm - CODE_SIDE_MM
    _draw_code(canvas, modules, code_left, code_bottom)
    canvas.setFillColor(GREY)
    canvas.setFont(FONT, 7)
    canvas.drawCentredString(
        (code_left + CODE_SIDE_MM / 2) * mm,
        (code_bottom - quiet_mm - 3) * mm,
        say("结算时请出示此码"),
    )
    width_mm = code_left - quiet_mm - MARGIN_MM
    _draw_words(canvas, card, face, width_mm)


def _draw_band(canvas: Canvas, face: CardFace) -> None:
    canvas.setFillColor(GREEN)
    canvas.rect(
        -BLEED_MM * mm,
        (CARD_HEIGHT_MM - BAND_MM) * mm,
        (CARD_WIDTH_MM + 2 * BLEED_MM) * mm,
        (BAND_MM + BLEED_MM) * mm,
        stroke=0,
        fill=1,
    )
    _draw_strong(
        canvas,
        white,
        MARGIN_MM,
        CARD_HEIGHT_MM - BAND_MM + 3.3,
        14,
        say("{county}惠民卡", county=face.county_name),
    )


def _draw_words(canvas: Canvas, card: PrintedCard, face: CardFace, width_mm: float) -> None:
    _draw_label(canvas, 38.6, say("持卡人"))
    # A blank can be filled in with a pen; the font's crossed box could not.
    name = "".join(c if _has_glyph(c) else "\u3000" for c in card.name)
    lines, points = _name_lines(name, width_mm * mm)
    baseline = 31.6 if len(lines) == 1 else 33.6
    for line in lines:
        _draw_strong(canvas, INK, MARGIN_MM, baseline, points, line)
        baseline -= points * 0.42
    _draw_label(canvas, 24.2, say("卡号"))
    canvas.setFillColor(INK)
    canvas.setFont(FONT, 12)
    canvas.drawString(MARGIN_MM * mm, 18.8 * mm, group(card.number))
    last_day = date.fromisoformat(card.expires_on)
    canvas.setFont(FONT, 9)
    canvas.drawString(MARGIN_MM * mm, 12.2 * mm, say("有效期至 {day}", day=day_words(last_day)))
    canvas.setFillColor(GREY)
    canvas.setFont(FONT, 8)
    canvas.drawString(
        MARGIN_MM * mm, 5.6 * mm, say("咨询、挂失 {help_line}", help_line=face.help_line)
    )


def _name_lines(name: str, width: float) -> tuple[list[str], float]:
    """The name in one line as large as fits, or else in two; and its size in points."""
    for points in (18, 16, 14, 12, 11):
        if _width(name, points) <= width:
            return [name], points
    half = (len(name) + 1) // 2
    dots = [at + 1 for at, character in enumerate(name) if character in "·• "]
    # Break a long name at the dot nearest to its middle.
    cut = min(dots, key=lambda at: abs(at - half), default=half)
    lines = [name[:cut].rstrip(), name[cut:].lstrip()]
    widest = max(_width(line, 1) for line in lines)
    return lines, min(11.0, width / widest)


def _draw_label(canvas: Canvas, baseline_mm: float, text: str) -> None:
    canvas.setFillColor(GREY)
    canvas.setFont(FONT, 7)
    canvas.drawString(MARGIN_MM * mm, baseline_mm * mm, text)


def _draw_strong(
    canvas: Canvas, colour: Color, x_mm: float, y_mm: float, points: float, text: str
) -> None:
    """Text with a thin outline of its own colour: semi-bold from the only font we ship."""
    canvas.saveState()
    canvas.setFillColor(colour)
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(points * 0.025)
    words = canvas.beginText(x_mm * mm, y_mm * mm)
    words.setFont(FONT, points)
    words.setTextRenderMode(2)
    words.textOut(text)
    words.setTextRenderMode(0)
    canvas.drawText(words)
    canvas.restoreState()


def _draw_code(canvas: Canvas, modules: list[list[bool]], left_mm: float, bottom_mm: float) -> None:
    """All dark modules as one path, so that no renderer leaves hairlines between them."""
    side = CODE_SIDE_MM * mm / len(modules)
    top = (bottom_mm + CODE_SIDE_MM) * mm
    path = canvas.beginPath()
    for row_index, row in enumerate(modules):
        for start, end in _dark_runs(row):
            path.rect(
                left_mm * mm + start * side,
                top - (row_index + 1) * side,
                (end - start) * side,
                side,
            )
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawPath(path, stroke=0, fill=1)


def _dark_runs(row: list[bool]) -> Iterable[tuple[int, int]]:
    start = None
    for at, dark in enumerate([*row, False]):
        if dark and start is None:
            start = at
        elif not dark and start is not None:
            yield start, at
            start = None


def _has_glyph(character: str) -> bool:
    return ord(character) in _font().face.charToGlyph


def _width(text: str, points: float) -> float:
    return float(_font().stringWidth(text, points))


@lru_cache(maxsize=1)
def _font() -> TTFont:
    font = TTFont(FONT, str(FONT_FILE))
    pdfmetrics.registerFont(font)
    return font
