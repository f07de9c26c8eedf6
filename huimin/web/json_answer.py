"""A JSON answer that no cache keeps: what a till is told holds for this moment only."""

from __future__ import annotations

from typing import Any

from flask import Response

from huimin.core.json_text import write_json


def json_response(body: dict[str, Any], status: int = 200) -> Response:
    """The body as JSON (UTF-8, in the order of its fields), not to be stored."""
    return json_text_response(write_json(body), status)


def json_text_response(text: str, status: int = 200) -> Response:
    """The same for a body that is JSON already."""
    return Response(text, status, {"Cache-Control": "no-store"}, content_type="application/json")
