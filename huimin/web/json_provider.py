"""How Flask reads and writes JSON here: requests strictly, answers in UTF-8 as they are built."""

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
        """The value. Raises ValueError."""
        try:
            return read_json(s)
        except ValueError:
            # A number too large for any machine is still a number: its field is to be named.
            return _read_large_numbers(s)


def _read_large_numbers(text: str | bytes) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("too deep") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
