"""The work list: who of a town is entitled and not reached, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from huimin.core.days import county_start, instant_text
from huimin.divisions.within import division_bounds
from huimin.reach import queries
from huimin.storage.engine import Row
from huimin.storage.list_query import ListQuery, parameters_of

# Not used for so many days: the person may need help, or no longer the card.
LATELY_DAYS = 90
# Why somebody is not reached → how the statements that find them end.
REASONS = {
    "no_card": "without_card",
    "never_used": "never_used",
    "not_lately": "not_lately",
}


@dataclass(frozen=True, slots=True)
class UnreachedCriteria:
    """Whom to list: a `reason` of REASONS, a `town` (12 digits) or one village of it, a day.

    `result` is that of the last contact ("none": never contacted), `due_by` the day by which it is
    to be tried again.
    """

    reason: str
    town: str
    day: date
    division_code: str | None = None
    result: str | None = None
    due_by: date | None = None


def _parameters(criteria: UnreachedCriteria) -> Row:
    since = instant_text(county_start(criteria.day - timedelta(days=LATELY_DAYS)))
    first, last = division_bounds(criteria.town)
    return {
        **parameters_of(criteria),
        "town": criteria.town[:9],
        "first_village": first,
        "last_village": last,
        "since": since,
    }


def _statement(criteria: UnreachedCriteria) -> str:
    return f"unreached_{REASONS[criteria.reason]}"


def _by_village(criteria: UnreachedCriteria) -> str:
    return f"villages_{REASONS[criteria.reason]}"


# {id, name, division_code, last_used_at} of each; a page shows the name as its reader may see it.
unreached_after = ListQuery[UnreachedCriteria](
    queries, _statement, _parameters, dict, sorted_from=_by_village
)
