"""How a refusal is kept in the database, so that every reader has it in their own language.

Its code is kept with the parameters of its sentence; bad input keeps each field's sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from huimin.core.catalogue import LANGUAGES, Text
from huimin.core.refusal_kinds import KINDS
from huimin.core.refusals import FieldProblem, FieldProblems, Refusal


@dataclass(frozen=True, slots=True)
class KeptRefusal:
    """A refusal's code with its `params`, or what was wrong with each field, as JSON keeps them."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Any, ...] = ()

    @classmethod
    def of(cls, refused: Refusal | FieldProblems) -> KeptRefusal:
        """What to keep of a refusal that was raised."""
        if isinstance(refused, Refusal):
            code, params = refused.code, kept_params(refused.params)
        else:
            code, params = "invalid_input", {}
        return cls(code, params, tuple(map(_kept_field, refused.problems)))

    @classmethod
    def from_record(cls, record: Mapping[str, Any], other: str = "internal_error") -> KeptRefusal:
        """From what was kept; `other` is the code if the kept one is no longer known."""
        code = record.get("code")
        # Offline items once kept them under another name.
        problems = (*record.get("problems", ()), *record.get("fields", ()))
        return cls(code if code in KINDS else other, record.get("params", {}), problems)

    def as_record(self) -> dict[str, Any]:
        """Plain values to keep, ready for JSON."""
        return {"code": self.code, "params": self.params, "problems": self.problems}

    def field_messages(self, language: str) -> list[str]:
        """What is wrong with each field, if it is about fields."""
        return [message for _name, message in self._fields(language)]

    def _fields(self, language: str) -> list[tuple[str, str]]:
        """The name of each field with what is wrong with it."""
        fields = (_field_of(problem, language) for problem in self.problems)
        return [(each.field, each.message(language)) for each in fields]

    def detail(self, language: str) -> str:
        """The reason, for staff."""
        return " ".join(self.field_messages(language)) or self.refusal(language).detail(language)

    def answer(self, language: str) -> dict[str, Any]:
        """`code`, `detail` for staff, `errors` of fields, and the `cashier_message` to read aloud:
        named and shaped as in every problem of the API (web/problems.py).
        """
        refusal = self.refusal(language)
        return {
            "code": self.code,
            "detail": " ".join([refusal.detail(language), *self.field_messages(language)]),
            "errors": [
                {"field": field_name, "message": message}
                for field_name, message in self._fields(language)
            ],
            "cashier_message": refusal.cashier_message(language),
        }

    def refusal(self, language: str) -> Refusal:
        """The refusal, its parameters in that language."""
        return Refusal(self.code, **params_of(self.params, language))


def kept_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a sentence as JSON keeps them."""
    return {name: _recordable(value) for name, value in params.items()}


def params_of(record: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The parameters that `kept_params` kept, for a reader of that language."""
    return {name: _value_of(value, language) for name, value in record.items()}


def kept_text(text: Text) -> dict[str, Any]:
    """A sentence as JSON keeps it."""
    return {"source": text.source, "params": kept_params(text.params), "kind": text.kind}


def text_of(record: Mapping[str, Any], language: str) -> Text:
    """The sentence that `kept_text` kept, for a reader of that language."""
    return Text(record["source"], params_of(record["params"], language), record["kind"])


def _kept_field(problem: FieldProblem) -> dict[str, Any]:
    return {"field": problem.field, "text": kept_text(problem.text)}


def _field_of(record: Any, language: str) -> FieldProblem:
    # Before the catalogue, sentences were kept in Chinese and English; offline items kept lists.
    if isinstance(record, list):
        record = dict(zip(("field", "chinese", "english"), record, strict=True))
    if "text" in record:
        return FieldProblem(record["field"], text_of(record["text"], language))
    return FieldProblem(record["field"], record["english" if language == "en" else "chinese"])


def _recordable(value: Any) -> Any:
    if isinstance(value, Text):
        return kept_text(value)
    if isinstance(value, tuple):
        return {"several": [_recordable(one) for one in value]}
    return value


def _value_of(value: Any, language: str) -> Any:
    if isinstance(value, list):
        # Kept before the catalogue: the word in each language.
        return value[LANGUAGES.index(language)]
    if not isinstance(value, Mapping):
        return value
    if "several" in value:
        return tuple(_value_of(one, language) for one in value["several"])
    return text_of(value, language)
