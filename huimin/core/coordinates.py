"""Places on the earth as whole millionths of a degree (WGS 84), and how far they are apart.

Distances are whole metres on a sphere of the earth's mean radius: right to half a per cent, and
that is enough to say how far the next pharmacy is as the crow flies.
"""

from __future__ import annotations

import math
import re

MICRODEGREES = 1_000_000
EARTH_RADIUS_M = 6_371_009
# Within China.
LATITUDE_RANGE = (3 * MICRODEGREES, 54 * MICRODEGREES)
LONGITUDE_RANGE = (73 * MICRODEGREES, 136 * MICRODEGREES)
WRITTEN = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,9}))?", re.ASCII)

# (latitude, longitude) in microdegrees
Point = tuple[int, int]


def parse_degrees(text: str, within: tuple[int, int]) -> int:
    """Decimal degrees as typed ("30.275612") to microdegrees; further places are rounded half up.

    Raises ValueError for anything else, and for what lies outside `within`.
    """
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError("degrees are written as 30.275612")
    places = (found[2] or "").ljust(9, "0")
    value = int(found[1]) * MICRODEGREES + (int(places) + 500) // 1_000
    if not within[0] <= value <= within[1]:
        raise ValueError("outside of China")
    return value


def degrees_text(microdegrees: int | None) -> str:
    """Microdegrees as decimal degrees: 30275612 → "30.275612"; "" for none."""
    if microdegrees is None:
        return ""
    return f"{microdegrees // MICRODEGREES}.{microdegrees % MICRODEGREES:06d}"


def distance_m(one: Point, other: Point) -> int:
    """The great-circle distance in whole metres; the same both ways."""
    first, second = sorted((one, other))
    latitude, far_latitude = (math.radians(p[0] / MICRODEGREES) for p in (first, second))
    half_up = (far_latitude - latitude) / 2
    half_along = math.radians((second[1] - first[1]) / MICRODEGREES) / 2
    chord = (
        math.sin(half_up) ** 2
        + math.cos(latitude) * math.cos(far_latitude) * math.sin(half_along) ** 2
    )
    return round(2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord))))
