"""A JSON answer that no cache keeps: what a till is told holds for this moment only."""

from __future__ import annotations

from typing import Any, cast

from flask import Response, current_app


def json_response(body: dict[str, Any], status: int = 200) -> Response:
    """The body as JSON (UTF-8, in the order of its fields), not to be stored."""
    response = cast(Response, current_app.json.response(body))
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
