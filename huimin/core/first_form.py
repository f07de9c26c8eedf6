"""What the fingerprint of a request counts: its fields as the first version had them.

Keys are kept for longer than a version runs, so a field that a later version adds must not change
the fingerprint of a request that was made before.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from huimin.core.json_text import in_order

# Metadata of a field: it counts only where it says something; it never counts.
ADDED, UNCOUNTED = "added", "uncounted"


def first_form(value: Any) -> Any:
    """A dataclass ready for `canonical_json`, in its fields' order; another value as it is."""
    if not is_dataclass(value):
        return value
    counted = {}
    for each in fields(value):
        content = getattr(value, each.name)
        if UNCOUNTED in each.metadata or (ADDED in each.metadata and content == each.default):
            continue
        counted[each.name] = first_form(content)
    return in_order(counted)
