"""A till with huimin.client, the real application, and between them a network with a script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from huimin.client import Client, Sale
from huimin.instance import Instance
from tests.making.till import ApiTill, make_till


class ScriptedNetwork(httpx.BaseTransport):
    """Does to each request what the script says next; an empty script lets everything through."""

    def __init__(self, app: Any) -> None:
        self.inner = httpx.WSGITransport(app=app)
        self.script: list[str | httpx.Response] = []
        self.sent: list[httpx.Request] = []
        self.held: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.sent.append(request)
        step = self.script.pop(0) if self.script else "pass"
        if isinstance(step, httpx.Response):
            return step
        if step == "lost":
            raise httpx.ConnectError("lost", request=request)
        if step == "held":
            self.held.append(request)
            raise httpx.ReadTimeout("held", request=request)
        answer = self.inner.handle_request(request)
        answer.read()
        if step == "dropped":
            raise httpx.ReadTimeout("dropped", request=request)
        return answer

    def deliver_held(self) -> list[httpx.Response]:
        """The answers to what was on its way, which nobody waits for any more."""
        answers = []
        while self.held:
            answer = self.inner.handle_request(self.held.pop(0))
            answer.read()
            answers.append(answer)
        return answers


@dataclass
class ClientTill:
    """A shop whose till uses the client."""

    client: Client
    network: ScriptedNetwork
    shop: ApiTill
    slept: list[float]
    stored: list[Sale] = field(default_factory=list)

    def sale(self, **over: Any) -> Sale:
        wanted: dict[str, Any] = {
            "card": self.shop.card["token"],
            "amount_fen": 12_800,
            "presented_by": self.shop.card["holder_id"],
            "identity_checked": True,
            **over,
        }
        return Sale(**wanted)

    @property
    def rows(self) -> int:
        return self.shop.ledger_rows()


@pytest.fixture
def make_client_till(app: Any, instance: Instance) -> Callable[..., ClientTill]:
    """`make_client_till(policy=…)`: everything a till's program needs, without a socket."""

    def make(policy: dict[str, Any] | None = None) -> ClientTill:
        shop = make_till(app.test_client(), instance, policy={} if policy is None else policy)
        network, slept, stored = ScriptedNetwork(app), list[float](), list[Sale]()
        client = Client(
            "http://till.test",
            shop.key,
            transport=network,
            sleep=slept.append,
            before_sending=stored.append,
        )
        return ClientTill(client, network, shop, slept, stored)

    return make


@pytest.fixture
def till(make_client_till: Callable[..., ClientTill]) -> ClientTill:
    return make_client_till()
