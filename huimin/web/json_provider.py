"""How Flask reads and writes JSON: requests strictly, answers in UTF-8 in their own order."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask.json.provider import DefaultJSONProvider

from huimin.core.json_text import read_json


class StrictJSON(DefaultJSONProvider):
    """Refuses NaN and Infinity in requests."""

    ensure_ascii = False
    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse JSON. Raises ValueError."""
        try:
            return read_json(s)
        except ValueError:
            # orjson rejects huge integers; parse them anyway, so that the refusal names the field.
            return _read_large_numbers(s)


def _read_large_numbers(text: str | bytes) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("too deep") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
