"""Pages: merchants, outlets and terminals for the county, and a merchant's own page."""

from __future__ import annotations

from flask import Blueprint

from huimin.core.words import OUTLET_KINDS
from huimin.divisions.find import all_divisions
from huimin.web.current import instance
from huimin.web.language import request_language

pages = Blueprint("merchants", __name__)


def kind_choices() -> list[tuple[str, str]]:
    """(code, word) of the outlet kinds."""
    return [(kind, OUTLET_KINDS.say(kind, request_language())) for kind in OUTLET_KINDS]


def place_choices(*, towns_only: bool = False) -> list[tuple[str, str]]:
    """(code, name) of all towns, each followed by its villages unless `towns_only`."""
    rows = instance().engine.read(all_divisions)
    towns = {row["code"]: row["name"] for row in rows if row["level"] == "town"}
    if towns_only:
        return list(towns.items())
    return [
        (row["code"], row["name"])
        if row["level"] == "town"
        else (row["code"], f"{towns[row['parent_code']]} · {row['name']}")
        for row in rows
        if row["level"] != "county"
    ]


from huimin.merchants.pages import joining, merchants, outlets, own, terminals  # noqa: E402, F401
