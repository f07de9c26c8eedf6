"""Take a photo that a form sent: limits first, then drawn anew apart, then sealed beside its row.

Strangers send photos. So the file is only ever opened in a process of its own, a few at once, and
what is kept is never the file that was sent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from huimin.apart.apart import WorkBroken, apart
from huimin.apart.limits import Limits
from huimin.core.days import instant_text
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.pictures import queries
from huimin.storage.engine import Transaction
from huimin.storage.places import Places

FILE_BYTES_MAX = 8 * 1024 * 1024
MEDIA_TYPE = "image/jpeg"
LIMITS = Limits(cpu_seconds=10, seconds=20, memory_bytes=1024 * 1024 * 1024)
AT_ONCE, WAIT_SECONDS = 2, 20


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo drawn anew: a JPEG and its size in pixels."""

    content: bytes
    width_pixels: int
    height_pixels: int


def drawn_anew(places: Places, content: bytes, field: str) -> Photo:
    """The photo without what its file said beside it.

    Raises FieldProblems on `field`, Refusal `too_many_uploads` when too many wait.
    """
    if not content:
        raise field_problem(field, "这个文件是空的，请重新选择。")
    if len(content) > FILE_BYTES_MAX:
        raise field_problem(field, "照片不能超过 8 MB，请换一张小些的。")
    too_much = partial(_not_drawn, field)
    with places.waited_for("photos drawn", AT_ONCE, WAIT_SECONDS) as came:
        if not came:
            raise Refusal("too_many_uploads")
        try:
            with apart(
                "huimin.pictures.draw_photo:draw_photo",
                content,
                field,
                limits=LIMITS,
                exceeded=too_much,
            ) as artist:
                return Photo(*artist.ask())
        except WorkBroken:
            raise too_much() from None


def add_picture(tx: Transaction, photo: Photo, picture_id: str, *, now: datetime) -> str:
    """Write the row of a photo whose file is written; returns its id."""
    queries.insert_picture(
        tx,
        id=picture_id,
        width_pixels=photo.width_pixels,
        height_pixels=photo.height_pixels,
        size_bytes=len(photo.content),
        sha256=hashlib.sha256(photo.content).hexdigest(),
        sent_at=instant_text(now),
    )
    return picture_id


def has_picture(tx: Transaction, picture_id: str) -> bool:
    """Whether there is such a photo, and it was not removed."""
    return queries.has_picture(tx, id=picture_id) is not None


def remove_picture(tx: Transaction, picture_id: str, *, now: datetime) -> None:
    """Remove a photo; delete its file (keys/sealed_files.py) after the commit."""
    queries.remove_picture(tx, id=picture_id, now=instant_text(now))


def _not_drawn(field: str) -> FieldProblems:
    return field_problem(field, "这张照片处理不了，请换一张小些的。")
