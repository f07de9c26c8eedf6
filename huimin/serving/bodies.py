"""Receive the bodies of requests, before any of them occupies a thread.

granian receives a body while nothing in Python waits for it, and calls back when it has arrived;
only then does a thread of the application take the request. A body that is too slow is cut off with
408 (people read a page: serving/slow_page.py), one that is too large is answered by the application
with 413 before it has been received. So requests that never end cost a connection for some seconds,
and nothing else. Large bodies have a limited number of places (of all workers together), of which
strangers get half, so that they keep nobody from uploading who is known here.
"""

from __future__ import annotations

import io
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

import structlog

from huimin.core.client_network import network_of
from huimin.serving.slow_page import slow_page
from huimin.serving.wsgi_call import Headers, Proto, Scope, split_address
from huimin.storage.engine import StorageProblem
from huimin.storage.places import Places
from huimin.web.problems import OF_PROGRAMS, problem_answer

log = structlog.get_logger(__name__)

# A body may take longer than HUIMIN_BODY_SECONDS as long as it arrives at this rate on average:
# tills on a bad mobile network send a few kilobytes a second.
BYTES_PER_SECOND_MIN = 4 * 1024
# Up to this size a body is received into memory as a whole: every sale and every look-up.
SMALL_BYTES_MAX = 64 * 1024
# Larger ones are received into files: so many at once, so many of strangers together and from one
# address, and so many of one session, device or terminal key that is known.
LARGE_AT_ONCE = 64
LARGE_OF_STRANGERS = 32
LARGE_PER_ADDRESS = 16
LARGE_PER_CALLER = 8
# With so many bodies under way in one worker, an address may have only a few there that last longer
# than a moment.
CROWD = 256
SLOW_PER_ADDRESS = 32
MOMENT_SECONDS = 1.0
# When the server is stopped, bodies under way have so long to arrive.
STOP_SECONDS = 2

