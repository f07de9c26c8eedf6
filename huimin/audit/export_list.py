"""Export a list as a workbook; who exported it, and how many rows, is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, g, request

from huimin.audit.record import record
from huimin.web.current import change, instance
from huimin.web.list_xlsx import CONTENT_TYPE, Column, list_workbook


def workbook_response(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]],
    *,
    heading: str | None = None,
    to_fill: Mapping[str, int] | None = None,
) -> Response:
    """The workbook as a download named after its title; the export is recorded."""
    listed = list(rows)
    _note_export(len(listed))
    content = list_workbook(title, columns, listed, heading=heading, to_fill=to_fill)
    response = Response(content, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title)}.xlsx"
    response.headers["Cache-Control"] = "no-store"
    return response


def _note_export(count: int) -> None:
    member = g.get("member")
    if member is None:
        return
    now, actor, subject = instance().clock(), member.username, str(request.endpoint)
    change(
        lambda tx: record(tx, "list.exported", subject, now=now, actor=actor, new={"count": count})
    )
