"""Two tiny servers on this machine to send notices to: one takes mail, one takes webhooks."""

from __future__ import annotations

import email
import email.policy
import http.server
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any


@dataclass
class MailOffice:
    """What came in; with `refuse` it answers RCPT with that code."""

    port: int = 0
    refuse: int | None = None
    messages: list[EmailMessage] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


@dataclass
class HookOffice:
    """What was posted: (path, headers, body); `status` is what it answers."""

    port: int = 0
    status: int = 200
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/huimin?token=of-the-address"


@contextmanager
def mail_office() -> Iterator[MailOffice]:
    """A server that speaks as much SMTP as one message needs, without STARTTLS."""
    office = MailOffice()

    class Talk(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            self.say("220 test")
            while line := self.rfile.readline():
                words = line.decode().strip()
                office.commands.append(words)
                verb = words.upper().partition(" ")[0]
                if verb == "DATA":
                    self.say("354 go on")
                    self.take()
                self.say(self.answer(verb))
                if verb == "QUIT":
                    return

        def answer(self, verb: str) -> str:
            if verb == "RCPT" and office.refuse:
                return f"{office.refuse} no such mailbox"
            known = {"QUIT": "221 bye", **dict.fromkeys(("EHLO", "MAIL", "RCPT", "RSET"), "250 ok")}
            return "250 taken" if verb == "DATA" else known.get(verb, "502 not here")

        def take(self) -> None:
            content = b""
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                content += line[1:] if line.startswith(b"..") else line
            office.messages.append(
                email.message_from_bytes(content, policy=email.policy.default)  # type: ignore[arg-type]
            )

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)) as port:
        office.port = port
        yield office


@contextmanager
def hook_office() -> Iterator[HookOffice]:
    """A server that takes every POST."""
    office = HookOffice()

    class Take(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            office.posts.append((self.path, dict(self.headers), body))
            self.send_response(office.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with _serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Take)) as port:
        office.port = port
        yield office


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
