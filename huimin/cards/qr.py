"""The QR code of a card: from token digits to modules, for a printed sheet.

Digits are encoded in numeric mode and a card address in front of them in alphanumeric mode, which
keeps the symbol at version 6 or 7; error correction level M lets a scratched card still read.
"""

from __future__ import annotations

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_ALPHA_NUM, MODE_NUMBER, QRData

QUIET_ZONE_MODULES = 4


def card_code(text: str) -> qrcode.QRCode:
    """The QR code of a token (digits) or of a card address (`HTTPS://HOST/C/` + digits).

    Raises ValueError for any other text.
    """
    address, slash, digits = text.rpartition("/")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("a card's QR code ends in its token's digits")
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M)
    if slash:
        code.add_data(QRData(address + slash, mode=MODE_ALPHA_NUM))
    code.add_data(QRData(digits, mode=MODE_NUMBER))
    code.make(fit=True)
    return code


def code_modules(text: str) -> list[list[bool]]:
    """The symbol's rows from the top, True for dark modules, without the quiet zone."""
    return [[bool(cell) for cell in row] for row in card_code(text).modules]
