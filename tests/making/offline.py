"""A till without network to test with: its pack, the items it queues, and how it sends them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huimin.core.days import instant_text
from huimin.instance import Instance
from huimin.storage.ids import new_id
from tests.making.till import ApiTill, make_till

OFFLINE = {
    "offline_hours": 24,
    "offline_cap_redemption_fen": 3_000,
    "offline_cap_card_fen": 6_000,
    "offline_cap_terminal_fen": 100_000,
}


@dataclass
class OfflineTill(ApiTill):
    """Has taken a pack; `item` is a sale that it made with it."""

    pack: Any = None

    def take_pack(self, etag: str | None = None) -> Any:
        answer = self.get("/offline-pack", **({"If-None-Match": etag} if etag else {}))
        if answer.status_code == 200:
            self.pack = answer.json
        return answer

    def item(self, at: datetime | None = None, **over: Any) -> dict[str, Any]:
        """128.00 yuan with 10.24 off, by the holder, at the instance's clock by default."""
        at = at or self.instance.clock()
        wanted: dict[str, Any] = {
            "client_id": str(uuid.uuid4()),
            "card": self.card["token"],
            "order_no": f"order-{next(self.serial)}",
            "amount_fen": 12_800,
            "presented_by": "holder",
            "identity_checked": True,
            "policy_id": self.pack["days"][self.day_of(at)],
            "discount_fen": 1_024,
            "occurred_at": instant_text(at),
            "device_clock_offset_ms": 0,
            "pack_id": self.pack["id"],
            **over,
        }
        wanted.setdefault("payable_fen", wanted["amount_fen"] - wanted["discount_fen"])
        return {name: value for name, value in wanted.items() if value is not ...}

    def day_of(self, at: datetime) -> str:
        from huimin.core.days import county_day

        return county_day(at).isoformat()

    def send(self, *items: Any, **more: str) -> list[dict[str, Any]]:
        answer = self.post("/offline-redemptions", {"redemptions": list(items)}, **more)
        assert answer.status_code == 200, answer.text
        told: list[dict[str, Any]] = answer.json["redemptions"]
        return told

    def row_of(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The ledger row of an entered item."""
        from huimin.ledger.read import row_by_id

        row = self.instance.engine.read(lambda tx: row_by_id(tx, answer["redemption"]["id"]))
        assert row is not None
        return row


def note_refused_attempt(instance: Instance, terminal: Any, card: Any, code: str) -> None:
    """That this terminal was refused the card online, now."""
    at = instant_text(instance.clock())
    values = {
        "id": new_id(),
        "act": "verify",
        "code": code,
        "refusal_json": "{}",
        "terminal_id": terminal["id"],
        "outlet_id": terminal["outlet_id"],
        "card_id": card["id"],
        "typed": 0,
        "occurred_at": at,
        "recorded_at": at,
        "times": 1,
    }

    def work(tx: Any) -> None:
        mark = "?" if tx.engine == "sqlite" else "%s"
        names, marks = ", ".join(values), ", ".join([mark] * len(values))
        statement = f"INSERT INTO refused_attempt ({names}) VALUES ({marks})"
        tx.connection.execute(statement, tuple(values.values()))

    instance.engine.write(work)


def make_offline_till(
    client: Any, instance: Instance, *, policy: dict[str, Any] | None = None, **outlet: Any
) -> OfflineTill:
    """A till of a new outlet under a policy that allows 24 hours, with its pack taken."""
    terms = {**OFFLINE, **(policy or {})}
    made = make_till(client, instance, policy=terms, **outlet)
    till = OfflineTill(client, instance, made.outlet, made.terminal, made.key, made.card)
    till.take_pack()
    return till
