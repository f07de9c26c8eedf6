"""Look at a shelf price as it is written down, and raise an alert for an outlet that stands out.

The rule: of one good in one month, with at least five outlets, a price is an outlier when it is
further from the median than three times the scaled median absolute deviation (MAD × 1.4826, which
for a normal distribution is the standard deviation), and further than a tenth of the median. The
last part keeps a few fen from counting where nearly all prices are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from statistics import median
from typing import Any

from huimin.alerts import queries
from huimin.alerts.rules import LIMITS, Limits
from huimin.core.days import instant_text, month_of
from huimin.core.json_text import write_json
from huimin.core.money import half_up
from huimin.divisions.find import town_of
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id

RULE = "shelf_price"
# MAD × this is the standard deviation of a normal distribution.
SCALE = Fraction(14_826, 10_000)


@dataclass(frozen=True, slots=True)
class PriceSeen:
    """The last price of a good at an outlet in a month."""

    outlet_id: str
    division_code: str
    price_fen: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How the prices of a good lie in a month: their median, and how far is too far from it."""

    median_fen: int
    too_far_fen: Fraction

    def stands_out(self, price_fen: int) -> bool:
        """Whether a price is an outlier."""
        return abs(price_fen - self.median_fen) > self.too_far_fen


def spread_of(prices_fen: Sequence[int], limits: Limits = LIMITS) -> Spread | None:
    """The spread of the outlets' prices; None for fewer than `price_outlets` of them."""
    if len(prices_fen) < limits.price_outlets:
        return None
    middle = Fraction(median(map(Fraction, prices_fen)))
    deviation = Fraction(median(abs(price - middle) for price in prices_fen))
    too_far = max(
        limits.price_deviations * SCALE * deviation, middle * limits.price_least_percent / 100
    )
    return Spread(half_up(middle.numerator, middle.denominator), too_far)


def note_prices(
    tx: Transaction,
    good: Mapping[str, Any],
    seen: Sequence[PriceSeen],
    *,
    outlet_id: str,
    day: date,
    now: datetime,
    limits: Limits = LIMITS,
) -> None:
    """Raise the alerts of a good's month after a price was seen at `outlet_id`.

    The outlet's own alert opens again with a new price. Of the others only those are raised that
    have none yet: what somebody has looked at does not come back because another shop was visited.
    """
    spread = spread_of([each.price_fen for each in seen], limits)
    if spread is None:
        return
    for each in sorted(seen, key=lambda each: each.outlet_id):
        if not spread.stands_out(each.price_fen):
            continue
        window_key = f"{good['id']} {each.outlet_id} {month_of(day)}"
        known = queries.alert_known(tx, rule=RULE, window_key=window_key) is not None
        if each.outlet_id == outlet_id or not known:
            _raise(tx, good, each, spread, len(seen), window_key, day, now)


def _raise(
    tx: Transaction,
    good: Mapping[str, Any],
    seen: PriceSeen,
    spread: Spread,
    outlets: int,
    window_key: str,
    day: date,
    now: datetime,
) -> None:
    numbers = {
        "good_id": good["id"],
        "good": f"{good['name']} {good['specification']}",
        "month": month_of(day),
        "price_fen": seen.price_fen,
        "median_fen": spread.median_fen,
        "outlets": outlets,
    }
    queries.raise_alert(
        tx,
        id=new_id(),
        rule=RULE,
        window_key=window_key,
        business_day=day.isoformat(),
        town_code=town_of(seen.division_code),
        outlet_id=seen.outlet_id,
        terminal_id=None,
        card_id=None,
        staff_id=None,
        cashier=None,
        ledger_id=None,
        evidence_json=write_json({"rows": [], "numbers": numbers}),
        recorded_at=instant_text(now),
    )
