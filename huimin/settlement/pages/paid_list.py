"""The finance office's list comes back: a look at what each row would do, then entering it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import acting, require
from huimin.core.catalogue import sentence
from huimin.core.json_text import read_json, write_json
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.holders.registers.sheets_apart import lists_apart
from huimin.settlement.pages import pages
from huimin.settlement.pages.words import page_words
from huimin.settlement.paid_list import (
    ROWS_MAX,
    Outcome,
    PaidList,
    PaidRow,
    enter_paid_list,
    look_at_paid_list,
    read_paid_list,
)
from huimin.web.current import change, instance
from huimin.web.forms import Form, sent_file, tell
from huimin.web.language import request_language
from huimin.web.uploads import takes_files

FILE_BYTES_MAX = 4 * 2**20


@pages.get("/paid-list")
@require("settlement.manage")
def paid_list() -> str:
    """Choose the file."""
    return _page(Form(), None)


@pages.post("/paid-list")
@require("settlement.manage")
@takes_files(FILE_BYTES_MAX)
def look_at_file() -> str | tuple[str, int]:
    """Read the file and show what each row would do; nothing is written."""
    try:
        sent = sent_file("file", sentence("请选择文件。"))
        with tempfile.TemporaryDirectory(prefix="huimin-paid-") as folder:
            path = Path(folder) / "list.xlsx"
            path.write_bytes(sent.read())
            with instance().readers.turn(acting()["actor"]):
                file = read_paid_list(path, lists_apart)
        if not file.rows:
            raise field_problem("file", "没有填了付款日期和银行流水号的行。")
    except FieldProblems as error:
        return _page(Form().refused(error), None), 422
    except Refusal as error:
        return _page(Form().refused(error), None), error.status
    outcomes = look_at_paid_list(instance().engine, file.rows, **acting())
    return _page(Form(), PaidList(file.rows, file.unpaid, tuple(outcomes)))


@pages.post("/paid-list/enter")
@require("settlement.manage")
def enter_file() -> Response | str | tuple[str, int]:
    """Enter the rows that were looked at; each is checked again as it is now."""
    by = acting()
    try:
        rows = _rows(request.form.get("rows", ""))
    except FieldProblems as error:
        return _page(Form().refused(error), None), 422
    outcomes = change(lambda tx: enter_paid_list(tx, rows, **by))
    refused = [outcome for outcome in outcomes if outcome.refused]
    tell(_("已登记 {count} 笔付款。", count=len(outcomes) - len(refused)))
    if refused:
        return _page(Form(), PaidList((), 0, tuple(refused)))
    return redirect(url_for("settlement.settlements", state="paid"))


def _page(form: Form, paid_list: PaidList | None) -> str:
    language = request_language()
    accepted: list[Outcome] = []
    if paid_list is not None:
        accepted = [outcome for outcome in paid_list.outcomes if outcome.refused is None]
    return render_template(
        "settlement/paid_list.html",
        form=form,
        paid_list=paid_list,
        accepted=accepted,
        accepted_fen=sum(outcome.amount_fen or 0 for outcome in accepted),
        to_enter=write_json([outcome.row.as_dict() for outcome in accepted]),
        why=lambda outcome: outcome.why(language),
        megabytes=FILE_BYTES_MAX // 2**20,
        rows_max=ROWS_MAX,
        **page_words(),
    )


def _rows(text: str) -> list[PaidRow]:
    """The rows as the page keeps them. Raises FieldProblems on `file` for anything else."""
    try:
        values: Any = read_json(text)
        rows = [
            PaidRow(
                row=int(one["row"]),
                number=str(one["number"]),
                amount=str(one["amount"]),
                paid_on=str(one["paid_on"]),
                bank_reference=str(one["bank_reference"]),
            )
            for one in values
        ]
    except (ValueError, TypeError, KeyError):
        rows = []
    if not 0 < len(rows) <= ROWS_MAX:
        raise field_problem("file", "请重新选择文件。")
    return rows
