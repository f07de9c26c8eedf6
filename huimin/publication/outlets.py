"""The outlets that take part today, as everybody may see them: where, when open, and today's rate.

Active outlets of active merchants only. No contact's name and no telephone: they were given to the
county, not to the public.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from huimin.policies.in_force import in_force
from huimin.publication import queries
from huimin.publication.scores import outlet_score
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery, like_pattern

# `town_code`, `kind` and `text` (a part of a name or an address); None or absent does not filter.
Criteria = Mapping[str, str | None]


def _parameters(criteria: Criteria) -> Row:
    text = criteria.get("text")
    filters = {name: criteria.get(name) for name in ("town_code", "kind")}
    return {**filters, "pattern": like_pattern(text)}


outlets_after = ListQuery[Criteria](queries, "outlets_after", _parameters)


def with_rates(tx: Transaction, outlets: Sequence[Row], day: date) -> list[Row]:
    """The outlets, each with `rate_bp` for holders in general, None for none."""
    return [{**row, "rate_bp": _rate(tx, row, day)} for row in outlets]


def with_scores(tx: Transaction, outlets: Sequence[Row], day: date) -> list[Row]:
    """The outlets, each with `score` (scores.py) on a day, None while too few have judged it."""
    return [{**row, "score": outlet_score(tx, row["id"], day).total} for row in outlets]


def towns(tx: Transaction) -> Iterable[Row]:
    """{code, name} of every town."""
    return list(queries.towns(tx))


def _rate(tx: Transaction, outlet: Row, day: date) -> int | None:
    terms = in_force(tx, day=day, outlet_id=outlet["id"], outlet_kind=outlet["kind"])
    return None if terms is None else terms.rate_bp
