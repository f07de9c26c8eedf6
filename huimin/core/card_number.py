"""The number of a card: county code (6), random serial (9), Verhoeff check digit.

The check digit detects every wrong digit and every swap of neighbours, so that a typing error can
be distinguished from a card that does not exist.
"""

from __future__ import annotations

from stdnum import verhoeff

from huimin.core.visible_text import without_blanks

SERIAL_DIGITS = 9
NUMBER_DIGITS = 16


def make_number(serial: int, county_code: str) -> str:
    """The 16-digit number for a serial. Raises ValueError unless 0 <= serial < 10⁹."""
    if not 0 <= serial < 10**SERIAL_DIGITS:
        raise ValueError("a serial has nine digits")
    body = f"{county_code}{serial:0{SERIAL_DIGITS}d}"
    return body + str(verhoeff.calc_check_digit(body))


def typed_number(text: str) -> str:
    """A number as somebody typed it, in any width and grouping, as it is kept: 5120220000000018."""
    return without_blanks(text).replace("-", "")


def is_valid(number: str) -> bool:
    """Whether it is 16 ASCII digits with a correct check digit; the card need not exist."""
    return (
        len(number) == NUMBER_DIGITS
        and number.isascii()
        and number.isdigit()
        and bool(verhoeff.is_valid(number))
    )


def group(number: str) -> str:
    """The number in groups of four, as printed."""
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))
