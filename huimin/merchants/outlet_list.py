"""The list of outlets for an office and for a merchant, filtered, a page at a time."""

from __future__ import annotations

from huimin.merchants import queries
from huimin.merchants.field_checks import like_pattern
from huimin.merchants.outlets import Row
from huimin.storage.engine import Transaction
from huimin.storage.named_queries import either_way


def outlets_after(
    tx: Transaction,
    after: str,
    count: int,
    *,
    text: str | None = None,
    kind: str | None = None,
    town_code: str | None = None,
    state: str | None = None,
    merchant_id: str | None = None,
    quiet_month: str | None = None,
    backwards: bool = False,
) -> list[Row]:
    """Up to `count` outlets after the id `after`; `quiet_month` keeps those without sales in it."""
    return list(
        either_way(queries, "outlets_after", backwards)(
            tx,
            after=after,
            row_limit=count,
            pattern=like_pattern(text) if text else None,
            kind=kind,
            town=town_code[:9] if town_code else None,
            state=state,
            merchant_id=merchant_id,
            quiet_month=quiet_month,
        )
    )
