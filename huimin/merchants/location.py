"""Where an outlet stands, as somebody typed it: both coordinates or none, within China."""

from __future__ import annotations

from huimin.core.coordinates import LATITUDE_RANGE, LONGITUDE_RANGE, parse_degrees
from huimin.merchants.field_checks import FieldChecks

# Field → what it is called, and what it may be.
COORDINATES = (
    ("latitude", "纬度", "30.275612", LATITUDE_RANGE),
    ("longitude", "经度", "105.022341", LONGITUDE_RANGE),
)


def check_location(
    checks: FieldChecks, latitude: str | None, longitude: str | None
) -> dict[str, int | None]:
    """The columns of a location from decimal degrees (WGS 84), both None where neither is given."""
    given = {"latitude": (latitude or "").strip(), "longitude": (longitude or "").strip()}
    found: dict[str, int | None] = {}
    for field, zh, example, within in COORDINATES:
        found[f"{field}_microdegrees"] = None
        if not any(given.values()):
            continue
        try:
            found[f"{field}_microdegrees"] = parse_degrees(given[field], within)
        except ValueError:
            checks.refuse(
                field,
                f"{zh}请写成中国境内的十进制度数，例如 {example}；经纬度要么都填，要么都不填。",
                f"Give the {field} in decimal degrees within China, such as {example}; "
                "give both coordinates or neither.",
            )
    return found
