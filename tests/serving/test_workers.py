"""Two workers of one server: what is told to one of them holds at the other at once."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import select
import socket
import sqlite3
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huimin.cards.change_state import report_lost
from huimin.core.days import county_day
from huimin.holders.registers.jobs import READ_AT_ONCE
from huimin.holders.registers.tokens import make_register_token
from huimin.instance import Instance
from huimin.open_instance import open_instance
from huimin.storage.places import Places
from tests.holders.test_register_pages import village_code
from tests.making.cards import make_card
from tests.making.holders import id_number, make_holder
from tests.making.merchants import make_terminal
from tests.making.offline import OFFLINE
from tests.making.policies import make_policy
from tests.making.staff import PASSWORD, make_staff
from tests.served import running, wait_for_workers
from tests.serving.test_bodies import answer_of as status_of
from tests.serving.test_bodies import head

ANSWER_SECONDS_MAX = 60
FORMS_AN_HOUR = 20


class Worker:
    """One worker of a server, to be asked by itself although all listen at one port."""

    def __init__(self, port: int, process: int) -> None:
        self._port, self._process = port, process

    @property
    def processors(self) -> set[int]:
        """Those on which any of its threads may run."""
        allowed: set[int] = set()
        for thread in Path(f"/proc/{self._process}/task").iterdir():
            with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
                allowed |= os.sched_getaffinity(int(thread.name))
        return allowed

    @contextlib.contextmanager
    def connected(self) -> Iterator[http.client.HTTPConnection]:
        """A connection that this worker has taken: the system gives each to one of them."""
        while True:
            with contextlib.closing(
                http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_SECONDS_MAX)
            ) as connection:
                connection.request("GET", "/healthz")
                assert connection.getresponse().read()
                if self._has(connection):
                    yield connection
                    return

    def _has(self, connection: http.client.HTTPConnection) -> bool:
        """Whether the other end of the connection is a file of this worker."""
        ports = f":{self._port:04X} ", f":{connection.sock.getsockname()[1]:04X} "
        # The list is not of one moment: a connection can stand in it twice, once as half open.
        names = {
            f"socket:[{line.split()[9]}]"
            for line in Path("/proc/net/tcp").read_text().splitlines()
            if ports[0] in line[6:20] and ports[1] in line[20:34]
        }
        for file in Path(f"/proc/{self._process}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                if os.readlink(file) in names:
                    return True
        return False

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and body of an answer: JSON as a value, everything else as text."""
        with self.connected() as connection:
            send(connection, method, path, body, **headers)
            return answer_of(connection)[:2]


def send(
    connection: http.client.HTTPConnection, method: str, path: str, body: Any, **headers: str
) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    kind = "application/x-www-form-urlencoded" if isinstance(body, str) else "application/json"
    if body is None:
        connection.request(method, path, headers=named)
    else:
        connection.request(method, path, data, {"Content-Type": kind, **named})


def answer_of(connection: http.client.HTTPConnection) -> tuple[int, Any, Any]:
    response = connection.getresponse()
    text = response.read().decode()
    is_json = "json" in (response.headers["Content-Type"] or "")
    return response.status, json.loads(text) if is_json else text, response.headers


@pytest.fixture
def county(sqlite_instance: Instance) -> dict[str, Any]:
    """A closed county: its settings, a till's key, two cards, staff, a key for registers."""
    make_policy(sqlite_instance, **OFFLINE)
    cards = [make_card(sqlite_instance, make_holder(sqlite_instance)) for _ in range(2)]
    _terminal, key = make_terminal(sqlite_instance)
    staff = make_staff(sqlite_instance, "administrator")
    about: dict[str, Any] = {
        "source": "民政局",
        "division_code": None,
        "may_import": True,
        "days": 300,
        "reason": "联调",
        "now": datetime.now(UTC),
        "actor": "周主任",
    }
    _row, token = sqlite_instance.engine.write(lambda tx: make_register_token(tx, **about))
    sqlite_instance.close()
    return {
        "settings": sqlite_instance.settings,
        "bearer": {"Authorization": f"Bearer {key}"},
        "register": {"Authorization": f"Bearer {token}"},
        "key": key,
        "cards": cards,
        "username": staff["username"],
    }


