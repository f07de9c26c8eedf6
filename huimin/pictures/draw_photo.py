"""Draw a photo anew as a JPEG of its pixels and nothing else; runs in a process of its own.

A phone's file says where and when it was taken, with which phone, and may hold a smaller picture of
what was cut away later. None of it is in what is drawn: the pixels are put on a fresh sheet.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image, ImageOps

from huimin.core.refusals import field_problem

FORMATS = ("JPEG", "PNG", "WEBP")
PIXELS_MAX = 50_000_000
# Enough to read a price label.
SIDE_MAX = 1_600
QUALITY = 82
WHITE = (255, 255, 255)


def draw_photo(content: bytes, field: str) -> Iterator[tuple[bytes, int, int]]:
    """The JPEG, its width and its height in pixels. Raises FieldProblems on `field`."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as photo:
            if photo.width * photo.height > PIXELS_MAX:
                raise field_problem(field, "这张照片的像素太多，请换一张小些的。")
            # Of a large JPEG only as much is decoded as is drawn.
            photo.draft("RGB", (SIDE_MAX, SIDE_MAX))
            upright = ImageOps.exif_transpose(photo)
            upright.thumbnail((SIDE_MAX, SIDE_MAX))
            with_alpha = upright.convert("RGBA")
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise field_problem(field, "这张照片读不出来，请换一张 JPEG、PNG 或 WebP 照片。") from None
    sheet = Image.new("RGB", with_alpha.size, WHITE)
    sheet.paste(with_alpha, mask=with_alpha)
    jpeg = io.BytesIO()
    sheet.save(jpeg, "JPEG", quality=QUALITY, optimize=True)
    yield jpeg.getvalue(), sheet.width, sheet.height