# What answers a request whose body has arrived: scope, proto, body, length if it was not declared.
Answer = Callable[[Scope, Proto, IO[bytes], int | None], None]
# Counts an answer that is given without the application: its status, and the refusal's code.
Count = Callable[[int, str], None]
# The largest body that the application takes of such a request, in bytes.
BytesMax = Callable[[Scope], int]
# A name for whoever is known by what the head of a request carries; None for a stranger.
Known = Callable[[Scope], str | None]


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose bodies are counted together: a caller who is known, or an address of strangers."""

    name: str
    is_known: bool


@dataclass(eq=False, slots=True)
class Incoming:
    """A request whose body is under way; `length` is None when it was not declared."""

    scope: Scope
    proto: Proto
    length: int | None
    address: str
    began: float = field(default_factory=time.monotonic)
    received: int = 0
    future: Any = None
    file: IO[bytes] | None = None
    bytes_max: int = 0
    # Found out when it matters: once the body is large, or slow while there is a crowd.
    sender: Sender | None = None
    # What it has taken since more than SMALL_BYTES_MAX have arrived: it is one of the large ones.
    places: list[int] = field(default_factory=list)

    def overdue(self, now: float, seconds: int) -> bool:
        """Whether the body has been too slow so far, when every body has those seconds."""
        return now - self.began > seconds + self.received / BYTES_PER_SECOND_MIN


class Bodies:
    """The bodies that are under way, and the thread that cuts them off."""

    def __init__(
        self,
        answer: Answer,
        *,
        bytes_max: BytesMax,
        known: Known,
        count: Count,
        places: Places,
        always_taken: int,
        seconds: int,
        proxies: int,
    ) -> None:
        """`always_taken` is what any address takes, in bytes, without asking `bytes_max`."""
        self._answer, self._bytes_max, self._known = answer, bytes_max, known
        self._always_taken, self._seconds, self._proxies = always_taken, seconds, proxies
        self._count = count
        self._places = places
        self._under_way: dict[Incoming, None] = {}
        self._large_lock = threading.Lock()
        self._stopping = threading.Event()
        threading.Thread(target=self._watch, name="huimin-bodies", daemon=True).start()

    def take(self, scope: Scope, proto: Proto) -> None:
        """Answer a request, at once or when its body has arrived. Raises nothing."""
        try:
            self._take(scope, proto)
        except BaseException:  # nothing may reach granian, which would not know what to do with it
            self._fail(proto)

    def stop(self) -> None:
        """Give the bodies that are under way a moment to arrive, then cut them off."""
        self._stopping.set()

    def _take(self, scope: Scope, proto: Proto) -> None:
        length = declared_length(scope.headers)
        if len(scope.headers.get_all("host")) > 1:  # RFC 9112, 3.2: which of them is meant?
            proto.response_empty(400, [("Connection", "close")])
            return
        if length == 0:
            self._answer(scope, proto, io.BytesIO(), None)
            return
        incoming = Incoming(scope, proto, length, client_address(scope, self._proxies))
        if length is not None and length <= SMALL_BYTES_MAX:
            self._under_way[incoming] = None
            incoming.future = proto()
            incoming.future.add_done_callback(lambda future: self._arrived(incoming, future))
        else:
            self._take_large(incoming)

    def _arrived(self, incoming: Incoming, future: Any) -> None:
        """The whole body is here; it is no concern of anybody's if it was cut off meanwhile."""
        if self._over(incoming):
            return
        try:
            body = future.result()
        except Exception:  # the client has gone
            incoming.proto.response_empty(400, [("Connection", "close")])
            return
        try:
            self._answer(incoming.scope, incoming.proto, io.BytesIO(body), None)
        except BaseException:
            self._fail(incoming.proto)

    def _take_large(self, incoming: Incoming) -> None:
        incoming.bytes_max = self._most(incoming)
        if incoming.length is not None and incoming.length > incoming.bytes_max:
            # The application says 413, or answers without the body if it needs none.
            self._answer(incoming.scope, incoming.proto, io.BytesIO(), None)
            return
        incoming.file = tempfile.SpooledTemporaryFile(SMALL_BYTES_MAX)  # noqa: SIM115
        self._under_way[incoming] = None
        try:
            incoming.proto.__aiter__()
        except BaseException:
            self._over(incoming)
            raise
        self._next_part(incoming, None)

    def _next_part(self, incoming: Incoming, future: Any) -> None:
        """Keep the parts that have arrived, and ask for the next. Raises nothing."""
        try:
            while True:
                if future is not None and self._ended_with(incoming, future):
                    return
                future = incoming.future = incoming.proto.__anext__()
                if not future.done():
                    break
            future.add_done_callback(lambda future: self._next_part(incoming, future))
        except (OSError, StorageProblem) as error:  # the disk on which large bodies are kept
            log.error("a body could not be kept", problem=str(error))
            if not self._over(incoming):
                self._refuse(incoming, "storage_unavailable")
        except BaseException:
            self._over(incoming)
            self._fail(incoming.proto)

    def _ended_with(self, incoming: Incoming, future: Any) -> bool:
        """Keep one part; whether that was the end, one way or the other."""
        if incoming not in self._under_way or incoming.file is None:
            return True
        part = future.result()
        if part:
            incoming.received += len(part)
            if incoming.received <= incoming.bytes_max:
                if not self._room_for(incoming):
                    if not self._over(incoming):
                        self._refuse(incoming, "too_many_uploads")
                    return True
                incoming.file.write(part)
                return False
        whole = incoming.length is None or incoming.received == incoming.length
        if self._over(incoming):
            return True
        if part:  # larger than is taken here
            self._answer(incoming.scope, incoming.proto, io.BytesIO(), incoming.received)
        elif whole and _is_exhausted(incoming.proto):
            incoming.file.seek(0)
            with incoming.file:
                self._answer(incoming.scope, incoming.proto, incoming.file, incoming.received)
        else:  # the client has gone
            incoming.proto.response_empty(400, [("Connection", "close")])
        return True

    def _most(self, incoming: Incoming) -> int:
        if incoming.length is not None and incoming.length <= self._always_taken:
            return self._always_taken
        return self._bytes_max(incoming.scope)

    def _room_for(self, incoming: Incoming) -> bool:
        """Whether what has arrived may be kept; a body that becomes large takes up its place."""
        if incoming.places or incoming.received <= SMALL_BYTES_MAX:
            return True
        sender = self._sender_of(incoming)
        with self._large_lock:
            # Cut off meanwhile: nobody would give the places back.
            if incoming not in self._under_way:
                return False
            incoming.places = self._take_places(sender)
            return bool(incoming.places)

    def _take_places(self, sender: Sender) -> list[int]:
        """A place among all and one of the sender's own; none where one of them is missing."""
        wanted = [("large bodies", LARGE_AT_ONCE)]
        if sender.is_known:
            wanted.append((f"large bodies of caller {sender.name}", LARGE_PER_CALLER))
        else:
            wanted.append(("large bodies of strangers", LARGE_OF_STRANGERS))
            wanted.append((f"large bodies from {sender.name}", LARGE_PER_ADDRESS))
        taken: list[int] = []
        for name, most in wanted:
            place = self._places.take(name, most)
            if place is None:
                self._give_back(taken)
                return []
            taken.append(place)
        return taken

    def _give_back(self, places: list[int]) -> None:
        for place in places:
            self._places.give_back(place)

    def _sender_of(self, incoming: Incoming) -> Sender:
        if incoming.sender is None:
            name = None
            if any(header in incoming.scope.headers for header in ("cookie", "authorization")):
                # The thread that cuts off the others must outlive whatever stands in a head.
                try:
                    name = self._known(incoming.scope)
                except Exception:
                    log.exception("a sender could not be looked up")
            sender = Sender(name or incoming.address, is_known=name is not None)
            # Two threads may ask at once: a place is given back under the name that took it.
            with self._large_lock:
                incoming.sender = incoming.sender or sender
        return incoming.sender

    def _over(self, incoming: Incoming) -> bool:
        """Take the request out of those under way; whether somebody else already has."""
        with self._large_lock:
            if self._under_way.pop(incoming, self) is self:
                return True
            self._give_back(incoming.places)
        # granian's future holds its callback and so the request: nothing would ever free the three.
        incoming.future = None
        return False

    def _watch(self) -> None:
        while not self._stopping.wait(MOMENT_SECONDS):
            self._cut_off(self._too_slow(time.monotonic()), "body_too_slow")
        time.sleep(STOP_SECONDS)
        while True:
            self._cut_off(list(self._under_way), "server_stopping")
            time.sleep(MOMENT_SECONDS)

    def _too_slow(self, now: float) -> list[Incoming]:
        under_way = list(self._under_way)
        slow = [one for one in under_way if one.overdue(now, self._seconds)]
        if len(under_way) > CROWD:
            lasting: Counter[str | Sender] = Counter()
            for one in under_way:
                if now - one.began > MOMENT_SECONDS:
                    lasting[one.address] += 1
                    if lasting[one.address] > SLOW_PER_ADDRESS and one not in slow:
                        sender = self._sender_of(one)
                        lasting[sender] += 1
                        if not sender.is_known or lasting[sender] > SLOW_PER_ADDRESS:
                            slow.append(one)
        return slow

    def _cut_off(self, several: list[Incoming], code: str) -> None:
        for incoming in several:
            future = incoming.future
            if future is None or self._over(incoming):
                continue
            try:
                self._refuse(incoming, code)
                # From now on nobody reads that body, and granian closes the connection.
                future.cancel()
            except Exception:
                self._fail(incoming.proto)

    def _refuse(self, incoming: Incoming, code: str) -> None:
        status, headers, body = _answer_without_application(incoming.scope, code)
        self._count(status, code)
        incoming.proto.response_bytes(status, [*headers, ("Connection", "close")], body)

    def _fail(self, proto: Proto) -> None:
        log.exception("a request could not be served")
        self._count(500, "internal_error")
        proto.response_empty(500, [])


