"""How a policy's budget stands: what is used and left, and on which day it will be used up.

The forecast is the daily mean of the months that are at hand in the roll-ups: last month and this
one, as far as the budget has been in force. With less than a week of it there is no forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from huimin.core.days import county_day, month_of, parse_day, previous_month
from huimin.core.discount import PolicyTerms
from huimin.core.money import BASIS_POINTS
from huimin.ledger.budget import budget_left, budget_used, government_share_in
from huimin.policies import queries
from huimin.policies.in_force import terms_of
from huimin.storage.engine import Transaction

# People are told once this much is used, or once the forecast is so near.
NEAR_BP = 8_000
NEAR_DAYS = 14
DAYS_KNOWN_MIN = 7
# Beyond this a forecast says nothing.
DAYS_AHEAD_MAX = 3_650

Level = Literal["enough", "near", "used_up"]


@dataclass(frozen=True, slots=True)
class BudgetState:
    """A budget on a county day, in fen. `daily_fen` is None where no rate is known yet.

    `used_up_on` is None where no day is known, or where the policy ends before.
    """

    terms: PolicyTerms
    budget_fen: int
    used_fen: int
    today: date
    days_known: int
    daily_fen: int | None
    used_up_on: date | None

    @property
    def left_fen(self) -> int:
        """What the government may still pay."""
        return max(self.budget_fen - self.used_fen, 0)

    @property
    def used_bp(self) -> int:
        """How much is used, in basis points; rounded down, so that 10 000 is all of it."""
        return min(self.used_fen * BASIS_POINTS // self.budget_fen, BASIS_POINTS)

    @property
    def level(self) -> Level:
        """Whether somebody should look at it."""
        if not self.left_fen:
            return "used_up"
        soon = self.used_up_on is not None and self.used_up_on <= self.today + timedelta(NEAR_DAYS)
        return "near" if self.used_bp >= NEAR_BP or soon else "enough"


def budget_state(tx: Transaction, terms: PolicyTerms, now: datetime) -> BudgetState | None:
    """The budget of a published version; None for one without."""
    if terms.budget_version is None or terms.budget_fen is None:
        return None
    today, left_fen = county_day(now), budget_left(tx, terms, now) or 0
    used_fen = budget_used(tx, terms.code, terms.budget_version)
    # A later version may have added to it.
    budget_fen = used_fen + left_fen if left_fen else terms.budget_fen
    days, daily_fen = _daily(tx, terms, today)
    return BudgetState(
        terms=terms,
        budget_fen=budget_fen,
        used_fen=used_fen,
        today=today,
        days_known=days,
        daily_fen=daily_fen,
        used_up_on=_used_up_on(terms, left_fen, daily_fen, today),
    )


def budgets_in_force(tx: Transaction, now: datetime) -> list[BudgetState]:
    """The budget of every policy in force that has one, in the order of their codes."""
    rows = queries.budgets_in_force(tx, day=county_day(now).isoformat())
    states = (budget_state(tx, terms_of(row), now) for row in rows)
    return [state for state in states if state is not None]


def budgets_to_look_at(tx: Transaction, now: datetime) -> list[BudgetState]:
    """Those of them that are nearly or wholly used up."""
    return [state for state in budgets_in_force(tx, now) if state.level != "enough"]


def _daily(tx: Transaction, terms: PolicyTerms, today: date) -> tuple[int, int | None]:
    """For how many days the rate is known, and the rate in fen."""
    versions = list(
        queries.versions_of_budget(tx, code=terms.code, budget_version=terms.budget_version)
    )
    if not versions:
        return 0, None
    months = (previous_month(month_of(today)), month_of(today))
    first = max(parse_day(f"{months[0]}-01"), parse_day(min(row["starts_on"] for row in versions)))
    days = (today - first).days + 1
    if days < DAYS_KNOWN_MIN:
        return max(days, 0), None
    used_fen = sum(
        government_share_in(tx, row["id"], month) for row in versions for month in months
    )
    return days, max(used_fen, 0) // days


def _used_up_on(
    terms: PolicyTerms, left_fen: int, daily_fen: int | None, today: date
) -> date | None:
    if not daily_fen or not left_fen:
        return None
    days = left_fen // daily_fen
    if days > DAYS_AHEAD_MAX:
        return None
    day = today + timedelta(days)
    return None if terms.ends_on is not None and day > parse_day(terms.ends_on) else day
