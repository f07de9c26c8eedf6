"""What a terminal is told about itself: its outlet, the policy in force, the server time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.checkout.entitlement import policy_on
from huimin.checkout.quote_answer import policy_answer
from huimin.core.days import county_day, instant_text
from huimin.storage.engine import Transaction


def terminal_answer(
    tx: Transaction, terminal: Terminal, now: datetime, language: str
) -> dict[str, Any]:
    """The answer of `GET /api/v1/terminal`; `policy` is the one for holders in general, or None."""
    today = county_day(now)
    terms = policy_on(tx, terminal, today)
    return {
        **place_parts(terminal),
        "merchant": {"id": terminal["merchant_id"], "name": terminal["merchant_name"]},
        "policy": None if terms is None else policy_answer(terms, language),
        "server_time": instant_text(now),
        "business_day": today.isoformat(),
    }


def place_parts(terminal: Terminal) -> dict[str, Any]:
    """The `terminal` and `outlet` parts of an answer."""
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
    }
