"""Claims to test with, through the POS API as a till files them."""

from __future__ import annotations

import itertools
from typing import Any

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
