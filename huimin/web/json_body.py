"""Parse a request's JSON into a pydantic model; problems are reported field by field."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest

from huimin.core.refusals import Refusal
from huimin.web.problems import field_problems_of

Model = TypeVar("Model", bound=BaseModel)


def json_body(kind: type[Model]) -> Model:
    """The request's body as that model. Raises FieldProblems, or what `json_object` raises."""
    return validated(kind, json_object())


def json_object() -> dict[str, Any]:
    """The request's JSON object. Raises Refusal `unsupported_media_type`, `malformed_json`."""
    if not request.is_json:
        raise Refusal("unsupported_media_type")
    try:
        body = request.get_json()
    except BadRequest:
        raise Refusal("malformed_json") from None
    if not isinstance(body, dict):
        raise Refusal("malformed_json")
    return body


def validated(kind: type[Model], values: Any) -> Model:
    """Values as that model. Raises FieldProblems."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise field_problems_of(error) from None
