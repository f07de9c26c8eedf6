"""The header by which a request of the API happens once."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from huimin.core.one_case import one_case

KEY_MAX = 64
# Printable ASCII without blanks.
IDENTIFIER = r"^[\x21-\x7e]+$"


class KeyHeader(BaseModel):
    """The header that makes a request happen once."""

    key: Annotated[
        str,
        Field(
            alias="Idempotency-Key",
            min_length=1,
            max_length=KEY_MAX,
            pattern=IDENTIFIER,
            description="同一件事重试时用同一个键 / use the same key for every retry",
        ),
        AfterValidator(one_case),
    ]

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Once a process: flask-openapi3 asks for it at every request."""
        return _key_header_schema(args, tuple(sorted(kwargs.items())))


@cache
def _key_header_schema(args: tuple[Any, ...], kwargs: tuple[Any, ...]) -> dict[str, Any]:
    return super(KeyHeader, KeyHeader).model_json_schema(*args, **dict(kwargs))
