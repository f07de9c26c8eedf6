"""A list as a page, or as a workbook, whose export is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import Response, g, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from huimin.audit.record import record
from huimin.core.refusals import FieldProblems
from huimin.storage.engine import Row
from huimin.storage.giving_way import long_work
from huimin.web.column import Column, TotalRow
from huimin.web.current import change, instance
from huimin.web.file_answer import file_response
from huimin.web.forms import Form
from huimin.web.list_page import ListPage
from huimin.web.list_view import SORT, ListView
from huimin.web.list_xlsx import list_workbook
from huimin.web.lists import Listed, Place, ReadRows, as_workbook
from huimin.web.workbook import CONTENT_TYPE


def list_answer(
    list_page: ListPage,
    read_rows: ReadRows,
    *,
    form: Form | None = None,
    arguments: Mapping[str, str] | None = None,
    more: Callable[[Form], Mapping[str, Any]] | None = None,
    total: Callable[[Form], TotalRow] | None = None,
) -> str | BaseResponse:
    """The page of a list, or its workbook; `more` gives what the room's own template shows as well,
    `total` the row under the list, on both.

    `form` and `arguments` are the filters and their address if they differ from the request's: a
    refused form is shown above the first page.
    """
    order = list_page.read_order()
    place = Place(order=order) if form and form.problems else Place.from_address(order)
    form = form or list_page.read_filters()
    try:
        asked_form = form
        page = instance().engine.read(lambda tx: read_rows(tx, asked_form, place))
    except FieldProblems as error:
        form, page = form.refused(error), Listed([], 0)
    total_row = total(form) if total and page.rows else None
    if as_workbook():
        return workbook_response(
            list_page.file_name or list_page.title, list_page.columns, page.rows, total=total_row
        )
    address = dict(list_page.arguments(form) if arguments is None else arguments)
    if order is not None:
        address[SORT] = order.text
    return render_template(
        list_page.templates,
        list_page=list_page,
        form=form,
        page=page,
        arguments=address,
        view=ListView(list_page, form, address, order),
        total_row=total_row,
        **(more(form) if more else {}),
    )


def workbook_response(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    heading: str | None = None,
    total: TotalRow | None = None,
) -> Response:
    """The workbook as a download named after its title; who downloaded it is recorded."""
    listed = list(rows)
    _note_export(len(listed))
    with long_work():  # up to a hundred thousand rows, beside the tills
        content = list_workbook(title, columns, listed, heading=heading, total=total)
    return file_response(content, CONTENT_TYPE, f"{title}.xlsx")


def _note_export(count: int) -> None:
    member = g.get("member")
    if member is None:
        return
    now, actor, subject = instance().clock(), member.username, str(request.endpoint)
    change(
        lambda tx: record(tx, "list.exported", subject, now=now, actor=actor, new={"count": count})
    )
