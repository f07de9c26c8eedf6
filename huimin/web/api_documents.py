"""What the OpenAPI document says of each call's answers beyond their models: errors and their media
type, and headers.

An operation names the statuses that it can answer with, and no other.
"""

from __future__ import annotations

from typing import Any

from flask_openapi3.models.schema import Schema
from pydantic import BaseModel

JSON, PROBLEM = "application/json", "application/problem+json"
PROBLEM_SCHEMA = "ProblemAnswer"
WORDS = {
    400: "请求不是 JSON 对象 / the body is not a JSON object",
    401: "密钥缺失或不对 / the key is missing or wrong",
    403: "不允许：收银终端、示范点或密钥不能办理 / the terminal, the outlet or the key may not",
    404: "没有找到 / not found",
    408: "内容没有按时发完 / the body did not arrive in time",
    409: "与已有记录冲突 / conflicts with what is recorded",
    413: "内容太大 / the body is too large",
    415: "内容类型不对 / the body is of another media type",
    422: "不能办理，code 说明原因 / refused; code says why",
    429: "太频繁 / too many requests",
    500: "系统问题 / a fault of the program",
    501: "服务器没有安装 ESC/POS 组件（escpos_missing）/ the server lacks its ESC/POS component",
    503: "暂时不可用 / not available for the moment",
}
WAITS = {
    "Retry-After": {
        "description": "几秒后再试 / seconds to wait",
        "schema": {"type": "integer", "minimum": 0},
    }
}
HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    409: WAITS,
    429: WAITS,
    503: WAITS,
}
REPLAYED = {
    "Idempotent-Replayed": {
        "description": "重试：这是第一次的答复 / a retry: this is the first answer again",
        "schema": {"type": "string", "enum": ["true"]},
    }
}


class FieldAnswer(BaseModel):
    """A field that needs correcting."""

    field: str
    message: str


class ProblemAnswer(BaseModel):
    """An error (RFC 9457) with the sentence that a cashier may read aloud."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldAnswer]
    cashier_message: str


def problems(*statuses: int) -> dict[int | str, Any]:
    """These errors, as an operation's `responses`."""
    content = {PROBLEM: {"schema": {"$ref": f"#/components/schemas/{PROBLEM_SCHEMA}"}}}
    return {
        status: {
            "description": WORDS[status],
            "content": content,
            **({"headers": HEADERS[status]} if status in HEADERS else {}),
        }
        for status in statuses
    }


def with_headers(model: type[BaseModel], headers: dict[str, Any]) -> dict[str, Any]:
    """A good answer that may carry these headers."""
    return {"description": "OK", "content": json_content(model), "headers": headers}


def json_content(model: type[BaseModel]) -> dict[str, Any]:
    """JSON of that model, described in place."""
    return {JSON: {"schema": whole_schema(model)}}


def whole_schema(model: type[BaseModel]) -> dict[str, Any]:
    """A model's schema without $defs, because it stands within an answer."""
    schema = model.model_json_schema()
    parts = schema.pop("$defs", {})

    def resolved(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return resolved(parts[node["$ref"].rpartition("/")[2]])
            return {name: resolved(value) for name, value in node.items()}
        return [resolved(value) for value in node] if isinstance(node, list) else node

    answer: dict[str, Any] = resolved(schema)
    return answer


def problem_schema() -> Schema:
    """The schema that every error refers to."""
    return Schema(**whole_schema(ProblemAnswer))


# Every call: the key, the throttle, the server itself.
EVERY = problems(401, 403, 429, 500, 503)
# A call with a body.
BODY = problems(400, 408, 413, 415, 422)
