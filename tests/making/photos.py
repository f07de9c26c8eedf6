"""Photos to test with: as a phone makes them, with where and by whom; and some that harm."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

PLACE = b"30.2897N-105.0203E"
OWNER = b"Huang's phone"


def phone_photo(form: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """A photo that says where it was taken and by which phone, turned on its side."""
    photo = Image.new("RGB", size, (200, 30, 30))
    exif = photo.getexif()
    exif[0x010E] = PLACE.decode()
    exif[0x0110] = OWNER.decode()
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 17.0, 22.9), 3: "E", 4: (105.0, 1.0, 13.0)})
    more: dict[str, Any] = {"comment": PLACE} if form == "JPEG" else {}
    written = io.BytesIO()
    photo.save(written, form, exif=exif, **more)
    return written.getvalue()


def bomb() -> bytes:
    """A PNG of a few kilobytes that would fill gigabytes."""
    side = 40_000

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    lines = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
