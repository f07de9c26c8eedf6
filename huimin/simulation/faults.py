"""A network that breaks: an httpx transport that loses, drops, repeats and delays on purpose.

What it does is drawn from a seeded chance, so that the same seed breaks the same requests. A
request that is late arrives after later ones, as a packet does that was held up on its way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from random import Random

import httpx

from huimin.core.catalogue import Words

# Each fault, and how the report names it.
FAULTS = Words(
    "fault",
    {
        "lost": "请求在路上丢了",
        "dropped": "服务器已办，答复丢了",
        "repeats": "同一请求到了两次",
        "late": "旧请求过了很久才到",
        "errors": "中间的代理答 502",
    },
)
LATE_REQUESTS_MAX = 12
# Now and then the network is down for a while, and every request meets a fault.
OUTAGE_CHANCE, OUTAGE_REQUESTS_MAX = 0.04, 16


@dataclass
class _Late:
    """A delayed request, and how many others go before it."""

    after: int
    request: httpx.Request


class FaultyTransport(httpx.BaseTransport):
    """Hands requests to `inner` as a bad network would. `happened` counts the faults by name."""

    def __init__(
        self, inner: httpx.BaseTransport, faults: Collection[str], seed: int, rate: float
    ) -> None:
        unknown = set(faults) - FAULTS.keys()
        if unknown:
            raise ValueError(f"unknown faults: {sorted(unknown)}")
        self._inner, self._faults, self._rate = inner, sorted(faults), rate
        self._random = Random(seed)  # noqa: S311
        self._waiting: list[_Late] = []
        self._outage = 0
        self.happened: Counter[str] = Counter()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self._deliver_what_is_due()
        if not self._faults or not self._is_bad():
            return self._answered(request)
        fault = self._random.choice(self._faults)
        self.happened[fault] += 1
        response: httpx.Response = getattr(self, f"_{fault}")(request)
        return response

    def deliver_late(self) -> None:
        """Deliver every request that is still delayed."""
        for late in self._waiting:
            late.after = 0
        self._deliver_what_is_due()

    def close(self) -> None:
        self._inner.close()

    def _is_bad(self) -> bool:
        if self._outage:
            self._outage -= 1
            return True
        if self._random.random() < OUTAGE_CHANCE:
            self._outage = self._random.randint(1, OUTAGE_REQUESTS_MAX)
        return self._random.random() < self._rate

    def _lost(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("the request was lost", request=request)

    def _dropped(self, request: httpx.Request) -> httpx.Response:
        self._answered(request)
        raise httpx.ReadTimeout("the answer was dropped", request=request)

    def _repeats(self, request: httpx.Request) -> httpx.Response:
        first = self._answered(request)
        second = self._answered(request)
        return self._random.choice((first, second))

    def _late(self, request: httpx.Request) -> httpx.Response:
        """Half of them arrive now and again later, half only later."""
        now = self._random.random() < 0.5
        response = self._answered(request) if now else None
        self._waiting.append(_Late(self._random.randint(1, LATE_REQUESTS_MAX), request))
        if response is None:
            raise httpx.ReadTimeout("the request is late", request=request)
        return response

    def _errors(self, request: httpx.Request) -> httpx.Response:
        if self._random.random() < 0.5:
            self._answered(request)
        return httpx.Response(502, text="<h1>502 Bad Gateway</h1>", request=request)

    def _answered(self, request: httpx.Request) -> httpx.Response:
        """The server's answer, read to its end so that the connection is free again."""
        again = httpx.Request(
            request.method, request.url, headers=request.headers, content=request.content
        )
        response = self._inner.handle_request(again)
        response.read()
        return response

    def _deliver_what_is_due(self) -> None:
        due = [late for late in self._waiting if late.after <= 0]
        self._waiting = [late for late in self._waiting if late.after > 0]
        for late in self._waiting:
            late.after -= 1
        for late in due:
            try:
                self._answered(late.request)
            except httpx.TransportError:  # it was late, and now it is lost
                self.happened["lost"] += 1
