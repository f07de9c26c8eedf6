"""Judgements for those who read them: the county each one, a merchant's manager only sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from huimin.core.refusals import Refusal
from huimin.publication.results import Results, results_of_outlet
from huimin.publication.scores import OutletScore, outlet_score
from huimin.ratings import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery


@dataclass(frozen=True, slots=True)
class RatingCriteria:
    """Filters; None means no filter."""

    outlet_id: str | None = None
    given: str | None = None
    month: str | None = None


def rating_by_id(tx: Transaction, rating_id: str) -> Row:
    """One judgement with its outlet and receipt. Raises Refusal `not_found`."""
    row: Row | None = queries.rating_by_id(tx, id=rating_id)
    if row is None:
        raise Refusal("not_found")
    return row


def outlets_with_ratings(tx: Transaction) -> list[tuple[str, str]]:
    """(id, name) of every outlet that was judged."""
    return [(row["id"], row["name"]) for row in queries.outlets_with_ratings(tx)]


def scores_of_merchant(
    tx: Transaction, merchant_id: str, day: date
) -> list[tuple[Row, OutletScore, list[Results]]]:
    """(outlet, how it was judged, how complaints about it ended) of a merchant's outlets: sums,
    never who."""
    return [
        (outlet, outlet_score(tx, outlet["id"], day), results_of_outlet(tx, outlet["id"], day))
        for outlet in queries.outlets_of_merchant(tx, merchant_id=merchant_id)
    ]


# The latest first.
ratings_before = ListQuery[RatingCriteria](queries, "ratings_before")
