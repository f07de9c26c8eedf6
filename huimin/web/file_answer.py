"""A file as an answer: a download that no cache keeps."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response


def file_response(content: bytes, content_type: str, name: str) -> Response:
    """The file under that name, never shown in the page."""
    return as_download(Response(content, content_type=content_type), name)


def as_download(response: Response, name: str) -> Response:
    """The same of an answer that holds a file."""
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Cache-Control"] = "no-store"
    return response
