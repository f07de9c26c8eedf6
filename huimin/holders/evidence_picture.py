"""A paper as a picture beside the data that it proves: photos as they are, PDFs drawn.

A PDF is a stranger's file: it is drawn in a process of its own with limits, and the browser only
ever gets a JPEG or a PNG.
"""

from __future__ import annotations

from huimin.apart.apart import WorkBroken, apart
from huimin.apart.limits import Limits
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.storage.places import Places

PDF, JPEG = "application/pdf", "image/jpeg"
LIMITS = Limits(cpu_seconds=10, seconds=20, memory_bytes=1024 * 1024 * 1024)
# A page may show several papers, and several people look at pages: so many are drawn at once.
AT_ONCE, WAIT_SECONDS = 2, 30


def picture_of(places: Places, content: bytes, media_type: str) -> tuple[bytes, str]:
    """The picture and its media type.

    Raises FieldProblems on `evidence` for a PDF that can't be drawn, Refusal `too_many_requests`
    when too many wait.
    """
    if media_type != PDF:
        return content, media_type
    with places.waited_for("papers drawn", AT_ONCE, WAIT_SECONDS) as came:
        if not came:
            raise Refusal("too_many_requests")
        try:
            with apart(
                "huimin.holders.draw_pdf:draw_pages", content, limits=LIMITS, exceeded=_not_drawn
            ) as drawer:
                return bytes(drawer.ask()), JPEG
        except WorkBroken:
            raise _not_drawn() from None


def _not_drawn() -> FieldProblems:
    return field_problem("evidence", "这份 PDF 画不出来，请下载后查看。")
