"""How a refusal is kept in the database, so that every reader has it in their own language.

Its code is kept with what fills its sentence; bad input keeps each field with its sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.core.catalogue import LANGUAGES, Text


def kept_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a sentence as JSON keeps them."""
    return {name: _kept(value) for name, value in params.items()}


def params_of(kept: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The parameters that `kept_params` kept, for a reader of that language."""
    return {name: _value_of(value, language) for name, value in kept.items()}


def _kept(value: Any) -> Any:
    if isinstance(value, Text):
        return {"source": value.source, "params": kept_params(value.params), "kind": value.kind}
    if isinstance(value, tuple):
        return {"several": [_kept(one) for one in value]}
    return value


def _value_of(value: Any, language: str) -> Any:
    if isinstance(value, list):
        # What was kept before there was a catalogue has its words in each language.
        return value[LANGUAGES.index(language)]
    if not isinstance(value, Mapping):
        return value
    if "several" in value:
        return tuple(_value_of(one, language) for one in value["several"])
    return Text(value["source"], params_of(value["params"], language), value["kind"])
