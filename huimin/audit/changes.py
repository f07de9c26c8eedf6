"""What an event changed: each value with what it was before, and only what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from huimin.core.json_text import read_json


@dataclass(frozen=True, slots=True)
class Change:
    """One value; `old` is None for what is new, `new` is None for what is gone."""

    name: str
    old: Any
    new: Any


def changes_of(event: Mapping[str, Any]) -> list[Change]:
    """The changes that an event keeps, by name; nothing for a look."""
    old = read_json(event["old_json"]) if event["old_json"] else {}
    new = read_json(event["new_json"]) if event["new_json"] else {}
    # An old value that is named alone was taken away, a new one alone was not there before.
    names = sorted({*old, *new})
    found = [Change(name, old.get(name), new.get(name)) for name in names]
    return [one for one in found if one.old != one.new]
