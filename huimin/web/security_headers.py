"""The security headers of every answer: everything comes from this server, and no page is framed.

It is WSGI middleware rather than an `after_request`, so that errors outside Flask have the headers
too, and they cost a sale next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# For pages that read QR codes with WebAssembly: the same, but it may be compiled.
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
    """WSGI middleware that adds these headers unless the answer has set them itself."""

    def __init__(self, app: WSGI, *, secure: bool) -> None:
        self._app = app
        headers = {**HEADERS, **ONLY_ENCRYPTED} if secure else HEADERS
        self._headers = [(name.lower(), (name, value)) for name, value in headers.items()]

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            present = {name.lower() for name, _ in headers}
            headers += [header for name, header in self._headers if name not in present]
            if exc_info is None:
                return start_response(status, headers)
            return start_response(status, headers, exc_info)

        return self._app(environ, start)
