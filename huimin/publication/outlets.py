"""The outlets that take part today, as everybody may see them: where, when open, and today's rate.

Active outlets of active merchants only. No contact's name and no telephone: they were given to the
county, not to the public.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from huimin.merchants.field_checks import like_pattern
from huimin.policies.in_force import in_force
from huimin.publication import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.named_queries import either_way


def outlets_after(
    tx: Transaction,
    after: str,
    row_limit: int,
    *,
    day: date,
    town_code: str | None = None,
    kind: str | None = None,
    text: str | None = None,
    backwards: bool = False,
) -> list[Row]:
    """Outlets behind the id `after`, each with `rate_bp` for holders in general, None for none.

    `backwards`: those before it, the nearest first. `text` is a part of a name or an address.
    """
    rows = either_way(queries, "outlets_after", backwards)(
        tx,
        after=after,
        row_limit=row_limit,
        town_code=town_code,
        kind=kind,
        pattern=like_pattern(text) if text else None,
    )
    return [{**row, "rate_bp": _rate(tx, row, day)} for row in rows]


def count_outlets(
    tx: Transaction,
    *,
    town_code: str | None = None,
    kind: str | None = None,
    text: str | None = None,
) -> int:
    """How many there are of them."""
    return int(
        queries.count_outlets(
            tx, town_code=town_code, kind=kind, pattern=like_pattern(text) if text else None
        )
    )


def towns(tx: Transaction) -> Iterable[Row]:
    """{code, name} of every town."""
    return list(queries.towns(tx))


def _rate(tx: Transaction, outlet: Row, day: date) -> int | None:
    terms = in_force(tx, day=day, outlet_id=outlet["id"], outlet_kind=outlet["kind"])
    return None if terms is None else terms.rate_bp
