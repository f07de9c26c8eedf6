"""Tiny servers on this machine to send notices to: for mail, for webhooks, and one that dawdles."""

from __future__ import annotations

import email
import email.policy
import http.server
import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

DAWDLING_BYTES, DAWDLING_SECONDS = 600, 0.05


@dataclass
class MailOffice:
    """What came in; with `refuse` it answers RCPT with that code."""

    port: int = 0
    refuse: int | None = None
    messages: list[EmailMessage] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


@dataclass
class HookOffice:
    """What was posted: (path, headers, body); `status` is what it answers, after `meanwhile`."""

    port: int = 0
    status: int = 200
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

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
            office.meanwhile()
            self.send_response(office.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with _serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Take)) as port:
        office.port = port
        yield office


@dataclass
class DawdlingOffice:
    """`cut_off` is set when the other side has ended a connection before the answer's end."""

    port: int = 0
    certificate: Path | None = None
    cut_off: threading.Event = field(default_factory=threading.Event)


@contextmanager
def dawdling_office(folder: Path) -> Iterator[DawdlingOffice]:
    """An HTTPS server that answers byte by byte, for half a minute if it is let.

    Its certificate, for 127.0.0.1, is written into the folder.
    """
    office, leave = DawdlingOffice(), threading.Event()
    office.certificate, key = _self_signed(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(office.certificate, key)

    class Dawdle(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                with context.wrap_socket(self.request, server_side=True) as secured:
                    for _ in range(DAWDLING_BYTES):
                        if leave.wait(DAWDLING_SECONDS):
                            return
                        secured.sendall(b"H")
            except OSError:
                office.cut_off.set()

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dawdle)) as port:
        office.port = port
        try:
            yield office
        finally:
            leave.set()


def _self_signed(folder: Path) -> tuple[Path, Path]:
    """The files of a certificate for 127.0.0.1 and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "dawdling")])
    own_address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([own_address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "dawdling.crt", folder / "dawdling.key"
    files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


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
