"""JSON answers that must not be cached: what a till is told is true only at that moment."""

from __future__ import annotations

from typing import Any

from flask import Response

from huimin.core.json_text import write_json


def json_response(body: dict[str, Any], status: int = 200) -> Response:
    """The body as JSON (UTF-8, in the order of its fields), with `no-store`."""
    return json_text_response(write_json(body), status)


def json_text_response(text: str, status: int = 200) -> Response:
    """The same for a body that is already JSON text."""
    return Response(text, status, {"Cache-Control": "no-store"}, content_type="application/json")
