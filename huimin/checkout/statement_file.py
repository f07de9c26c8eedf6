"""An outlet's day as a file to download, for the POS API and for the day's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from huimin.checkout.day_statement import statement_csv
from huimin.checkout.statement_xlsx import statement_xlsx
from huimin.web.current import instance
from huimin.web.workbook import CONTENT_TYPE

CONTENT_TYPES = {"csv": "text/csv", "xlsx": CONTENT_TYPE}


def statement_file(statement: Mapping[str, Any], form: str) -> Response:
    """The statement as "csv" or "xlsx", with the SHA-256 of its rows in a header."""
    body: bytes | str = "\ufeff" + statement_csv(statement)
    if form == "xlsx":
        body = statement_xlsx(statement, instance().settings.county_name)
    response = Response(body, mimetype=CONTENT_TYPES[form])
    response.headers["X-Content-SHA256"] = statement["sha256"]
    return response
