"""What may be said of how an outlet is judged: never what one person answered.

A cashier may look before and after a customer answers, and a score that moved meanwhile would say
the customer's stars. So an answer counts when its month is over, and a month in which fewer than
five people answered is counted together with the next ones until there are five: a period. All
that is ever shown, to everybody or to the outlet's manager, is a period or a sum of periods, and a
period never changes once it is there. So whatever is subtracted from whatever, at one time or at
two, is about five people or more. Sums only: no words, no photo, and nobody's own answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from huimin.core.days import month_of
from huimin.publication import queries
from huimin.publication.suppress import PEOPLE_MIN
from huimin.storage.engine import Transaction

# How many people (counted up to PEOPLE_MIN) answered from one month to another, both included.
PeopleBetween = Callable[[str, str], int]


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


@dataclass(frozen=True, slots=True)
class Period:
    """Months, both included, in which five people or more judged the outlet, and their score."""

    first_month: str
    last_month: str
    score: Score


@dataclass(frozen=True, slots=True)
class OutletScore:
    """All that is shown of an outlet: the score of all its periods together, None while there is
    none, and the periods, the latest first."""

    total: Score | None
    periods: list[Period]


def outlet_score(tx: Transaction, outlet_id: str, day: date) -> OutletScore:
    """How an outlet was judged in the months that are over on a day."""
    own = {"outlet_id": outlet_id, "enough": PEOPLE_MIN}
    rows = list(queries.rating_months_of_outlet(tx, **own, this_month=month_of(day)))

    def people_between(first_month: str, last_month: str) -> int:
        return int(find_people(first_month=first_month, last_month=last_month))

    find_people = partial(queries.people_who_rated, tx, **own)
    return score_of(rows, people_between)


def score_of(rows: Iterable[Mapping[str, Any]], people_between: PeopleBetween) -> OutletScore:
    """What is shown of an outlet's rows of rating_month, in the order of their months; `people` of
    each is how many answered in it, counted up to PEOPLE_MIN."""
    groups = list(_in_periods(rows, people_between))
    periods = [Period(group[0]["month"], group[-1]["month"], _sum(group)) for group in groups]
    shown = [row for group in groups for row in group]
    return OutletScore(_sum(shown) if shown else None, periods[::-1])


def _in_periods(
    rows: Iterable[Mapping[str, Any]], people_between: PeopleBetween
) -> Iterator[list[Mapping[str, Any]]]:
    """The rows in groups of five people or more; those at the end that are too few are left out."""
    waiting: list[Mapping[str, Any]] = []
    for row in rows:
        waiting.append(row)
        people = row["people"]
        if people < PEOPLE_MIN and len(waiting) > 1:
            people = people_between(waiting[0]["month"], row["month"])
        if people >= PEOPLE_MIN:
            yield waiting
            waiting = []


def _sum(rows: Sequence[Mapping[str, Any]]) -> Score:
    answers = sum(row["answers"] for row in rows)
    return Score(
        answers=answers,
        stars_tenths=_nearest(sum(row["stars"] for row in rows) * 10, answers),
        given_percent=_nearest(sum(row["given_yes"] for row in rows) * 100, answers),
    )


def _nearest(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
