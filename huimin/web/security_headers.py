"""The headers that every answer carries. Nothing is open by default: scripts, styles, pictures and
connections come from this server only, and no page may be framed.

A WSGI layer and not an `after_request`, so that errors outside of Flask carry them as well and a
sale pays next to nothing for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# A page that reads pictures of cards with WebAssembly; it may compile it, and nothing else is new.
WITH_WASM = CONTENT_SECURITY_POLICY.replace(
    "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}
ONLY_ENCRYPTED = {"Strict-Transport-Security": "max-age=31536000"}

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class SecurityHeaders:
    """The application with these headers on every answer; what an answer set itself stays."""

    def __init__(self, app: WSGI, *, secure: bool) -> None:
        self._app = app
        wanted = {**HEADERS, **ONLY_ENCRYPTED} if secure else HEADERS
        self._wanted = [(name.lower(), (name, value)) for name, value in wanted.items()]

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            present = {name.lower() for name, _ in headers}
            headers += [header for name, header in self._wanted if name not in present]
            if exc_info is None:
                return start_response(status, headers)
            return start_response(status, headers, exc_info)

        return self._app(environ, start)
