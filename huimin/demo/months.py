"""Plan the demo's months: who buys what where and when, decided by seeded chance only.

The plan refers to customers and tills by index, never by id, so that two builds with the same seed
have the same figures. A day's acts are in chronological order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from huimin.core.days import COUNTY_ZONE, county_day, month_days, month_of, previous_month
from huimin.core.discount import Basket
from huimin.demo.baskets import basket_of
from huimin.demo.county import Customer, Till

MONTHS_BEFORE = 2
# How many visits a customer makes in a month, with the weight of each number.
VISITS_A_MONTH = (0, 1, 2, 3, 4, 6, 9)
VISIT_WEIGHTS = (6, 14, 24, 24, 18, 10, 4)
# Per month: cards are new in the first and established in the third.
MONTH_SHARES = (0.85, 1.0, 1.08)
KIND_WEIGHTS = {"supermarket": 10.0, "pharmacy": 5.0, "hospital": 1.4, "school": 0.9, "other": 0.9}
NEAR_WEIGHT = 6.0
# (eligibility, outlet kind) that go together more often.
NEED_WEIGHTS = {
    ("major_illness", "pharmacy"): 2.2,
    ("major_illness", "hospital"): 3.0,
    ("disability", "pharmacy"): 1.5,
    ("orphan", "school"): 5.0,
    ("dibao", "school"): 1.4,
}
FAMILY_SHARE = 0.35
RETURN_SHARE = 0.02
WHOLE_RETURN_SHARE = 0.5
RETURN_DAYS_MAX = 4
WEEKEND_SHARE = 1.25
# Shopping hours with the weight of each.
HOURS = (8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19)
HOUR_WEIGHTS = (6, 12, 14, 9, 4, 6, 8, 9, 12, 11, 5)
NIGHT_ACTS_MAX = 3


@dataclass(frozen=True)
class Purchase:
    """A purchase; a later return refers to its `number`."""

    at: datetime
    number: int
    customer: int
    till: int
    presenter: int
    basket: Basket


@dataclass(frozen=True)
class Part:
    """What comes back of a purchase: one line, or an amount with its insured part."""

    line: int | None
    amount_fen: int
    insurance_fen: int


@dataclass(frozen=True)
class Return:
    """A return of a part of a purchase, or of all of it (None)."""

    at: datetime
    number: int
    till: int
    part: Part | None


Act = Purchase | Return


def demo_days(now: datetime) -> list[date]:
    """The days of the two months before this one, and of this month up to today."""
    today = county_day(now)
    first = month_of(today)
    for _ in range(MONTHS_BEFORE):
        first = previous_month(first)
    start = month_days(first)[0]
    return [start + timedelta(days=count) for count in range((today - start).days + 1)]


class MonthsPlan:
    """The acts of every day; call `acts_of` once for each day in order."""

    def __init__(
        self, customers: Sequence[Customer], tills: Sequence[Till], now: datetime, seed: int
    ) -> None:
        self._customers, self._tills, self._now = customers, tills, now
        self._chance = Random(seed)  # noqa: S311
        self.days = demo_days(now)
        self._months = sorted({month_of(day) for day in self.days})
        self._visits = [self._chance.choices(VISITS_A_MONTH, VISIT_WEIGHTS)[0] for _ in customers]
        self._favourites = [self._favourite_weights(customer) for customer in customers]
        self._returns: dict[date, list[Return]] = {}
        self._number = 0

    def acts_of(self, day: date, stopped: frozenset[int] = frozenset()) -> list[Act]:
        """The acts of that day. `stopped` are customers whose card is no longer usable."""
        share = MONTH_SHARES[self._months.index(month_of(day))]
        share *= WEEKEND_SHARE if day.weekday() >= 5 else 1.0
        acts: list[Act] = list(self._returns.pop(day, []))
        for index, visits in enumerate(self._visits):
            # Drawn for everybody, so that a stopped card does not change other people's days.
            visits_today = self._chance.random() < visits * share / 30
            if visits_today and index not in stopped:
                acts.extend(self._visit(day, index))
        return sorted(self._in_time(acts, day), key=lambda act: (act.at, act.number))

    def _visit(self, day: date, index: int) -> Iterator[Act]:
        chance, customer = self._chance, self._customers[index]
        till = chance.choices(range(len(self._tills)), self._favourites[index])[0]
        terminal = self._tills[till].terminal
        family = len(customer.presenters) - 1
        presenter = chance.randint(1, family) if family and chance.random() < FAMILY_SHARE else 0
        self._number += 1
        purchase = Purchase(
            at=self._moment(day),
            number=self._number,
            customer=index,
            till=till,
            presenter=presenter,
            basket=basket_of(self._tills[till].kind, terminal["outlet_name"], chance),
        )
        yield purchase
        if chance.random() < RETURN_SHARE:
            yield from self._return_goods(purchase, day)

    def _return_goods(self, purchase: Purchase, day: date) -> Iterator[Act]:
        """Yield the return if it is on the same day; else schedule it."""
        chance = self._chance
        whole = chance.random() < WHOLE_RETURN_SHARE
        part = None if whole else _part(purchase.basket, chance.randint(2, 6))
        later = chance.randint(0, RETURN_DAYS_MAX)
        return_day = day + timedelta(days=later)
        at = purchase.at + timedelta(minutes=12) if later == 0 else self._moment(return_day)
        goods_return = Return(at, purchase.number, purchase.till, part)
        if later == 0:
            yield goods_return
        elif return_day <= self.days[-1]:
            self._returns.setdefault(return_day, []).append(goods_return)

    def _favourite_weights(self, customer: Customer) -> list[float]:
        """The weight of each till: by kind, by need, and much higher in the customer's town."""
        weights = []
        for till in self._tills:
            weight = KIND_WEIGHTS[till.kind]
            weight *= NEED_WEIGHTS.get((customer.eligibility, till.kind), 1.0)
            weight *= NEAR_WEIGHT if till.town_code == customer.town_code else 1.0
            weights.append(weight)
        return weights

    def _moment(self, day: date) -> datetime:
        chance = self._chance
        hour = chance.choices(HOURS, HOUR_WEIGHTS)[0]
        moment = time(hour, chance.randrange(60), chance.randrange(60))
        return datetime.combine(day, moment, COUNTY_ZONE)

    def _in_time(self, acts: list[Act], day: date) -> list[Act]:
        """Squeeze today's acts into the time before now: nothing happens in the future."""
        midnight = datetime.combine(day, time(), COUNTY_ZONE)
        if self._now >= midnight + timedelta(days=1):
            return acts
        # From opening time on; before that, a few night sales.
        start = midnight + timedelta(hours=HOURS[0])
        if self._now < start + timedelta(hours=1):
            start = midnight
            acts = sorted(acts, key=lambda act: (act.at, act.number))[:NIGHT_ACTS_MAX]
        share_of_day = (self._now - start) / (midnight + timedelta(days=1) - start)
        return [_moved(act, start + (act.at - start) * share_of_day) for act in acts]


def _moved(act: Act, at: datetime) -> Act:
    return replace(act, at=at)


def _part(basket: Basket, tenths: int) -> Part:
    """A line of the basket, or so many tenths of what takes part in the discount."""
    if basket.items:
        line = tenths % len(basket.items)
        return Part(line, basket.items[line].amount_fen, 0)
    amount_fen = (basket.amount_fen - basket.excluded_fen) * tenths // 10
    return Part(None, amount_fen, basket.insurance_fen * tenths // 10)
