"""Claims to test with: through the POS API as a till files them, or through the use case."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from huimin.access.terminal_keys import terminal_of_key
from huimin.claims.requests import ClaimRequest
from huimin.claims.submit import submit_claim
from huimin.core.card_token import check_card
from huimin.instance import Instance
from tests.making.till import ApiTill

_serial = itertools.count(1)


def file_claim(till: ApiTill, key: str | None = None, **over: Any) -> Any:
    """The answer of `POST /api/v1/claims`; every call has an order of its own."""
    number = next(_serial)
    body = {
        "card": till.card["token"],
        "order_no": f"claim-order-{number}",
        "amount_fen": 12_800,
        **over,
    }
    wanted = {name: value for name, value in body.items() if value is not ...}
    return till.post("/claims", wanted, key or f"claim-key-{number}")


def make_claim(
    instance: Instance, card: Mapping[str, Any], key: str, **over: Any
) -> dict[str, Any]:
    """A claim of `card` (of make_card) at the terminal with that key, through the use case."""
    wanted: dict[str, Any] = {
        "card": check_card(card["token"], instance.key_ring.public_keys()),
        "order_no": f"made-claim-{next(_serial)}",
        "amount_fen": 12_800,
        **over,
    }

    def work(tx: Any) -> dict[str, Any]:
        terminal = terminal_of_key(tx, key)
        return submit_claim(
            tx,
            ClaimRequest(**wanted),
            terminal=terminal,
            now=instance.clock(),
            claim_days=30,
            actor=f"terminal:{terminal['terminal_code']}",
        )

    return instance.engine.write(work)
