"""Draw the first pages of a PDF below one another as one JPEG; runs in a process of its own.

PDFium is built without JavaScript, and nothing in the file is followed: no links, forms, or
attachments.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image

PAGES_DRAWN = 5
WIDTH, HEIGHT_MAX, BETWEEN = 1_000, 2_000, 12
QUALITY = 80
GREY = (200, 208, 204)


def draw_pages(content: bytes) -> Iterator[bytes]:
    """The JPEG. Raises pypdfium2.PdfiumError for what is no PDF, or is locked by a password."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    pages = [_drawn(document[place]) for place in range(min(len(document), PAGES_DRAWN))]
    height = sum(page.height for page in pages) + BETWEEN * (len(pages) - 1)
    sheet = Image.new("RGB", (max(page.width for page in pages), height), GREY)
    top = 0
    for page in pages:
        sheet.paste(page, (0, top))
        top += page.height + BETWEEN
    jpeg = io.BytesIO()
    sheet.save(jpeg, "JPEG", quality=QUALITY)
    yield jpeg.getvalue()


def _drawn(page: object) -> Image.Image:
    """A page as wide as the others, unless it is too high for that."""
    width, height = page.get_size()  # type: ignore[attr-defined]
    scale = min(WIDTH / max(width, 1), HEIGHT_MAX / max(height, 1))
    picture: Image.Image = page.render(scale=scale).to_pil()  # type: ignore[attr-defined]
    return picture.convert("RGB")
