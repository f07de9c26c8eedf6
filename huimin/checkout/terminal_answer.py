"""What a terminal is told of itself: outlet, kind, policy in force, server time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huimin.checkout.verify import policy_answer
from huimin.core.days import county_day, instant_text
from huimin.policies.in_force import in_force
from huimin.storage.engine import Transaction


def terminal_answer(
    tx: Transaction, terminal: Mapping[str, Any], now: datetime, language: str
) -> dict[str, Any]:
    """The answer of `GET /api/v1/terminal`; `policy` is the one for holders in general, or None."""
    today = county_day(now)
    terms = in_force(
        tx, day=today, outlet_id=terminal["outlet_id"], outlet_kind=terminal["outlet_kind"]
    )
    return {
        "terminal": {
            "id": terminal["terminal_id"],
            "code": terminal["terminal_code"],
            "label": terminal["terminal_label"],
        },
        "outlet": {
            "id": terminal["outlet_id"],
            "name": terminal["outlet_name"],
            "kind": terminal["outlet_kind"],
        },
        "merchant": {"id": terminal["merchant_id"], "name": terminal["merchant_name"]},
        "policy": None if terms is None else policy_answer(terms, language),
        "server_time": instant_text(now),
        "business_day": today.isoformat(),
    }
