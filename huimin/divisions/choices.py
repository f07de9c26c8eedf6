"""The places that forms offer to choose from, as (code, name)."""

from __future__ import annotations

from collections.abc import Iterable

from huimin.divisions.find import all_divisions
from huimin.divisions.lives import past_names
from huimin.divisions.within import lies_within
from huimin.storage.engine import Row
from huimin.web.current import instance

Choices = list[tuple[str, str]]


def town_choices(within: str | None = None) -> Choices:
    """The towns within a division; None is the county."""
    return [(code, name) for code, name, level in _places(within) if level == "town"]


def place_names() -> dict[str, str]:
    """The name of every code that a record may hold, former ones with what they are now."""
    rows, past = instance().engine.read(lambda tx: (all_divisions(tx), past_names(tx)))
    names = dict(_named(rows))
    for row in past:
        if row["code"] not in names and row["now"] in names:
            names[row["code"]] = f"{row['name']} → {names[row['now']]}"
    return names


def former_names() -> dict[str, list[str]]:
    """The former names, by code, under which a living place is still looked for; mostly none.

    A village stands with its town in front, as in the choices: also under its town's former name.
    """
    rows, past = instance().engine.read(lambda tx: (all_divisions(tx), past_names(tx)))
    if not past:
        return {}
    by_code = {row["code"]: row for row in rows}
    names = {row["code"]: row["name"] for row in (*past, *rows)}
    former: dict[str, list[str]] = {}
    for row in past:
        if row["level"] == "village":
            label = f"{names[row['parent_code']]} · {row['name']}"
            former.setdefault(row["now"], []).append(label)
            continue
        former.setdefault(row["now"], []).append(row["name"])
        for village in by_code.values():
            if village["parent_code"] == row["now"]:
                label = f"{row['name']} · {village['name']}"
                former.setdefault(village["code"], []).append(label)
    today = dict(_named(rows))
    return {
        code: [label for label in dict.fromkeys(labels) if label != today.get(code)]
        for code, labels in former.items()
    }


def division_choices(within: str | None = None, *, villages_only: bool = False) -> Choices:
    """The towns within a division and, below each, its villages."""
    levels = ("village",) if villages_only else ("town", "village")
    return [(code, name) for code, name, level in _places(within) if level in levels]


def _places(within: str | None) -> list[tuple[str, str, str]]:
    """(code, name, level); a village's name with its town's in front."""
    rows = instance().engine.read(all_divisions)
    names = dict(_named(rows))
    return [
        (row["code"], names[row["code"]], row["level"])
        for row in rows
        if lies_within(row["code"], within)
    ]


def _named(rows: Iterable[Row]) -> Choices:
    """(code, name) of each, a village with its town in front."""
    listed = list(rows)
    names = {row["code"]: row["name"] for row in listed}
    return [
        (
            row["code"],
            f"{names[row['parent_code']]} · {row['name']}"
            if row["level"] == "village"
            else row["name"],
        )
        for row in listed
    ]
