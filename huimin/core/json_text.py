"""JSON as huimin writes and reads it: compact UTF-8, whole numbers, no NaN.

By orjson, because a sale writes four such texts while the only writer waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson


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


def in_order(values: Mapping[str, Any]) -> Any:
    """A dict that `canonical_json` writes in its own order, as it writes a dataclass."""
    return orjson.Fragment(orjson.dumps(dict(values)))


def read_json(text: str | bytes) -> Any:
    """Parse JSON. Raises ValueError."""
    return orjson.loads(text)
