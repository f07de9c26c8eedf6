"""Check an outlet's typed coordinates: both or none, within China."""

from __future__ import annotations

from huimin.core.coordinates import LATITUDE_RANGE, LONGITUDE_RANGE, parse_degrees
from huimin.merchants.field_checks import FIELD_NAMES, FieldChecks

# (field, name, example, range)
COORDINATES = (
    ("latitude", FIELD_NAMES.text("latitude"), "30.275612", LATITUDE_RANGE),
    ("longitude", FIELD_NAMES.text("longitude"), "105.022341", LONGITUDE_RANGE),
)


def check_location(
    checks: FieldChecks, latitude: str | None, longitude: str | None
) -> dict[str, int | None]:
    """The columns of a location from decimal degrees (WGS 84); both None if neither is given."""
    typed = {"latitude": (latitude or "").strip(), "longitude": (longitude or "").strip()}
    columns: dict[str, int | None] = {}
    for field, name, example, within in COORDINATES:
        columns[f"{field}_microdegrees"] = None
        if not any(typed.values()):
            continue
        try:
            columns[f"{field}_microdegrees"] = parse_degrees(typed[field], within)
        except ValueError:
            checks.refuse(
                field,
                "{name}请写成中国境内的十进制度数，例如 {example}；经纬度要么都填，要么都不填。",
                name=name,
                example=example,
            )
    return columns
