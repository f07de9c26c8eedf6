"""The rules: plain functions from a scene to a finding, and every limit in one place.

A finding is a hint that somebody should look, never a verdict, and it stops no sale. It carries the
rows and numbers that caused it; its window key names the run of rows, so that further rows of the
same run extend one alert instead of raising another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from huimin.alerts.facts import Fact, Scene
from huimin.alerts.opening_hours import is_open, open_spans, spans_text
from huimin.core.days import COUNTY_ZONE


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of all rules. Times in minutes, money in fen."""

    far_apart_minutes: int = 20
    repeated_uses: int = 4
    round_run: int = 4
    round_unit_fen: int = 1_000
    round_least_fen: int = 5_000
    split_minutes: int = 60
    off_hours_grace_minutes: int = 30
    miss_minutes: int = 10
    misses_of_till: int = 10
    misses_of_outlet: int = 30
    price_outlets: int = 5
    price_deviations: int = 3
    price_least_percent: int = 10


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: the rows by id, and the numbers that made it strange."""

    rule: str
    window_key: str
    rows: tuple[str, ...]
    numbers: dict[str, Any]
    about_card: bool = True


Find = Callable[[Scene, Limits], Finding | None]


def far_apart(scene: Scene, limits: Limits = LIMITS) -> Finding | None:
    """One card in two towns within minutes. The streets of the county seat are one place."""
    row = scene.row
    if row.is_claim:  # a claim's time is when it was noted down
        return None
    within = timedelta(minutes=limits.far_apart_minutes)
    others = [
        each
        for each in scene.of_card
        if each.place != row.place and not each.is_claim and abs(each.at - row.at) <= within
    ]
    if not others:
        return None
    nearest = min(abs(each.at - row.at) for each in others)
    return Finding(
        "far_apart",
        f"{row.card_id} {row.day}",
        _ids(others, row),
        {"minutes": int(nearest.total_seconds() // 60), "limit": limits.far_apart_minutes},
    )


def repeated_card(scene: Scene, limits: Limits = LIMITS) -> Finding | None:
    """One card used many times on one day by the same cashier or till."""
    row = scene.row
    same = [each for each in scene.of_card if each.hands == row.hands and each.day == row.day]
    if len(same) + 1 < limits.repeated_uses:
        return None
    return Finding(
        "repeated_card",
        f"{row.card_id} {row.hands} {row.day}",
        _ids(same, row),
        {"times": len(same) + 1, "limit": limits.repeated_uses},
    )


def is_round(amount_fen: int, limits: Limits = LIMITS) -> bool:
    """Whether an amount is suspiciously round; small ones are round by chance."""
    return amount_fen >= limits.round_least_fen and amount_fen % limits.round_unit_fen == 0


def round_amounts(scene: Scene, limits: Limits = LIMITS) -> Finding | None:
    """Consecutive sales of one till on one day, all of round amounts.

    Claims stand in the chain where they were decided: they form their own run and interrupt none.
    """
    row = scene.row
    if not is_round(row.amount_fen, limits):
        return None
    run: list[Fact] = []
    for each in scene.till_before:
        if each.is_claim != row.is_claim:
            continue
        if each.day != row.day or not is_round(each.amount_fen, limits):
            break
        run.append(each)
    if len(run) + 1 < limits.round_run:
        return None
    return Finding(
        "round_amounts",
        f"{row.terminal_id} {row.day}",
        _ids(run, row),
        {"times": len(run) + 1, "limit": limits.round_run, "unit_fen": limits.round_unit_fen},
        about_card=False,
    )


def split_sale(scene: Scene, limits: Limits = LIMITS) -> Finding | None:
    """Sales of one card at one outlet within an hour that as one sale would have met the cap."""
    row, cap_fen = scene.row, scene.cap_redemption_fen
    if cap_fen is None or not row.hour_known:
        return None
    within = timedelta(minutes=limits.split_minutes)
    parts = [
        each
        for each in scene.of_card
        if each.outlet_id == row.outlet_id
        and each.policy_id == row.policy_id
        and each.discount_fen > 0
        and each.hour_known
        and abs(each.at - row.at) <= within
    ]
    total_fen = row.discount_fen + sum(each.discount_fen for each in parts)
    if not parts or total_fen <= cap_fen:
        return None
    return Finding(
        "split_sale",
        f"{row.card_id} {row.outlet_id} {row.day}",
        _ids(parts, row),
        {
            "times": len(parts) + 1,
            "total_fen": total_fen,
            "cap_fen": cap_fen,
            "limit": limits.split_minutes,
        },
    )


def off_hours(scene: Scene, limits: Limits = LIMITS) -> Finding | None:
    """A sale, or a return, while the outlet is closed."""
    row = scene.row
    if row.is_claim:
        return None
    spans = open_spans(scene.hours, row.outlet_kind)
    local = row.at.astimezone(COUNTY_ZONE)
    if is_open(spans, local.hour * 60 + local.minute, limits.off_hours_grace_minutes):
        return None
    return Finding(
        "off_hours",
        f"{row.terminal_id} {row.day}",
        (row.id,),
        {"time": f"{local:%H:%M}", "hours": spans_text(spans)},
        about_card=False,
    )


# The hour is all that can be strange about a reversal.
SALE_RULES: tuple[Find, ...] = (far_apart, off_hours, repeated_card, round_amounts, split_sale)
REVERSAL_RULES: tuple[Find, ...] = (off_hours,)


def _ids(others: list[Fact], row: Fact) -> tuple[str, ...]:
    return tuple(each.id for each in sorted([*others, row], key=lambda each: (each.at, each.id)))
