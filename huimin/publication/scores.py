"""What may be said of how an outlet is judged: nothing until five people have answered.

Sums only, of all months together or of one: no words, no photo, and nobody's own answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from huimin.publication import queries
from huimin.publication.suppress import PEOPLE_MIN
from huimin.storage.engine import Transaction


@dataclass(frozen=True, slots=True)
class Score:
    """Judgements added up: `stars_tenths` is the mean in tenths of a star, `given_percent` how many
    of a hundred say that the discount was given as promised."""

    answers: int
    stars_tenths: int
    given_percent: int

    @property
    def stars_text(self) -> str:
        """The mean with one decimal: 4.6."""
        return f"{self.stars_tenths // 10}.{self.stars_tenths % 10}"


def score_of(rows: Iterable[Mapping[str, Any]], people: int) -> Score | None:
    """The score of rows of rating_month together; None for fewer than PEOPLE_MIN people."""
    listed = list(rows)
    answers = sum(row["answers"] for row in listed)
    if people < PEOPLE_MIN or not answers:
        return None
    stars = sum(row["stars"] for row in listed)
    given = sum(row["given_yes"] for row in listed)
    return Score(
        answers=answers,
        stars_tenths=_nearest(stars * 10, answers),
        given_percent=_nearest(given * 100, answers),
    )


def outlet_score(tx: Transaction, outlet_id: str) -> Score | None:
    """An outlet's score as everybody may see it, or None."""
    people = int(queries.people_who_rated(tx, outlet_id=outlet_id, enough=PEOPLE_MIN))
    if people < PEOPLE_MIN:
        return None
    return score_of(queries.rating_months_of_outlet(tx, outlet_id=outlet_id), people)


def _nearest(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