@contextlib.contextmanager
def two_workers(county: dict[str, Any]) -> Iterator[tuple[Worker, Worker]]:
    with running(county["settings"].folder) as (port, server):
        first, second = wait_for_workers(server.pid, 2)
        yield Worker(port, first), Worker(port, second)


def test_what_one_worker_is_told_the_other_knows(county: dict[str, Any]) -> None:
    bearer, card = county["bearer"], county["cards"][0]
    with (
        two_workers(county) as (one, other),
        contextlib.closing(open_instance(county["settings"])) as beside,
    ):

        def looks() -> list[tuple[int, Any]]:
            body = {"card": card["token"]}
            return [
                each.ask("POST", "/api/v1/cards/verify", body, **bearer) for each in (one, other)
            ]

        def denied() -> list[int]:
            packs = [each.ask("GET", "/api/v1/offline-pack", **bearer) for each in (one, other)]
            return [answer["deny_list"]["count"] for _status, answer in packs]

        assert [status for status, _answer in looks()] == [200, 200]
        assert denied() == [0, 0]
        # A policy that is published.
        today = county_day(beside.clock()).isoformat()
        make_policy(beside, rate_bp=900, starts_on=today, **OFFLINE)
        assert [answer["policy"]["rate_bp"] for _status, answer in looks()] == [900, 900]
        # A card that is reported lost, online and in the pack.
        by: dict[str, Any] = {"reason": "丢了", "now": beside.clock(), "actor": "test"}
        beside.engine.write(lambda tx: report_lost(tx, card_id=card["id"], **by))
        assert [answer["code"] for _status, answer in looks()] == ["card_lost"] * 2
        assert denied() == [1, 1]
        # What a till was told of a card is on record before its answer, whoever asks for it next.
        told = beside.engine.read(
            lambda tx: tx.connection.execute("SELECT code FROM refused_attempt").fetchall()
        )
        assert [row["code"] for row in told] == ["card_lost"] * 2
        throttled_together(one, other)
        session = signed_in_at_one(one, county["username"])
        a_job_seen_from_both(one, other, session, county, beside)


def throttled_together(one: Worker, other: Worker) -> None:
    """An address may send so many forms an hour to the server, not to each worker."""
    token, cookie = form_token(one, "/join")
    form = urllib.parse.urlencode({"csrf_token": token})
    sent = 0
    while (one, other)[sent % 2].ask("POST", "/join", form, Cookie=cookie)[0] == 422:
        sent += 1
        # Counted by each worker for itself it would be twice as many; by the clock's hours, which
        # may begin meanwhile, it is fewer than that.
        assert sent < 2 * FORMS_AN_HOUR
    assert sent >= FORMS_AN_HOUR
    for each in (one, other):
        assert each.ask("POST", "/join", form, Cookie=cookie)[0] == 429


def form_token(worker: Worker, path: str) -> tuple[str, str]:
    """The token of a page's form, and the session's cookie that it belongs to."""
    with worker.connected() as connection:
        send(connection, "GET", path, None)
        _status, page, headers = answer_of(connection)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    return token[1], headers["Set-Cookie"].partition(";")[0]


def signed_in_at_one(worker: Worker, username: str) -> str:
    """The cookie of a session that was opened there."""
    token, cookie = form_token(worker, "/sign-in")
    form = {"csrf_token": token, "username": username, "password": PASSWORD}
    with worker.connected() as connection:
        send(connection, "POST", "/sign-in", urllib.parse.urlencode(form), Cookie=cookie)
        status, _page, headers = answer_of(connection)
    assert status == 302
    return "; ".join(line.partition(";")[0] for line in headers.get_all("Set-Cookie"))


