"""A photo on a page: the one that a form sent, and one that was kept, shown in its own right."""

from __future__ import annotations

from flask import Response, request

from huimin.core.refusals import Refusal
from huimin.keys.sealed_files import readable_file
from huimin.pictures.take_photo import FILE_BYTES_MAX, MEDIA_TYPE, Photo, drawn_anew
from huimin.storage.places import Places
from huimin.web.current import instance


def sent_photo(field: str) -> Photo | None:
    """The photo that a form sent, drawn anew; None where none was chosen. Raises as drawn_anew."""
    file = request.files.get(field)
    if file is None or not file.filename:
        return None
    return drawn_anew(instance().part(Places), file.read(FILE_BYTES_MAX + 1), field)


def photo_answer(picture_id: str) -> Response:
    """A photo that was kept. Raises Refusal `not_found` where no file or no key of it is here."""
    content = readable_file(instance().personal_data, instance().settings.folder, picture_id)
    if content is None:
        raise Refusal("not_found")
    return picture_answer(content, MEDIA_TYPE)


def picture_answer(content: bytes, media_type: str) -> Response:
    """A picture of somebody's: nothing in it runs, and nobody's cache keeps it."""
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response
