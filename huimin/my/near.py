"""Where the card is taken near a holder's village, with the rate that they get there today.

As the crow flies where the village's place is known; without it, the points of the own town first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from huimin.checkout.entitlement import policy_on
from huimin.core.coordinates import Point, distance_m
from huimin.my import queries
from huimin.publication.outlets import outlets_after
from huimin.storage.engine import Row, Transaction

# More outlets than a county has.
OUTLETS_MAX = 5_000
# As many as stand on one printed page.
SHOWN = 12


def points_near(
    tx: Transaction,
    division_code: str,
    *,
    day: date,
    eligibilities: Sequence[str] = (),
    count: int = SHOWN,
) -> list[Row]:
    """The nearest outlets, each with `metres` (None: unknown) and `rate_bp` (None: none today)."""
    place = queries.place_of_village(tx, code=division_code) or {}
    here = _point(place) if place else None

    def nearness(row: Row) -> tuple[Any, ...]:
        metres = row["metres"]
        known = (1, 0) if metres is None else (0, metres)
        # Of what is not on the map the own town comes first.
        return (*known, row["town_code"] != place.get("town_code"), row["id"])

    rows = [{**row, "metres": _metres(here, row)} for row in outlets_after(tx, {}, "", OUTLETS_MAX)]
    rows.sort(key=nearness)
    held = tuple(eligibilities)
    return [{**row, "rate_bp": _rate_bp(tx, row, day, held)} for row in rows[:count]]


def _metres(here: Point | None, outlet: Row) -> int | None:
    there = _point(outlet)
    return None if here is None or there is None else distance_m(here, there)


def _rate_bp(tx: Transaction, outlet: Row, day: date, eligibilities: tuple[str, ...]) -> int | None:
    place = {"outlet_id": outlet["id"], "outlet_kind": outlet["kind"]}
    terms = policy_on(tx, place, day, eligibilities)
    return None if terms is None else terms.rate_bp


def _point(row: Row) -> Point | None:
    if row["latitude_microdegrees"] is None:
        return None
    return row["latitude_microdegrees"], row["longitude_microdegrees"]
