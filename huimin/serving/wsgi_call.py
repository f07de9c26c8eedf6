"""Call the WSGI application for one request that granian received through its RSGI interface."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import IO, Any, Protocol

# RSGI's names of headers → their keys in a WSGI environment; every other is HTTP_….
PLAIN_KEYS = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
BASE_ENVIRON = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "granian",
    "wsgi.errors": sys.stderr,
    # The body is complete: reading it to its end never waits.
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Headers(Protocol):
    """The headers of a request; names are in lower case."""

    def __contains__(self, name: str) -> bool: ...
    def __len__(self) -> int: ...
    def get(self, name: str, default: str | None = None) -> str | None: ...
    def get_all(self, name: str) -> list[str]: ...
    def keys(self) -> list[str]: ...
    def items(self) -> list[tuple[str, str]]: ...


class Scope(Protocol):
    """What granian says about a request; addresses are written with their port."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None
    headers: Headers


class Proto(Protocol):
    """granian's way to a request's body and to its answer; the first answer counts."""

    def __call__(self) -> Any: ...
    def __aiter__(self) -> Any: ...
    def __anext__(self) -> Any: ...
    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None: ...
    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...


def answer(app: WSGI, scope: Scope, proto: Proto, body: IO[bytes], length: int | None) -> None:
    """Let the application answer. `length` is that of a body whose length was not declared.

    The answer is collected first: from then on a slow reader occupies no thread.
    """
    environ = environ_of(scope, body)
    if length is not None:
        environ["CONTENT_LENGTH"] = str(length)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    started: list[tuple[int, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
        started[:] = [(int(status[:3]), headers)]

    parts = app(environ, start_response)
    try:
        content = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    status, headers = started[0]
    proto.response_bytes(status, headers, content)


def environ_of(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """The WSGI environment of a request (PEP 3333)."""
    server_name, server_port = split_address(scope.server)
    path = scope.path
    environ: dict[str, Any] = {
        **BASE_ENVIRON,
        "REQUEST_METHOD": scope.method,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": server_name,
        "SERVER_PORT": server_port,
        "REMOTE_ADDR": split_address(scope.client)[0],
        "PATH_INFO": path if path.isascii() else path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue  # it would pass for the header with hyphens that a proxy has set
        key = PLAIN_KEYS.get(name) or "HTTP_" + name.upper().replace("-", "_")
        if key in environ:
            # Cookies can't be joined by commas.
            environ[key] += (";" if name == "cookie" else ",") + value
        else:
            environ[key] = value
    if "HTTP_X_FORWARDED_FOR" in environ:
        # An unclosed quotation mark from a client would swallow what its proxy has added.
        environ["HTTP_X_FORWARDED_FOR"] = environ["HTTP_X_FORWARDED_FOR"].replace('"', "")
    if "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority or ""
    return environ


def split_address(address: str) -> tuple[str, str]:
    """Host and port of an address such as 127.0.0.1:8000 or [::1]:8000."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), port
