"""Judgements for those who read them: the county each one, a merchant's manager only sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from huimin.core.refusals import Refusal
from huimin.publication.scores import Score, outlet_score, score_of
from huimin.publication.suppress import PEOPLE_MIN
from huimin.ratings import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery


@dataclass(frozen=True, slots=True)
class RatingCriteria:
    """Filters; None means no filter."""

    outlet_id: str | None = None
    given: str | None = None
    month: str | None = None


@dataclass(frozen=True, slots=True)
class OutletScores:
    """An outlet of a merchant: its score, and (month, score) with the latest first. A score is None
    where fewer than five people have answered."""

    outlet: Row
    score: Score | None
    months: list[tuple[str, Score | None]]


def rating_by_id(tx: Transaction, rating_id: str) -> Row:
    """One judgement with its outlet and receipt. Raises Refusal `not_found`."""
    row: Row | None = queries.rating_by_id(tx, id=rating_id)
    if row is None:
        raise Refusal("not_found")
    return row


def outlets_with_ratings(tx: Transaction) -> list[tuple[str, str]]:
    """(id, name) of every outlet that was judged."""
    return [(row["id"], row["name"]) for row in queries.outlets_with_ratings(tx)]


def scores_of_merchant(tx: Transaction, merchant_id: str) -> list[OutletScores]:
    """How a merchant's outlets are judged: sums, never who."""
    rows = list(queries.months_of_outlets(tx, merchant_id=merchant_id, enough=PEOPLE_MIN))
    return [
        OutletScores(
            outlet,
            outlet_score(tx, outlet["id"]),
            _by_month(row for row in rows if row["outlet_id"] == outlet["id"]),
        )
        for outlet in queries.outlets_of_merchant(tx, merchant_id=merchant_id)
    ]


def _by_month(rows: Iterable[dict[str, Any]]) -> list[tuple[str, Score | None]]:
    return [(row["month"], score_of([row], row["people"])) for row in rows]


# The latest first.
ratings_before = ListQuery[RatingCriteria](queries, "ratings_before")
