"""Cells of a till's list as values: an order number as written, an amount in whole fen.

Amounts never go through float arithmetic: a number in a workbook is read as the decimal that people
see, and one that is not a whole fen is refused, never rounded.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from huimin.core.days import COUNTY_ZONE
from huimin.core.money import AMOUNT_FEN_MAX
from huimin.core.order_number import ORDER_NO_MAX, plain_order
from huimin.holders.registers.cells import Formula, is_blank

# Many tills write ="2026…" so that a spreadsheet does not turn an order number into 2.02E+15.
QUOTED = re.compile(r'=\s*"([^"]*)"')
SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?e\+?[0-9]{1,3}", re.IGNORECASE)
CLOCK = re.compile(r"(?<![0-9:])([0-9]{1,2}):([0-9]{2})(?::([0-5][0-9]))?(?![0-9])")
EXACT_NUMBER_MAX = 10**15
# Rounding noise of binary fractions in a workbook, such as 117.76000000000001.
NOISE = Decimal("0.0001")


class Unreadable(Exception):
    """A cell that must not be guessed at; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def order_text(cell: Any) -> str:
    """The order number, "" for a blank cell. Raises Unreadable: order_rounded, order_unreadable."""
    if is_blank(cell):
        return ""
    if isinstance(cell, Formula):
        quoted = QUOTED.fullmatch(cell.text)
        if quoted is None:
            raise Unreadable("order_unreadable")
        return plain_order(quoted[1])
    if isinstance(cell, bool):
        raise Unreadable("order_unreadable")
    if isinstance(cell, int | float):
        if cell != cell or abs(cell) >= EXACT_NUMBER_MAX or cell != int(cell):
            raise Unreadable("order_rounded")
        return str(int(cell))
    text = plain_order(str(cell))
    if SCIENTIFIC.fullmatch(text):
        raise Unreadable("order_rounded")
    if len(text) > ORDER_NO_MAX or not text.isprintable():
        raise Unreadable("order_unreadable")
    return text


def fen_of(cell: Any, *, in_fen: bool) -> int | None:
    """The amount in fen, None for a blank cell. Raises Unreadable `amount_unreadable`."""
    if is_blank(cell):
        return None
    if isinstance(cell, bool | Formula):
        raise Unreadable("amount_unreadable")
    try:
        value = Decimal(repr(cell)) if isinstance(cell, int | float) else _decimal(str(cell))
        if not value.is_finite():
            raise Unreadable("amount_unreadable")
        fen = value if in_fen else value.scaleb(2)
        whole = fen.to_integral_value()
    except InvalidOperation:
        raise Unreadable("amount_unreadable") from None
    if abs(fen - whole) > NOISE or abs(whole) > AMOUNT_FEN_MAX:
        raise Unreadable("amount_unreadable")
    return int(whole)


def time_text(cell: Any) -> str | None:
    """The county time of day, "14:05:33"; None for a blank cell and for anything else."""
    if isinstance(cell, datetime | time):
        return f"{cell:%H:%M:%S}"
    if not isinstance(cell, str):
        return None
    with suppress(ValueError):
        instant = datetime.fromisoformat(cell.strip(" '"))
        if instant.tzinfo is not None:
            return f"{instant.astimezone(COUNTY_ZONE):%H:%M:%S}"
    clock = CLOCK.search(unicodedata.normalize("NFKC", cell))
    if clock is None or int(clock[1]) > 23 or int(clock[2]) > 59:
        return None
    return f"{int(clock[1]):02d}:{clock[2]}:{clock[3] or '00'}"


def _decimal(text: str) -> Decimal:
    plain = unicodedata.normalize("NFKC", text).strip(" \t'`")
    plain = re.sub("[−–—]", "-", plain).replace(",", "").replace(" ", "")
    bracketed = re.fullmatch(r"\((.+)\)", plain)
    plain = f"-{bracketed[1]}" if bracketed else plain
    plain = re.sub("[¥￥元]", "", plain)
    if not re.fullmatch(r"[+-]?[0-9]{1,12}(\.[0-9]{1,20})?", plain, re.ASCII):
        raise Unreadable("amount_unreadable")
    return Decimal(plain)
