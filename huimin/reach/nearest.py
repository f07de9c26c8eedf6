"""How far the nearest outlet of each kind is from a village, as the crow flies; None: not known."""

from __future__ import annotations

from huimin.core.coordinates import Point, distance_m
from huimin.core.words import OUTLET_KINDS
from huimin.reach import queries
from huimin.storage.engine import Row, Transaction


def nearest_of_town(tx: Transaction, town: str) -> dict[str, dict[str, int]]:
    """Village's code → kind → metres, for villages and outlets whose place is known."""
    outlets: dict[str, list[Point]] = {}
    for row in queries.located_outlets(tx):
        outlets.setdefault(row["kind"], []).append(_point(row))
    kinds = [kind for kind in OUTLET_KINDS if kind in outlets]
    return {
        row["code"]: {
            kind: min(distance_m(_point(row), outlet) for outlet in outlets[kind]) for kind in kinds
        }
        for row in queries.located_villages(tx, town=town[:9])
    }


def kilometres_text(metres: int) -> str:
    """Metres as people say a distance: 860 → "860 m", 12340 → "12.3 km"."""
    if metres < 1_000:
        return f"{metres} m"
    tenths = (metres + 50) // 100
    return f"{tenths // 10}.{tenths % 10} km"


def _point(row: Row) -> Point:
    return row["latitude_microdegrees"], row["longitude_microdegrees"]
