"""The categories of goods that a till may name, and which of them take part here today."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.checkout.entitlement import policy_on
from huimin.core.categories import codes_of, spellings
from huimin.core.days import county_day
from huimin.core.words import GOODS
from huimin.storage.engine import Transaction


def categories_answer(
    tx: Transaction, terminal: Terminal, now: datetime, language: str
) -> dict[str, Any]:
    """The answer of `GET /api/v1/categories`.

    Besides the known categories it has those that today's policy leaves out under a name of its
    own: an older policy may.
    """
    terms = policy_on(tx, terminal, county_day(now))
    excluded = codes_of(terms.excluded_categories) if terms else frozenset[str]()
    codes = [*GOODS, *sorted(excluded - GOODS.keys())]
    return {
        "categories": [
            {
                "code": code,
                "name": GOODS.say(code, language),
                "spellings": list(spellings(code)) if code in GOODS else [],
                "takes_part": code not in excluded,
            }
            for code in codes
        ],
        "policy": {"id": terms.id, "code": terms.code, "version": terms.version} if terms else None,
    }
