"""JSON as huimin writes and reads it: compact UTF-8, whole numbers, no NaN; and what of a request
its fingerprint counts.

By orjson, because a sale writes four such texts while the only writer waits.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import orjson

# Metadata of a field: it counts only where it says something; it never counts.
ADDED, UNCOUNTED = "added", "uncounted"


def write_json(value: Any) -> str:
    """Compact JSON in the value's own order. Dataclasses become objects.

    Raises TypeError for what JSON can't represent.
    """
    return orjson.dumps(value).decode()


def canonical_json(value: Any) -> bytes:
    """Compact JSON, UTF-8: equal values give equal bytes.

    The names of a dict are sorted; a dataclass keeps the order of its fields.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def first_form(value: Any) -> Any:
    """A request for `canonical_json`, with the fields that its first version had, in their order.

    Keys are kept for longer than a version runs, so a field that a later version adds must not
    change the fingerprint of a request that was made before. What is no dataclass stays as it is.
    """
    if not is_dataclass(value):
        return value
    counted = {}
    for each in fields(value):
        content = getattr(value, each.name)
        if UNCOUNTED in each.metadata or (ADDED in each.metadata and content == each.default):
            continue
        counted[each.name] = first_form(content)
    # A fragment: a dict's own names would be sorted.
    return orjson.Fragment(orjson.dumps(counted))


def read_json(text: str | bytes) -> Any:
    """Parse JSON. Raises ValueError."""
    return orjson.loads(text)
