"""Where the card is taken near a holder's village, with the rate that they get there today.

As the crow flies where the village's place is known; without it, the points of the own town first.
The database orders them, so that a view reads no more outlets than it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import cos, radians

from huimin.checkout.entitlement import policy_on
from huimin.core.coordinates import MICRODEGREES, Point, distance_m
from huimin.my import queries
from huimin.storage.engine import Row, Transaction

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
    latitude, longitude = here or (None, None)
    rows = queries.outlets_near(
        tx,
        latitude=latitude,
        longitude=longitude,
        east_per_mille=_east_per_mille(here),
        town=division_code[:9],
        row_limit=count,
    )
    held = tuple(eligibilities)
    return [
        {**row, "metres": _metres(here, row), "rate_bp": _rate_bp(tx, row, day, held)}
        for row in rows
    ]


def _east_per_mille(here: Point | None) -> int:
    """How long a degree eastward is there, in thousandths of one northward."""
    return 1_000 if here is None else round(1_000 * cos(radians(here[0] / MICRODEGREES)))


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
