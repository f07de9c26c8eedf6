"""What the forms of this room offer to choose from."""

from __future__ import annotations

from huimin.core.words import ELIGIBILITIES
from huimin.divisions.find import all_divisions
from huimin.holders.people import division_bounds
from huimin.web.current import instance
from huimin.web.language import request_language


def division_choices(within: str | None, *, villages_only: bool = False) -> list[tuple[str, str]]:
    """(code, name) of the towns and villages the reader may choose, villages below their town."""
    first, last = division_bounds(within or "0" * 12)
    rows = instance().engine.read(all_divisions)
    towns = {row["code"]: row["name"] for row in rows if row["level"] == "town"}
    choices = []
    for row in rows:
        if row["level"] == "county" or not first <= row["code"] <= last:
            continue
        if row["level"] == "village":
            choices.append((row["code"], f"{towns[row['parent_code']]} · {row['name']}"))
        elif not villages_only:
            choices.append((row["code"], row["name"]))
    return choices


def kind_choices() -> list[tuple[str, str]]:
    """(code, word) of the eligibilities in the reader's language."""
    language = request_language()
    return [(code, ELIGIBILITIES.say(code, language)) for code in ELIGIBILITIES]
