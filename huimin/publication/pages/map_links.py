"""Links that open an outlet in a map app: a search by name and address, followed only on a tap.

Plain links, so that a public page itself asks no other host for anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask_babel import lazy_gettext as _


def map_links(outlet: Mapping[str, Any], county_name: str) -> list[tuple[Any, str]]:
    """(label, address) of each map app, for an outlet of the public list."""
    sought = quote(f"{outlet['name']} {outlet['address']}", safe="")
    region = quote(county_name, safe="")
    return [
        (_("手机地图"), f"geo:0,0?q={sought}"),
        (_("高德地图"), f"https://uri.amap.com/search?keyword={sought}&city={region}&src=huimin"),
        (
            _("百度地图"),
            f"https://api.map.baidu.com/place/search?query={sought}&region={region}"
            "&output=html&src=huimin",
        ),
    ]
