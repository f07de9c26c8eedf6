"""How Flask reads and writes JSON: requests strictly, answers in UTF-8 in their own order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NoReturn

from flask.json.provider import DefaultJSONProvider

from huimin.core.json_text import read_json
from huimin.core.refusals import FieldProblem, FieldProblems
from huimin.web.problems import FIELD_ERRORS, FIELDS_MAX

NAME_MAX = 200


class StrictJSON(DefaultJSONProvider):
    """Refuses NaN and Infinity in requests, and an object that has two values for one name."""

    ensure_ascii = False
    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse JSON. Raises ValueError, FieldProblems for a name that comes twice."""
        value = _read_named_once(s)
        try:
            return read_json(s)
        except ValueError:
            # orjson rejects huge integers: they are refused by the name of their field. What it
            # rejects too is half of a surrogate pair, which is no text: nothing could store it.
            json.dumps(value, ensure_ascii=False).encode()
            return value


class _Repeated(dict[str, Any]):
    """An object of which some names came twice."""

    names: frozenset[str]


def _read_named_once(text: str | bytes) -> Any:
    """Parse JSON of any numbers. Raises ValueError, FieldProblems for names that come twice."""
    repeated: list[_Repeated] = []

    def to_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        content = dict(pairs)
        if len(content) == len(pairs):
            return content
        marked = _Repeated(content)
        counts = Counter(name for name, _value in pairs)
        marked.names = frozenset(name for name, count in counts.items() if count > 1)
        repeated.append(marked)
        return marked

    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=to_object)
        if repeated:
            raise FieldProblems(islice(_problems([], value), FIELDS_MAX))
    except RecursionError as error:
        raise ValueError("too deep") from error
    return value


def _problems(path: list[Any], value: Any) -> Iterator[FieldProblem]:
    """Each name that comes twice, with its place: items.0.amount_fen.

    The place is only put into words where there is a problem: a body may have a very long name with
    very many values below it.
    """
    parts: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, _Repeated):
        for name in sorted(value.names):
            place = ".".join(str(part)[:NAME_MAX] for part in (*path, name))
            yield FieldProblem(place[:NAME_MAX], FIELD_ERRORS.text("repeated"))
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for name, part in parts:
        if isinstance(part, (dict, list)):
            path.append(name)
            yield from _problems(path, part)
            path.pop()


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
