"""The list of divisions: those there are and those there were, found by any name they had."""

from __future__ import annotations

from dataclasses import dataclass

from huimin.division_changes import queries
from huimin.storage.engine import Row
from huimin.storage.list_query import ListQuery, like_pattern, parameters_of


@dataclass(frozen=True, slots=True)
class DivisionCriteria:
    """What to list; None does not filter. `state` is "living" or "over", `text` a part of a name
    that it has or had, or the beginning of its code."""

    level: str | None = None
    state: str | None = None
    text: str | None = None


def _parameters(criteria: DivisionCriteria) -> Row:
    return {**parameters_of(criteria), "pattern": like_pattern(criteria.text)}


divisions_after = ListQuery[DivisionCriteria](queries, "divisions_after", _parameters)
