"""Links that open an outlet in a map app, followed only on a tap: its place, or else a search.

Plain links, so that a public page itself asks no other host for anything. Coordinates are WGS 84,
but Chinese maps are drawn in GCJ-02 (高德) and BD-09 (百度), hundreds of metres away. So each link
says which datum it gives and the map shifts it itself: `geo:` is WGS 84 (RFC 5870), 高德 takes
`coordinate=wgs84` and 百度 `coord_type=wgs84` (their URI API for markers).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask_babel import lazy_gettext as _

from huimin.core.coordinates import degrees_text

# What a map is told of a name or an address; a Chinese character takes nine bytes in a link.
CHARACTERS_MAX = 60


def map_links(outlet: Mapping[str, Any], county_name: str) -> list[tuple[Any, str]]:
    """(label, address) of each map app, for an outlet of the public list."""
    if outlet["latitude_microdegrees"] is None:
        addresses = _searches(outlet, county_name)
    else:
        addresses = _markers(outlet)
    return list(zip((_("手机地图"), _("高德地图"), _("百度地图")), addresses, strict=True))


def _markers(outlet: Mapping[str, Any]) -> tuple[str, ...]:
    latitude = degrees_text(outlet["latitude_microdegrees"])
    longitude = degrees_text(outlet["longitude_microdegrees"])
    name, address = _quoted(outlet["name"]), _quoted(outlet["address"])
    return (
        f"geo:{latitude},{longitude}?q={latitude},{longitude}({name})",
        f"https://uri.amap.com/marker?position={longitude},{latitude}&name={name}"
        "&coordinate=wgs84&src=huimin",
        f"https://api.map.baidu.com/marker?location={latitude},{longitude}&title={name}"
        f"&content={address}&coord_type=wgs84&output=html&src=huimin",
    )


def _searches(outlet: Mapping[str, Any], county_name: str) -> tuple[str, ...]:
    sought, region = _quoted(f"{outlet['name']} {outlet['address']}"), _quoted(county_name)
    return (
        f"geo:0,0?q={sought}",
        f"https://uri.amap.com/search?keyword={sought}&city={region}&src=huimin",
        f"https://api.map.baidu.com/place/search?query={sought}&region={region}"
        "&output=html&src=huimin",
    )


def _quoted(text: str) -> str:
    return quote(text[:CHARACTERS_MAX], safe="")
