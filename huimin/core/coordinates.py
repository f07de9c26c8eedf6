"""Places as whole microdegrees (WGS 84), and the distances between them.

Distances are whole metres on a sphere of the earth's mean radius. They are accurate to half a per
cent, which is enough to say how far the nearest pharmacy is as the crow flies.
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
    """Parse decimal degrees ("30.275612") into microdegrees; more decimals are rounded half up.

    Raises ValueError for anything else, and for a value outside `within`.
    """
    match = WRITTEN.fullmatch(text.strip())
    if match is None:
        raise ValueError("degrees are written as 30.275612")
    decimals = (match[2] or "").ljust(9, "0")
    value = int(match[1]) * MICRODEGREES + (int(decimals) + 500) // 1_000
    if not within[0] <= value <= within[1]:
        raise ValueError("outside of China")
    return value


def degrees_text(microdegrees: int | None) -> str:
    """Microdegrees as decimal degrees: 30275612 → "30.275612"; "" for none."""
    if microdegrees is None:
        return ""
    return f"{microdegrees // MICRODEGREES}.{microdegrees % MICRODEGREES:06d}"


def distance_m(one: Point, other: Point) -> int:
    """The great-circle distance in whole metres; the same in both directions."""
    first, second = sorted((one, other))
    latitude, far_latitude = (math.radians(p[0] / MICRODEGREES) for p in (first, second))
    half_up = (far_latitude - latitude) / 2
    half_along = math.radians((second[1] - first[1]) / MICRODEGREES) / 2
    chord = (
        math.sin(half_up) ** 2
        + math.cos(latitude) * math.cos(far_latitude) * math.sin(half_along) ** 2
    )
    return round(2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord))))
