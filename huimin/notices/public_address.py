"""A web address that somebody outside gave: reached only where it is meant to be, on the internet.

Else a merchant could make this server post to machines of the county's own network. The name is
resolved once, every address that it has must be public, and the connection goes to that very
address, so that a name can't point elsewhere in between. Nothing is followed: an answer that
redirects is a failure. Networks that the operator allows by a setting are reached as well.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from huimin.core.refusals import field_problem
from huimin.notices.delivery_problem import DeliveryProblem

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
ADDRESS = re.compile(r"https?://[^\s/@?#\\]+(?:[/?][!-~]*)?")
CHARACTERS_MAX = 300
SECONDS_MAX = 15
# A receiver that sends its answer byte by byte is cut off after this.
WHOLE_SECONDS_MAX = 30


@dataclass(frozen=True, slots=True)
class Answered:
    """The head of an answer: the HTTP status, and what its content is said to be ("" if not)."""

    status: int
    media_type: str


def checked_address(text: str, allowed: Sequence[Network]) -> str:
    """The address, as it was given. Raises FieldProblems on `address`.

    It is https; http only for a machine that is named by its address in an allowed network.
    """
    address = text.strip()
    parts = _parts(address)
    if parts is None or len(address) > CHARACTERS_MAX or "#" in address:
        raise field_problem(
            "address",
            "请写完整的网址，例如 https://pos.example.cn/huimin，不带用户名，300 字以内。",
        )
    literal = _literal(parts.hostname or "")
    if parts.scheme == "http" and not (literal and _is_allowed(literal, allowed)):
        raise field_problem("address", "地址须以 https:// 开头。")
    if literal is not None and not _may_reach(literal, allowed):
        raise field_problem("address", "这个地址不在公网上，不能发送。")
    return address


def post_to(
    url: str, body: bytes, headers: Mapping[str, str], allowed: Sequence[Network]
) -> Answered:
    """Post the body once. Raises DeliveryProblem, without the address."""
    parts = _parts(url)
    if parts is None:
        raise DeliveryProblem("webhook_address")
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = _resolved(host, port, allowed)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return post_in_time(parts.scheme, host, port, str(address), path, body, headers)


def post_in_time(
    scheme: str,
    host: str,
    port: int,
    address: str,
    path: str,
    body: bytes,
    headers: Mapping[str, str],
) -> Answered:
    """Post to `address`, which is that of `host`, and cut off what answers too slowly.

    Of the answer nothing but its head is read. Raises DeliveryProblem.
    """
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS_MAX)
    cut: threading.Timer | None = None
    try:
        plain = socket.create_connection((address, port), timeout=SECONDS_MAX)
        connection.sock = plain
        cut = threading.Timer(WHOLE_SECONDS_MAX, _cut_off, [connection])
        cut.daemon = True
        cut.start()
        if scheme == "https":
            context = ssl.create_default_context()
            # The handshake waits for the peer, so the timer must find this socket before it begins.
            secured = context.wrap_socket(
                plain, server_hostname=host, do_handshake_on_connect=False
            )
            connection.sock = secured
            secured.do_handshake()
        connection.request("POST", path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        content = answer.headers.get("Content-Type", "").partition(";")[0]
        return Answered(answer.status, content.strip().lower())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DeliveryProblem("webhook_unreachable", type(error).__name__) from error
    finally:
        if cut is not None:
            cut.cancel()
        connection.close()


def _resolved(host: str, port: int, allowed: Sequence[Network]) -> Address:
    """The address to connect to, once every one that the name has may be reached."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DeliveryProblem("webhook_unreachable", type(error).__name__) from error
    addresses = [ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]
    if not addresses or not all(_may_reach(each, allowed) for each in addresses):
        raise DeliveryProblem("webhook_address")
    return addresses[0]


def _may_reach(address: Address, allowed: Sequence[Network]) -> bool:
    inner = _inner(address)
    public = inner.is_global and not inner.is_multicast and not inner.is_reserved
    return public or _is_allowed(inner, allowed)


def _is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    return any(address in network for network in allowed if network.version == address.version)


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, ipaddress.IPv6Address):
        teredo = address.teredo[1] if address.teredo else None
        return address.ipv4_mapped or address.sixtofour or teredo or _nat64(address) or address
    return address


def _nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in ipaddress.IPv6Network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _parts(url: str) -> SplitResult | None:
    if not ADDRESS.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        known = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if known else None


def _cut_off(connection: http.client.HTTPConnection) -> None:
    """End whichever socket it has now: wrapping in TLS takes the plain one's descriptor away.

    Only the descriptor is shut down, under TLS as well: the thread that reads still uses the rest,
    finds the end, and closes it.
    """
    opened = connection.sock
    if opened is not None:
        with suppress(OSError):
            socket.socket.shutdown(opened, socket.SHUT_RDWR)