def a_job_seen_from_both(
    one: Worker, other: Worker, session: str, county: dict[str, Any], beside: Instance
) -> None:
    """A register's check runs in one worker; the session and the job's progress are of all."""
    row = {
        "name": "张新人",
        "id_number": id_number(),
        "division_code": village_code(),
        "kind": "dibao",
        "starts_on": "2026-03-01",
    }
    places = beside.part(Places)
    busy = [places.take("registers read", READ_AT_ONCE) for _ in range(READ_AT_ONCE)]
    body, key = {"rows": [row]}, {"Idempotency_Key": "register-1"}
    status, begun = one.ask("POST", "/api/v1/registers", body, **county["register"], **key)
    assert (status, begun["state"]) == (202, "running")
    path = f"/api/v1/registers/{begun['id']}"
    # Sent again to another worker it begins no second job.
    again = other.ask("POST", "/api/v1/registers", body, **county["register"], **key)
    assert again[1]["id"] == begun["id"]
    for each in (one, other):
        assert each.ask("GET", path, **county["register"])[1]["state"] == "running"
        status, page = each.ask("GET", f"/registers/{begun['id']}", Cookie=session)
        assert (status, "<progress" in page) == (200, True), page
    for place in busy:
        assert place is not None
        places.give_back(place)
    states = ["running"]
    while states[-1] == "running":
        states.append(other.ask("GET", path, **county["register"])[1]["state"])
    assert states[-1] == "done"
    assert one.ask("GET", path, **county["register"])[1]["state"] == "done"


def test_a_key_is_worked_on_once_and_a_stop_answers_what_runs_in_each(
    county: dict[str, Any],
) -> None:
    folder, bearer = county["settings"].folder, county["bearer"]

    def sale(number: int) -> dict[str, Any]:
        card = county["cards"][number]
        return {
            "card": card["token"],
            "amount_fen": 12_800,
            "order_no": f"{number}",
            "presented_by": card["holder_id"],
            "identity_checked": True,
        }

    path = "/api/v1/redemptions"
    with running(folder) as (port, server), contextlib.ExitStack() as stack:
        first, second = wait_for_workers(server.pid, 2)
        one, other = Worker(port, first), Worker(port, second)
        held = stack.enter_context(contextlib.closing(sqlite3.connect(folder / "huimin.db")))
        tills = [stack.enter_context(each.connected()) for each in (one, other, one, other)]
        held.execute("BEGIN IMMEDIATE")  # every sale waits for this
        for till in tills[:2]:
            send(till, "POST", path, sale(0), **bearer, Idempotency_Key="a")
        # Whichever worker had it first keeps it; the other says so at once.
        ready, _, _ = select.select([till.sock for till in tills[:2]], [], [], ANSWER_SECONDS_MAX)
        (refused,) = [till for till in tills[:2] if till.sock in ready]
        (taken,) = [till for till in tills[:2] if till is not refused]
        held.rollback()
        status, problem, _ = answer_of(refused)
        assert (status, problem["code"]) == (409, "request_in_progress")
        assert answer_of(taken)[0] == 201
        held.execute("BEGIN IMMEDIATE")
        for till, key in zip(tills[2:], "bc", strict=True):
            begin_sale(till.sock, sale(1) | {"order_no": key}, key, county["key"])
        server.terminate()
        held.rollback()
        assert [status_of(till.sock)[0] for till in tills[2:]] == [201, 201]
        assert server.wait(ANSWER_SECONDS_MAX) == 0
    rows = sqlite3.connect(folder / "huimin.db").execute("SELECT order_no FROM ledger").fetchall()
    assert sorted(rows) == [("0",), ("b",), ("c",)]


def begin_sale(connection: socket.socket, body: dict[str, Any], key: str, bearer: str) -> None:
    """Send a sale, once the server has begun to receive it."""
    data = json.dumps(body).encode()
    lines = (f"Authorization: Bearer {bearer}", f"Idempotency-Key: {key}", "Expect: 100-continue")
    connection.sendall(head("/api/v1/redemptions", len(data), *lines))
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(1)
    assert b" 100 " in received
    connection.sendall(data)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one processor")
def test_no_thread_of_a_worker_runs_on_a_processor_of_the_other(county: dict[str, Any]) -> None:
    with two_workers(county) as (one, other):
        # Both serve: whatever threads they have for that are there.
        assert [each.ask("GET", "/healthz")[0] for each in (one, other)] == [200, 200]
        assert one.processors and other.processors
        assert one.processors.isdisjoint(other.processors)
