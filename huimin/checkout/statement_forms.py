"""What the OpenAPI document says of the forms of a statement."""

from __future__ import annotations

from typing import Any

from huimin.checkout.api_answers import StatementAnswer
from huimin.web.api_documents import json_content
from huimin.web.workbook import CONTENT_TYPE as XLSX

STATEMENT_FORMS: dict[str, Any] = {
    "description": "按 Accept：JSON、CSV（金额为分）、工作簿（金额为元） / "
    "by Accept: JSON, CSV (in fen), workbook (in yuan)",
    "content": {
        **json_content(StatementAnswer),
        "text/csv": {"schema": {"type": "string"}},
        XLSX: {"schema": {"type": "string", "format": "binary"}},
    },
    "headers": {
        "X-Content-SHA256": {
            "description": "CSV 和工作簿：各行的 SHA-256 / of the rows, with CSV and workbook",
            "schema": {"type": "string"},
        }
    },
}
