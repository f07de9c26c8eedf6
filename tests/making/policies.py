"""A published policy to test with, made through the real use cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from huimin.core.days import county_start
from huimin.core.discount import PolicyTerms
from huimin.instance import Instance
from huimin.policies.drafts import PolicyDraft, save_draft
from huimin.policies.in_force import terms_of
from huimin.policies.publish import publish


def make_policy(instance: Instance, **over: Any) -> PolicyTerms:
    """九二折 for all, published and in force since the year began; no caps, paid by the merchant.

    It is published on its first day, unless the instance's clock stands before that.
    """
    wanted: dict[str, Any] = {
        "code": "jiuerzhe",
        "name": "九二折",
        "rate_bp": 800,
        "starts_on": "2026-01-01",
        **over,
    }
    draft = PolicyDraft(**wanted)
    starts_on = date.fromisoformat(str(draft.starts_on))
    now = min(instance.clock(), county_start(starts_on))
    row = instance.engine.write(
        lambda tx: publish(
            tx, save_draft(tx, draft, now=now, actor="test")["id"], now=now, actor="test"
        )
    )
    return terms_of(row)
