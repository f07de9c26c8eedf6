"""Bodies that never end, on the shipped server: they occupy a connection, and nobody else waits."""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import re
import resource
import select
import signal
import socket
import sqlite3
import struct
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.open_instance import create_instance, open_instance
from huimin.serving.bodies import (
    LARGE_AT_ONCE,
    LARGE_OF_STRANGERS,
    LARGE_PER_ADDRESS,
    SMALL_BYTES_MAX,
)
from huimin.settings import Settings
from huimin.web.uploads import REQUEST_BYTES_MAX
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_terminal
from tests.making.policies import make_policy
from tests.making.staff import PASSWORD, make_staff
from tests.served import running, wait_for_workers

ANSWER_SECONDS_MAX = 60
# Longer than any test: what is still open then is open because nobody has closed it.
FOR_EVER = "600"


@pytest.fixture
def county(sqlite_instance: Instance) -> dict[str, Any]:
    """A closed county with a till and a card: its folder, the key, the card's code."""
    return closed_county(sqlite_instance)


def closed_county(instance: Instance) -> dict[str, Any]:
    make_policy(instance)
    card = make_card(instance, make_holder(instance))
    _terminal, key = make_terminal(instance)
    username = make_staff(instance)["username"]
    instance.close()
    folder = instance.settings.folder
    return {"folder": folder, "key": key, "card": card["token"], "username": username}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Such a county, served with its `port` and `server` for tests that leave no body behind.

    It stops as it should when they are done.
    """
    folder = tmp_path_factory.mktemp("bodies") / "county"
    settings = Settings.from_environment(folder, {})
    create_instance(settings)
    found = closed_county(open_instance(settings))
    with running(folder, HUIMIN_BODY_SECONDS=FOR_EVER) as (port, server):
        yield {**found, "port": port, "server": server}
        server.terminate()
        assert server.wait(ANSWER_SECONDS_MAX) == 0


def head(path: str, length: int | None, *headers: str) -> bytes:
    """The head of a POST; a body of unknown length comes in chunks."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = [f"POST {path} HTTP/1.1", "Host: till", "Content-Type: application/json", size]
    return "\r\n".join([*lines, *headers, "", ""]).encode()


def begin(port: int, sent: bytes, address: str = "127.0.0.1") -> socket.socket:
    """A connection that has sent this and now waits."""
    connection = socket.create_connection(
        ("127.0.0.1", port), ANSWER_SECONDS_MAX, source_address=(address, 0)
    )
    connection.sendall(sent)
    return connection


