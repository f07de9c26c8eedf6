"""A QR code to show on a page."""

from __future__ import annotations

import base64
import io

import qrcode
import qrcode.image.svg


def qr_data_url(text: str) -> str:
    """The QR code of `text` as a data: URL of an SVG image."""
    image = io.BytesIO()
    qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage).save(image)
    return "data:image/svg+xml;base64," + base64.b64encode(image.getvalue()).decode()
