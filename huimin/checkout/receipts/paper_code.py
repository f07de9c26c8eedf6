"""The QR code of a strip of paper, as an SVG for the page that is printed."""

from __future__ import annotations

import io

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage

QUIET_ZONE_MODULES = 4


def address_svg(address: str) -> str:
    """The symbol with its quiet zone as an `<svg>` element."""
    drawn = qrcode.QRCode(
        error_correction=ERROR_CORRECT_M, border=QUIET_ZONE_MODULES, image_factory=SvgPathImage
    )
    drawn.add_data(address)
    drawn.make(fit=True)
    written = io.BytesIO()
    drawn.make_image().save(written)
    return written.getvalue().decode("utf-8").partition("?>")[2].strip()