def begun(port: int, start: bytes, then: bytes) -> socket.socket:
    """A connection whose request the server has begun to receive; then this much of its body."""
    connection = begin(port, start.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
    received = b""
    while b"\r\n\r\n" not in received:
        received += _part(connection)
    assert received == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(then)
    return connection


def answer_of(connection: socket.socket) -> tuple[int, Any]:
    """Status and JSON of the answer."""
    top, body = whole_answer(connection)
    return int(top[9:12]), json.loads(body)


def whole_answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Head and body of the answer."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _part(connection)
    top, _, body = received.partition(b"\r\n\r\n")
    length = int(top.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += _part(connection)
    return top, body


def _part(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    assert part, "the connection was closed without a whole answer"
    return part


def post(port: int, path: str, body: Any, *headers: str) -> tuple[int, Any]:
    data = json.dumps(body).encode()
    with begin(port, head(path, len(data), *headers) + data) as connection:
        return answer_of(connection)


@contextlib.contextmanager
def unfinished(
    port: int, count: int, length: int, *headers: str, address: Callable[[int], str]
) -> Iterator[list[socket.socket]]:
    """So many requests of which only three bytes of the body arrive."""
    start = head("/api/v1/cards/verify", length, *headers) + b'{"c'
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(begin(port, start, address(n))) for n in range(count)]


def waiting(connections: list[socket.socket]) -> int:
    """How many have neither been answered nor closed."""
    ready, _, _ = select.select(connections, [], [], 0)
    return len(connections) - len(ready)


def one_address(_number: int) -> str:
    return "127.0.0.1"


def many_addresses(number: int) -> str:
    return f"127.0.1.{number + 1}"


def test_others_are_served_while_two_hundred_bodies_never_end(county: dict[str, Any]) -> None:
    bearer = f"Authorization: Bearer {county['key']}"
    with (
        running(county["folder"], HUIMIN_BODY_SECONDS=FOR_EVER) as (port, server),
        contextlib.ExitStack() as stack,
    ):
        bodies: list[socket.socket] = []
        for address in (one_address, many_addresses):
            for known in ((), (bearer,)):
                more = unfinished(port, 100, 40, *known, address=address)
                bodies += stack.enter_context(more)
            for _ in range(3):
                with begin(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") as probe:
                    assert answer_of(probe) == (200, {"status": "ok"})
                status, seen = post(port, "/api/v1/cards/verify", {"card": county["card"]}, bearer)
                assert (status, seen["card"]["state"]) == (200, "active")
            assert waiting(bodies) == len(bodies)
        assert len(bodies) == 400
        # A stop waits for none of them, and each of them is told.
        server.terminate()
        assert answer_of(bodies[0])[1]["code"] == "server_stopping"
        assert server.wait(ANSWER_SECONDS_MAX) == 0
        assert waiting(bodies) == 0


def test_a_body_that_does_not_arrive_in_time_is_408_and_its_connection_ends(
    county: dict[str, Any],
) -> None:
    variables = {"HUIMIN_BODY_SECONDS": "1", "HUIMIN_METRICS": "1"}
    with running(county["folder"], **variables) as (port, _server):
        for length in (40, SMALL_BYTES_MAX + 1):
            with unfinished(port, 1, length, address=one_address) as (one,):
                status, problem = answer_of(one)
                assert (status, problem["code"]) == (408, "body_too_slow")
                assert problem["cashier_message"]
                assert one.recv(1) == b""
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            counted = answer.read().decode()
        assert 'huimin_refusals_total{code="body_too_slow"} 2.0' in counted
        assert 'huimin_requests_total{outcome="refused"} 2.0' in counted


def test_a_person_whose_body_was_too_slow_reads_words_and_a_program_json(
    county: dict[str, Any],
) -> None:
    holders = ("换个有信号的地方", "換個有訊號的地方", "signal is better")
    # What never arrived can't be kept; what the browser gives back is named, and what it does not.
    others = ("什么都没有保存", "什麼都沒有儲存", "nothing was saved", "单行格子要重填", "again")
    pages = {
        "/my/stop": (holders, b'href="/my/"'),
        "/r/1/2": (holders, b'href=""'),
        "/registers/": (others, b'href="/"'),
        "/holders/1/evidence": (others, b'href="/"'),
    }
    with running(county["folder"], HUIMIN_BODY_SECONDS="1") as (port, _server):

        def form(path: str) -> bytes:
            start = head(path, 40).replace(b"application/json", b"multipart/form-data; boundary=b")
            return start + b"--b"

        for path, (words, way) in pages.items():
            with begin(port, form(path)) as connection:
                top, page = whole_answer(connection)
            # A browser would send the form again by itself after a 408.
            assert b" 400 " in top and b"text/html" in top and b"default-src 'none'" in top
            for one in words:
                assert one in page.decode()
            assert way in page and b"<h1>" in page and b"body_too_slow" not in page
        for sent in (head("/my/code/codes", 40) + b"{", form("/api/v1/redemptions")):
            with begin(port, sent) as connection:
                status, problem = answer_of(connection)
                assert (status, problem["code"]) == (408, "body_too_slow")


def test_bodies_are_received_whole_whichever_way_they_come(served: dict[str, Any]) -> None:
    bearer = f"Authorization: Bearer {served['key']}"
    body = json.dumps({"card": served["card"]}).encode()
    path = "/api/v1/cards/verify"
    port = served["port"]
    with begin(port, head(path, len(body), bearer)) as drop_by_drop:
        for byte in body:
            drop_by_drop.sendall(bytes([byte]))
        assert answer_of(drop_by_drop)[0] == 200
    chunks = b"".join(b"%x\r\n%b\r\n" % (1, body[n : n + 1]) for n in range(len(body)))
    with begin(port, head(path, None, bearer) + chunks + b"0\r\n\r\n") as chunked:
        assert answer_of(chunked)[0] == 200
    padded = body + b" " * (2 * SMALL_BYTES_MAX)
    with begin(port, head(path, len(padded), bearer) + padded) as large:
        assert answer_of(large)[0] == 200
    too_large = REQUEST_BYTES_MAX + 1
    with begin(port, head(path, too_large, bearer)) as declared:
        assert answer_of(declared)[1]["code"] == "payload_too_large"
    endless = b"%x\r\n%b\r\n" % (too_large, b" " * too_large)
    with begin(port, head(path, None, bearer) + endless) as undeclared:
        assert answer_of(undeclared)[1]["code"] == "payload_too_large"


def test_what_no_client_sends_is_refused_or_ends_and_holds_up_nobody(
    served: dict[str, Any],
) -> None:
    bearer = f"Authorization: Bearer {served['key']}"
    body = json.dumps({"card": served["card"]}).encode()
    path = "/api/v1/cards/verify"
    chunked, health = head(path, None, bearer), b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    framed = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    whole = head(path, len(body), bearer) + body
    sent = {
        "a chunk that is longer than it says": (chunked + b"2\r\nabcdef\r\n0\r\n\r\n", [400]),
        "a chunk that is shorter than it says": (chunked + b"5\r\nabc\r\n0\r\n\r\n", [400]),
        "a chunk of endless size": (chunked + b"f" * 18 + b"\r\nabc", [400]),
        "a chunk's endless extension": (chunked + b"3;" + b"x" * 100_000, [400]),
        "an endless trailer": (chunked + b"0\r\nX: " + b"y" * 200_000, [400]),
        "two lengths": (head(path, 3, f"Content-Length: {len(body)}") + body, [400]),
        # The chunks count, and what follows on the connection is not taken for a request.
        "chunks and a length": (
            head(path, None, bearer, "Content-Length: 3") + framed + health + b"\r\n",
            [200],
        ),
        "a length below zero": (head(path, -1), [400]),
        "too long a head": (health + b"X: " + b"a" * 140_000 + b"\r\n\r\n", [431]),
        "many headers": (health + b"X: a\r\n" * 300 + b"\r\n", [431]),
        "a byte in a path that no path has": (
            b"GET /cards/\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
            [400],
        ),
        "two hosts": (health + b"Host: y\r\n\r\n", [400]),
        "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", []),
        "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400]),
        "a body that is not wanted": (
            head(path, 5 * REQUEST_BYTES_MAX, bearer, "Expect: 100-continue"),
            [413],
        ),
        "several at once": (whole * 3 + health + b"Connection: close\r\n\r\n", [200] * 4),
    }
    port = served["port"]
    for name, (request, statuses) in sent.items():
        with begin(port, request) as connection:
            assert statuses_until_closed(connection) == statuses, name
        assert post(port, path, {"card": served["card"]}, bearer)[0] == 200, name
    # Whoever goes away in the middle leaves no place taken.
    part = head(path, 4 * SMALL_BYTES_MAX) + b"x" * (2 * SMALL_BYTES_MAX)
    for number in range(2 * LARGE_PER_ADDRESS):
        with begin(port, part) as gone:
            if number % 2:
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    padded = body + b" " * (2 * SMALL_BYTES_MAX)
    while True:  # until the server has noticed that they have gone
        with begin(port, head(path, len(padded)) + padded) as large:
            status, answer = answer_of(large)
        if status == 401:
            break
        assert answer["code"] == "too_many_uploads"


def statuses_until_closed(connection: socket.socket) -> list[int]:
    """The statuses of everything that is answered until the server closes the connection."""
    received = b""
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        while part := connection.recv(65536):
            received += part
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


def test_a_full_disk_refuses_a_large_body_and_nobody_else(served: dict[str, Any]) -> None:
    bearer, path = f"Authorization: Bearer {served['key']}", "/api/v1/cards/verify"
    port, server = served["port"], served["server"]
    processes = [server.pid, *wait_for_workers(server.pid, 2)]
    # No file may become longer, as if there were no room for more.
    before = [
        resource.prlimit(one, resource.RLIMIT_FSIZE, (8 * SMALL_BYTES_MAX, resource.RLIM_INFINITY))
        for one in processes
    ]
    padded = json.dumps({"card": served["card"]}).encode() + b" " * (12 * SMALL_BYTES_MAX)
    with begin(port, head(path, len(padded), bearer) + padded) as large:
        status, problem = answer_of(large)
    assert (status, problem["code"]) == (503, "storage_unavailable")
    assert post(port, path, {"card": served["card"]}, bearer)[0] == 200
    for one, limits in zip(processes, before, strict=True):
        resource.prlimit(one, resource.RLIMIT_FSIZE, limits)


def test_a_stop_answers_the_sale_that_runs(county: dict[str, Any]) -> None:
    bearer = f"Authorization: Bearer {county['key']}"
    with running(county["folder"]) as (port, server):
        card = post(port, "/api/v1/cards/verify", {"card": county["card"]}, bearer)[1]
        body = {
            "card": county["card"],
            "amount_fen": 12_800,
            "order_no": "1",
            "presented_by": card["may_present"][0]["id"],
            "identity_checked": True,
        }
        sale = json.dumps(body).encode()
        with contextlib.closing(sqlite3.connect(county["folder"] / "huimin.db")) as other:
            other.execute("BEGIN IMMEDIATE")  # the sale waits for this
            start = head("/api/v1/redemptions", len(sale), bearer, "Idempotency-Key: 1")
            with (
                begun(port, start, sale) as till,
                begun(port, head("/api/v1/cards/verify", 40), b'{"c') as slow,
            ):
                server.terminate()
                assert answer_of(slow)[1]["code"] == "server_stopping"
                other.rollback()
                assert answer_of(till)[0] == 201
        assert server.wait(ANSWER_SECONDS_MAX) == 0


def test_a_stop_is_noticed_whichever_thread_is_handed_the_signal(county: dict[str, Any]) -> None:
    alone = {"HUIMIN_BODY_SECONDS": FOR_EVER, "HUIMIN_WORKERS": "1"}
    with running(county["folder"], **alone) as (port, server):
        (worker,) = wait_for_workers(server.pid, 1)
        thread = max(int(task.name) for task in Path(f"/proc/{worker}/task").iterdir())
        assert thread != worker
        with begun(port, head("/api/v1/cards/verify", 40), b'{"c') as slow:
            assert ctypes.CDLL(None).tgkill(worker, thread, signal.SIGTERM) == 0
            assert answer_of(slow)[1]["code"] == "server_stopping"


def test_one_address_has_few_large_bodies_under_way(county: dict[str, Any]) -> None:
    path, length = "/api/v1/cards/verify", 4 * SMALL_BYTES_MAX
    part = head(path, length) + b"x" * (2 * SMALL_BYTES_MAX)
    with (
        running(county["folder"], HUIMIN_BODY_SECONDS=FOR_EVER) as (port, _server),
        # Large ones that have only begun take nobody's place.
        unfinished(port, LARGE_PER_ADDRESS + 1, length, address=one_address) as begun,
        contextlib.ExitStack() as stack,
    ):
        several = [
            stack.enter_context(begin(port, part, one_address(n)))
            for n in range(LARGE_PER_ADDRESS + 1)
        ]
        (refused,), _, _ = select.select(several, [], [], ANSWER_SECONDS_MAX)
        assert answer_of(refused)[1]["code"] == "too_many_uploads"
        several.remove(refused)
        elsewhere = stack.enter_context(begin(port, part, many_addresses(0)))
        assert waiting([*several, *begun, elsewhere]) == 2 * LARGE_PER_ADDRESS + 2
        # The end of one gives its place back.
        several[0].sendall(b"x" * (length - 2 * SMALL_BYTES_MAX))
        assert answer_of(several[0])[0] == 401
        again = stack.enter_context(begin(port, part, one_address(0)))
        again.sendall(b"x" * (length - 2 * SMALL_BYTES_MAX))
        assert answer_of(again)[0] == 401


def test_strangers_of_many_networks_keep_nobody_from_uploading_who_is_known(
    county: dict[str, Any],
) -> None:
    path, length = "/api/v1/cards/verify", 4 * SMALL_BYTES_MAX
    bearer = f"Authorization: Bearer {county['key']}"
    forged = "Authorization: Bearer hmt_" + "x" * 43
    with (
        running(county["folder"], HUIMIN_BODY_SECONDS=FOR_EVER) as (port, _server),
        contextlib.ExitStack() as stack,
    ):
        # From its first small request on the till is known.
        assert post(port, path, {"card": county["card"]}, bearer)[0] == 200
        cookie = signed_in_cookie(port, county)
        part = head(path, length, forged, "Cookie: session=x.y.z") + b"x" * (2 * SMALL_BYTES_MAX)
        networks = LARGE_AT_ONCE // LARGE_PER_ADDRESS
        several = [
            stack.enter_context(begin(port, part, many_addresses(n % networks)))
            for n in range(LARGE_AT_ONCE)
        ]
        refused: list[socket.socket] = []
        while len(refused) < LARGE_AT_ONCE - LARGE_OF_STRANGERS:
            ready, _, _ = select.select(
                [one for one in several if one not in refused], [], [], ANSWER_SECONDS_MAX
            )
            assert [answer_of(one)[1]["code"] for one in ready] == ["too_many_uploads"] * len(ready)
            refused += ready
        padded = json.dumps({"card": county["card"]}).encode() + b" " * length
        # Also from an address that the strangers share.
        with begin(port, head(path, len(padded), bearer) + padded, many_addresses(0)) as till:
            assert answer_of(till)[0] == 200
        form = b"x=" + b"x" * length
        request = head("/account/password", len(form), f"Cookie: {cookie}") + form
        with begin(port, request, many_addresses(0)) as office:
            top = _part(office)
            assert top[9:12] != b"429" and b"too_many_uploads" not in top


def signed_in_cookie(port: int, county: dict[str, Any]) -> str:
    """The session's cookie of an administrator who has signed in over HTTP."""
    page = urllib.request.Request(f"http://127.0.0.1:{port}/sign-in")
    with urllib.request.urlopen(page) as answer:
        before = answer.headers["Set-Cookie"].partition(";")[0]
        token = re.search(r'name="csrf_token" value="([^"]+)"', answer.read().decode())
    assert token is not None
    form = {"csrf_token": token[1], "username": county["username"], "password": PASSWORD}
    body = urllib.parse.urlencode(form).encode()
    lines = (f"Cookie: {before}", "Content-Type: application/x-www-form-urlencoded")
    request = head("/sign-in", len(body), *lines).replace(
        b"Content-Type: application/json\r\n", b""
    )
    with begin(port, request + body) as connection:
        top = _part(connection).decode()
    assert top[9:12] == "302"
    cookie = re.search(r"set-cookie: (session=[^;]+)", top, re.IGNORECASE)
    assert cookie is not None
    return cookie[1]


def test_a_client_cannot_pass_for_another_address_behind_a_proxy(county: dict[str, Any]) -> None:
    true, forged = "X-Forwarded-For: 203.0.113.9", "127.0.0.1"

    def status(port: int, *headers: str) -> bytes:
        lines = ["GET /metrics HTTP/1.1", "Host: till", "Connection: close", *headers, "", ""]
        with begin(port, "\r\n".join(lines).encode()) as connection:
            return _part(connection)[9:12]

    large = head("/api/v1/cards/verify", SMALL_BYTES_MAX * 4) + b"x" * (SMALL_BYTES_MAX * 2)
    variables = {"HUIMIN_PROXIES": "1", "HUIMIN_METRICS": "1", "HUIMIN_BODY_SECONDS": FOR_EVER}
    with running(county["folder"], **variables) as (port, _server):
        assert status(port, f"X-Forwarded-For: {forged}") == b"200"
        assert status(port, true, f"X_Forwarded_For: {forged}") == b"404"
        assert status(port, f"X-Forwarded-For: {forged}", true) == b"404"
        assert status(port, 'X-Forwarded-For: "', true) == b"404"
        with contextlib.ExitStack() as stack:
            several = [
                stack.enter_context(
                    begin(
                        port,
                        _with_headers(
                            large,
                            f"X-Forwarded-For: 198.51.100.{n}",
                            # Of an IPv6 network whoever has one address has all.
                            f"X-Forwarded-For: 2001:db8:1:2::{n}",
                        ),
                    )
                )
                for n in range(LARGE_PER_ADDRESS + 1)
            ]
            (refused,), _, _ = select.select(several, [], [], ANSWER_SECONDS_MAX)
            assert answer_of(refused)[1]["code"] == "too_many_uploads"


def _with_headers(request: bytes, *headers: str) -> bytes:
    top, _, body = request.partition(b"\r\n\r\n")
    return b"\r\n".join([top, *(header.encode() for header in headers)]) + b"\r\n\r\n" + body


def test_a_file_may_be_larger_than_other_requests_where_a_page_takes_files(client: Any) -> None:
    # Without a sign-in and a form's key it is refused, but not for its size: the check of that key
    # reads the form before the page can say what it takes.
    file = b"x" * (REQUEST_BYTES_MAX + 1)
    for path, code in (("/registers/", 400), ("/sign-in", 413)):
        answer = client.post(path, data={"register": (io.BytesIO(file), "a.csv")})
        assert answer.status_code == code, path


def test_a_server_open_to_other_machines_without_a_proxy_says_so(
    county: dict[str, Any], run_cli: Any
) -> None:
    def check(**variables: str) -> str:
        folder: Path = county["folder"]
        return str(run_cli(["check"], folder, **variables).stderr)

    assert "127.0.0.1" in check(HUIMIN_HOST="0.0.0.0")
    assert check(HUIMIN_HOST="0.0.0.0", HUIMIN_PROXIES="1") == ""
    assert check(HUIMIN_HOST="::1") == check() == ""
