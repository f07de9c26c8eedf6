"""The places that forms offer to choose from, as (code, name)."""

from __future__ import annotations

from huimin.divisions.find import all_divisions
from huimin.divisions.within import lies_within
from huimin.web.current import instance

Choices = list[tuple[str, str]]


def town_choices(within: str | None = None) -> Choices:
    """The towns within a division; None is the county."""
    return [(code, name) for code, name, level in _places(within) if level == "town"]


def division_choices(within: str | None = None, *, villages_only: bool = False) -> Choices:
    """The towns within a division and, below each, its villages."""
    levels = ("village",) if villages_only else ("town", "village")
    return [(code, name) for code, name, level in _places(within) if level in levels]


def _places(within: str | None) -> list[tuple[str, str, str]]:
    """(code, name, level); a village's name with its town's in front."""
    rows = instance().engine.read(all_divisions)
    names = {row["code"]: row["name"] for row in rows}
    return [
        (
            row["code"],
            f"{names[row['parent_code']]} · {row['name']}"
            if row["level"] == "village"
            else row["name"],
            row["level"],
        )
        for row in rows
        if lies_within(row["code"], within)
    ]
