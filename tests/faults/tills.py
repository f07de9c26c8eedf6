"""Tills that sell and take back over HTTP while the server is hurt, and remember all they heard.

A till sends a request under its Idempotency-Key; what was not answered is sent again, at once or
later, until it is. What `wrong` holds afterwards no till should ever have heard.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

# Nobody waits as long for any refusal: whoever does was forgotten.
ANSWER_SECONDS_MAX = 120
WAIT_SECONDS_MAX = 300
PAUSE_SECONDS = 0.05
TRY_LATER = {408, 502, 503, 504}


@dataclass(frozen=True)
class Counterfoil:
    """What the answer to a sale or a return says of its row."""

    id: str
    receipt_no: str
    sequence: int
    hash: str


@dataclass(eq=False)
class Request:
    """A sale (`order_no`) or a return (of `reverses_id`), and how it went."""

    bearer: str
    key: str
    path: str
    body: dict[str, Any]
    order_no: str | None = None
    reverses_id: str | None = None
    bodies: set[bytes] = field(default_factory=set)
    sent: int = 0

    @property
    def is_answered(self) -> bool:
        return bool(self.bodies)

    @property
    def counterfoils(self) -> set[Counterfoil]:
        """One, if every answer was the same."""
        answers = map(json.loads, self.bodies)
        return {
            Counterfoil(
                answer["id"],
                answer["receipt_no"],
                answer["chain"]["sequence"],
                answer["chain"]["hash"],
            )
            for answer in answers
        }


@dataclass(frozen=True)
class Till:
    """A terminal's key, and the cards that are shown there: (token, holder's id)."""

    key: str
    cards: Sequence[tuple[str, str]]


class Tills:
    """The tills of a county, each a thread with a connection of its own."""

    def __init__(self, port: int, tills: Sequence[Till], chance: random.Random) -> None:
        self._port, self._tills, self._chance = port, tills, chance
        # Between two requests of a till.
        self.pause_seconds = 0.0
        self._serial = itertools.count(1)
        self._stopping = threading.Event()
        self._heard = threading.Condition()
        self.requests: list[Request] = []
        # How often: "sold" (201), "unanswered", each code of a refusal, and "recorded before" when
        # the first answer that a till heard was to a request that had been carried out before.
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    @contextlib.contextmanager
    def selling(self) -> Iterator[None]:
        """Sell while the block runs."""
        self._stopping.clear()
        threads = [
            threading.Thread(target=self._sell, args=(till, random.Random(self._chance.random())))
            for till in self._tills
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            for thread in threads:
                thread.join()

    def wait_for_more(self, name: str, count: int) -> None:
        """Return when the tills have heard so many more of that (`counts`)."""
        with self._heard:
            wanted = self.counts[name] + count
            came = self._heard.wait_for(lambda: self.counts[name] >= wanted, WAIT_SECONDS_MAX)
        assert came, f"no more {name}: {self.counts}, {self.wrong[:3]}"

    def send_again(self, requests: Sequence[Request]) -> None:
        """Send each request until it has been answered once more than before."""
        with contextlib.closing(self._connection()) as connection:
            for request in requests:
                while not self._send(connection, request):
                    assert not self.wrong, self.wrong[:5]
                    time.sleep(PAUSE_SECONDS)

    def _sell(self, till: Till, chance: random.Random) -> None:
        sold: list[Request] = []
        with contextlib.closing(self._connection()) as connection:
            while not self._stopping.wait(self.pause_seconds):
                request = self._next(till, sold, chance)
                self.requests.append(request)
                # Every other one is given up at first, as by a cashier who turns to the next.
                answered = self._send(connection, request)
                while not answered and not self._stopping.wait(
                    max(PAUSE_SECONDS, self.pause_seconds)
                ):
                    if chance.random() < 0.5:
                        break
                    answered = self._send(connection, request)
                if answered and request.order_no:
                    sold.append(request)

    def _next(self, till: Till, sold: list[Request], chance: random.Random) -> Request:
        name = f"fault-{next(self._serial)}"
        if sold and chance.random() < 0.15:
            (sale,) = sold.pop(chance.randrange(len(sold))).counterfoils
            path = f"/api/v1/redemptions/{sale.id}/reversals"
            return Request(till.key, name, path, {"reason": "顾客退货"}, reverses_id=sale.id)
        token, holder = chance.choice(till.cards)
        body = {
            "card": token,
            "amount_fen": chance.randint(100, 50_000),
            "order_no": name,
            "presented_by": holder,
            "identity_checked": True,
        }
        return Request(till.key, name, "/api/v1/redemptions", body, order_no=name)

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_SECONDS_MAX)

    def _send(self, connection: http.client.HTTPConnection, request: Request) -> bool:
        """Whether it was carried out; the connection is made anew when it broke."""
        request.sent += 1
        headers = {
            "Authorization": f"Bearer {request.bearer}",
            "Content-Type": "application/json",
            "Idempotency-Key": request.key,
        }
        try:
            connection.request("POST", request.path, json.dumps(request.body), headers)
            response = connection.getresponse()
            body = response.read()
        except TimeoutError:
            connection.close()
            self._note("forgotten", f"{request.key}: no answer in {ANSWER_SECONDS_MAX} s")
            return False
        except (OSError, http.client.HTTPException):
            connection.close()
            self._note("unanswered")
            return False
        if response.status == 201:
            if not request.is_answered and response.headers["Idempotent-Replayed"]:
                self._note("recorded before")
            request.bodies.add(body)
            self._note("sold")
            return True
        self._note_refusal(request, response.status, response.headers.get_content_type(), body)
        return False

    def _note_refusal(self, request: Request, status: int, kind: str, body: bytes) -> None:
        """A refusal must be a problem that says to come again; any other is wrong."""
        try:
            problem = json.loads(body)
            code, words = problem["code"], problem["cashier_message"]
        except (ValueError, KeyError, TypeError):
            code, words = "no problem body", ""
        comes_again = status in TRY_LATER or code == "request_in_progress"
        is_problem = kind == "application/problem+json" and words
        wrong = None if comes_again and is_problem else f"{request.key}: {status} {body[:200]!r}"
        self._note(code, wrong)

    def _note(self, name: str, wrong: str | None = None) -> None:
        with self._heard:
            self.counts[name] += 1
            if wrong:
                self.wrong.append(wrong)
            self._heard.notify_all()
