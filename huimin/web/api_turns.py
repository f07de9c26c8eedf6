"""Tills' requests take turns (storage/turns.py): they are short, and all need the same writer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from huimin.storage.turns import turns

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class ApiTurns:
    """WSGI middleware: POSTs to the API wait for their turn; pages and lists don't."""

    def __init__(self, app: WSGI) -> None:
        self._app = app

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].startswith("/api/"):
            return self._app(environ, start_response)
        with turns.taken():
            return self._app(environ, start_response)
