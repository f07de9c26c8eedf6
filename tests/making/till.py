"""A till to test with: a terminal's key, a card and its presenters, and calls of the POS API."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy


@dataclass
class ApiTill:
    """Speaks the POS API as a merchant's own system does."""

    client: Any
    instance: Instance
    outlet: dict[str, Any]
    terminal: dict[str, Any]
    key: str
    card: dict[str, Any]
    serial: Any = field(default_factory=lambda: itertools.count(1))

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", **more}

    def get(self, path: str, **more: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers=self.headers(**more))

    def post(self, path: str, body: Any, key: str | None = None, **more: str) -> Any:
        if key is not None:
            more["Idempotency-Key"] = key
        return self.client.post(f"/api/v1{path}", headers=self.headers(**more), json=body)

    def body(self, **over: Any) -> dict[str, Any]:
        """A redemption's body; every call has an order of its own."""
        wanted: dict[str, Any] = {
            "card": self.card["token"],
            "amount_fen": 12_800,
            "order_no": f"order-{next(self.serial)}",
            "presented_by": self.card["holder_id"],
            "identity_checked": True,
            **over,
        }
        return {name: value for name, value in wanted.items() if value is not ...}

    def redeem(self, key: str | None = None, **over: Any) -> Any:
        body = self.body(**over)
        return self.post("/redemptions", body, key or f"key-{body.get('order_no')}")

    def reverse(self, redemption_id: str, key: str, **body: Any) -> Any:
        return self.post(
            f"/redemptions/{redemption_id}/reversals", {"reason": "顾客退货", **body}, key
        )

    def ledger_rows(self) -> int:
        return int(
            self.instance.engine.read(
                lambda tx: tx.connection.execute("SELECT COUNT(*) AS n FROM ledger").fetchone()["n"]
            )
        )


def make_till(
    client: Any, instance: Instance, *, policy: dict[str, Any] | None = None, **outlet: Any
) -> ApiTill:
    """A till of a new outlet, with a card of a new holder and (unless None) a policy."""
    if policy is not None:
        make_policy(instance, **policy)
    place = make_outlet(instance, **outlet)
    terminal, key = make_terminal(instance, place)
    card = make_card(instance, make_holder(instance))
    return ApiTill(client, instance, place, terminal, key, card)
