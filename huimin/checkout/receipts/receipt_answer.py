"""A receipt as an answer to a till: its content as JSON, or in a form to print.

Fetching a form to print counts as a printing, so the second one is marked as a reprint; fetching
the JSON does not count.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request

from huimin.access.till_guard import current_caller, current_terminal
from huimin.checkout.receipts.paper import Paper
from huimin.checkout.receipts.paper_escpos import escpos_bytes
from huimin.checkout.receipts.paper_text import plain_text
from huimin.checkout.receipts.receipts import (
    Receipt,
    count_print,
    prints_so_far,
    receipt_of,
    receipt_paper,
)
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.json_answer import json_response
from huimin.web.language import request_language

JSON, TEXT, ESCPOS = "application/json", "text/plain", "application/vnd.escpos"
FORMS = {TEXT: "text", ESCPOS: "escpos"}


class ReceiptAnswer(Receipt):
    """What a receipt says, and how often it has been printed; all sums are positive."""

    prints: int


def _json_schema() -> dict[str, Any]:
    """The JSON form's schema without $defs, because it is nested in a response."""
    schema = ReceiptAnswer.model_json_schema()
    schema["properties"]["lines"]["items"] = schema.pop("$defs")["ReceiptLine"]
    return schema


# The three forms, as the OpenAPI document describes them.
RECEIPT_FORMS: dict[str, Any] = {
    "description": "OK",
    "content": {
        JSON: {"schema": _json_schema()},
        TEXT: {"schema": {"type": "string"}},
        ESCPOS: {"schema": {"type": "string", "format": "binary"}},
    },
}


def receipt_response(ledger_id: str, width_mm: int) -> Response:
    """The receipt of a row of the caller's outlet, in the form that the request accepts."""
    accepted = request.accept_mimetypes.best_match([JSON, TEXT, ESCPOS], default=JSON)
    form = FORMS.get(accepted)
    if form is None or request.method == "HEAD":
        return _json_receipt(ledger_id)
    return paper_response(counted_paper(ledger_id, form, width_mm), form, width_mm)


def counted_paper(ledger_id: str, form: str, width_mm: int) -> Paper:
    """The receipt on paper, its printing counted. Raises Refusal `redemption_unknown`."""
    caller, now, language = current_caller(), instance().clock(), request_language()
    outlet_id, settings = caller.terminal["outlet_id"], instance().settings
    if form == "escpos":
        escpos_bytes((), width_mm)  # what can't be made must not be counted

    def work(tx: Transaction) -> Paper:
        receipt = receipt_of(tx, ledger_id, outlet_id=outlet_id, settings=settings)
        copy_number = count_print(
            tx,
            receipt,
            form=form,
            width_mm=width_mm,
            now=now,
            actor=caller.actor,
            terminal_id=caller.terminal["terminal_id"],
        )
        return receipt_paper(receipt, copy_number=copy_number, language=language)

    return change(work)


def next_paper(ledger_id: str) -> tuple[Receipt, int, Paper]:
    """The receipt, how often it has been printed, and how the next printing would look."""
    receipt, prints = _receipt_and_prints(ledger_id)
    return (
        receipt,
        prints,
        receipt_paper(receipt, copy_number=prints + 1, language=request_language()),
    )


def paper_response(paper: Paper, form: str, width_mm: int) -> Response:
    """The paper as text or as bytes for a printer, not to be cached."""
    if form == "escpos":
        response = Response(escpos_bytes(paper, width_mm), content_type=ESCPOS)
    else:
        response = Response(plain_text(paper, width_mm), content_type=f"{TEXT}; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept"
    return response


def _json_receipt(ledger_id: str) -> Response:
    receipt, prints = _receipt_and_prints(ledger_id)
    response = json_response({**receipt.model_dump(), "prints": prints})
    response.headers["Vary"] = "Accept"
    return response


def _receipt_and_prints(ledger_id: str) -> tuple[Receipt, int]:
    outlet_id, settings = current_terminal()["outlet_id"], instance().settings

    def work(tx: Transaction) -> tuple[Receipt, int]:
        receipt = receipt_of(tx, ledger_id, outlet_id=outlet_id, settings=settings)
        return receipt, prints_so_far(tx, ledger_id)

    return instance().engine.read(work)
