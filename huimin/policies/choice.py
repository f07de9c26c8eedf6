"""The rule of `in_force` for policies in memory, for callers that need it for a whole month.

A test proves it equal to the statement in queries.sql.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from huimin.core.discount import PolicyTerms
from huimin.policies.in_force import SCOPES, at_outlet_kind


def counting_on(published: Iterable[PolicyTerms], day: str) -> list[PolicyTerms]:
    """Per code, the highest version that has started by `day`, unless that one has ended."""
    latest: dict[str, PolicyTerms] = {}
    for terms in published:
        if terms.starts_on <= day:
            highest = latest.get(terms.code)
            if highest is None or highest.version < terms.version:
                latest[terms.code] = terms
    return [terms for terms in latest.values() if terms.ends_on is None or day <= terms.ends_on]


def most_specific(
    counting: Sequence[PolicyTerms],
    *,
    outlet_id: str,
    outlet_kind: str,
    eligibilities: Collection[str],
) -> PolicyTerms | None:
    """The one of that day's policies that applies to a purchase, or None."""
    applying = [
        terms
        for terms in counting
        if terms.scope == "all"
        or (terms.scope == "kind" and terms.scope_value == outlet_kind)
        or (terms.scope == "outlet" and terms.scope_value == outlet_id)
        or (terms.scope == "eligibility" and terms.scope_value in eligibilities)
    ]
    if not applying:
        return None
    first = min(applying, key=lambda t: (SCOPES.index(t.scope), -t.rate_bp, t.code))
    return at_outlet_kind(first, outlet_kind)
