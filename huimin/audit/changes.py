"""What an event changed: old and new value of each field that differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from huimin.core.json_text import read_json


@dataclass(frozen=True, slots=True)
class Change:
    """One field; `old` is None if it was added, `new` is None if it was removed."""

    name: str
    old: Any
    new: Any


def changes_of(event: Mapping[str, Any]) -> list[Change]:
    """The changes recorded with an event, by field name; none for a mere look."""
    old = read_json(event["old_json"]) if event["old_json"] else {}
    new = read_json(event["new_json"]) if event["new_json"] else {}
    names = sorted({*old, *new})
    changes = [Change(name, old.get(name), new.get(name)) for name in names]
    return [one for one in changes if one.old != one.new]
