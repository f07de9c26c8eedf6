"""How many bytes a request may bring: 1 MiB, and more where a page takes files.

The server asks before it receives a large body (serving/bodies.py), and Flask before anything reads
it: the check against forged forms reads the form before the page can say what it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request, session

REQUEST_BYTES_MAX = 1024 * 1024
# The same without a session: set-up tills send the lists of their day.
STRANGERS_BYTES_MAX = 3 * 1024 * 1024
# What a form holds besides its files.
FORM_BYTES = 100_000

View = TypeVar("View", bound=Callable[..., Any])


def takes_files(
    bytes_max: int, *, known: Callable[[], bool] = lambda: False
) -> Callable[[View], View]:
    """Let a view take files of so many bytes together. Stands below the guards of the view.

    `known` says of a request without a session whether its sender is known in another way.
    """

    def mark(view: View) -> View:
        view.bytes_max = bytes_max + FORM_BYTES  # type: ignore[attr-defined]
        view.knows_sender = known  # type: ignore[attr-defined]
        return view

    return mark


def install(app: Flask) -> None:
    """Apply it to every request; called before anything that reads forms is installed."""
    app.before_request(_limit_body)


def bytes_max_of(app: Flask, environ: dict[str, Any]) -> int:
    """The largest body that is received of a request, in bytes.

    It is less for somebody who has never signed in here, whatever the address takes.
    """
    with app.request_context(environ):
        bytes_max = _bytes_max()
        if bytes_max <= STRANGERS_BYTES_MAX or "session_id" in session:
            return bytes_max
        view = current_app.view_functions.get(request.endpoint or "")
        known = getattr(view, "knows_sender", lambda: False)
        return bytes_max if known() else STRANGERS_BYTES_MAX


def _limit_body() -> None:
    request.max_content_length = _bytes_max()


def _bytes_max() -> int:
    view = current_app.view_functions.get(request.endpoint or "")
    bytes_max: int = getattr(view, "bytes_max", REQUEST_BYTES_MAX)
    return bytes_max