def _answer_without_application(
    scope: Scope, code: str
) -> tuple[int, list[tuple[str, str]], bytes]:
    """A page for people who sent a form, JSON for programs and scripts."""
    sent, wanted = scope.headers.get("content-type"), scope.headers.get("accept")
    is_script = "json" in (sent or "") or (wanted or "").startswith("application/json")
    is_program = is_script or scope.path.startswith(OF_PROGRAMS)
    return problem_answer(code) if is_program else slow_page(scope.path, code)


def declared_length(headers: Headers) -> int | None:
    """The bytes of a request's body: 0 without one, None when it comes in chunks."""
    if "transfer-encoding" in headers:
        return None
    return int(headers.get("content-length") or 0)


def client_address(scope: Scope, proxies: int) -> str:
    """Who sent the request: what the outermost trusted proxy says, or the other end of the line.

    Of an IPv6 address it is the network.
    """
    if proxies:
        # A proxy may add a line of its own below that of the client; only the last ones are true.
        lines = ",".join(scope.headers.get_all("x-forwarded-for"))
        forwarded = lines.replace('"', "").split(",")
        if len(forwarded) >= proxies:
            return network_of(forwarded[-proxies].strip())
    return network_of(split_address(scope.client)[0])


def _is_exhausted(proto: Proto) -> bool:
    """Whether the body ended as it should: after a broken one granian has more to say."""
    try:
        proto.__anext__()
    except StopAsyncIteration:
        return True
    return False
