"""What axe finds on a page: nothing of weight may be left (WCAG 2.2 AA)."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

HEAVY = ("serious", "critical")
# Without the last line axe also describes all that is in order, which takes as long again.
OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}


def barriers(page: Any) -> list[str]:
    """Each serious or critical finding with the first element that it concerns."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:120]})"
        for one in found
        if one["impact"] in HEAVY
    ]
