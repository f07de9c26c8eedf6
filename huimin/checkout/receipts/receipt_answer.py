"""A receipt as an answer of the POS API: what it says as JSON, or what a printer prints.

Whoever fetches what a printer prints is taken to print it: each such answer is counted, so that the
second one is marked as a reprint. Asking for the JSON counts nothing.
"""

from __future__ import annotations

from typing import Any

from flask import Response, g, request

from huimin.checkout.api_answers import ReceiptAnswer
from huimin.checkout.receipts.paper import Paper
from huimin.checkout.receipts.paper_escpos import escpos_bytes
from huimin.checkout.receipts.paper_text import plain_text
from huimin.checkout.receipts.receipts import count_print, prints_so_far, receipt_of, receipt_paper
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.json_answer import json_response

JSON, TEXT, ESCPOS = "application/json", "text/plain", "application/vnd.escpos"
FORMS = {TEXT: "text", ESCPOS: "escpos"}


def _json_schema() -> dict[str, Any]:
    """The JSON form's schema in one piece, because it stands inside of a response."""
    schema = ReceiptAnswer.model_json_schema()
    schema["properties"]["lines"]["items"] = schema.pop("$defs")["ReceiptLinePart"]
    return schema


# What the OpenAPI document says of the three forms.
RECEIPT_FORMS: dict[str, Any] = {
    "description": "OK",
    "content": {
        JSON: {"schema": _json_schema()},
        TEXT: {"schema": {"type": "string"}},
        ESCPOS: {"schema": {"type": "string", "format": "binary"}},
    },
}


def receipt_response(ledger_id: str, *, width_mm: int, language: str) -> Response:
    """The receipt of a row of the asking terminal's outlet, in the form that is accepted."""
    wanted = request.accept_mimetypes.best_match([JSON, TEXT, ESCPOS], default=JSON)
    form = FORMS.get(wanted)
    if form is None or request.method == "HEAD":
        return _told(ledger_id)
    paper = counted_paper(
        ledger_id,
        outlet_id=g.terminal["outlet_id"],
        form=form,
        width_mm=width_mm,
        language=language,
        actor=f"terminal:{g.terminal['terminal_code']}",
        terminal_id=g.terminal["terminal_id"],
    )
    return paper_response(paper, form=form, width_mm=width_mm)


def counted_paper(
    ledger_id: str,
    *,
    outlet_id: str,
    form: str,
    width_mm: int,
    language: str,
    actor: str,
    terminal_id: str,
) -> Paper:
    """The receipt on paper, its printing counted. Raises Refusal `redemption_unknown`."""
    here = instance()
    now, origin = here.clock(), request.remote_addr
    if form == "escpos":
        escpos_bytes((), width_mm)  # what can't be made must not be counted

    def work(tx: Transaction) -> Paper:
        receipt = receipt_of(tx, ledger_id, outlet_id=outlet_id, settings=here.settings)
        copy_number = count_print(
            tx.coming_from(origin),
            receipt,
            form=form,
            width_mm=width_mm,
            now=now,
            actor=actor,
            terminal_id=terminal_id,
        )
        return receipt_paper(receipt, copy_number=copy_number, language=language)

    return here.engine.write(work)


def paper_response(paper: Paper, *, form: str, width_mm: int) -> Response:
    """The paper as text or as bytes for a printer; no cache keeps it."""
    if form == "escpos":
        response = Response(escpos_bytes(paper, width_mm), content_type=ESCPOS)
    else:
        response = Response(plain_text(paper, width_mm), content_type=f"{TEXT}; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept"
    return response


def _told(ledger_id: str) -> Response:
    here, outlet_id = instance(), g.terminal["outlet_id"]

    def work(tx: Transaction) -> dict[str, Any]:
        receipt = receipt_of(tx, ledger_id, outlet_id=outlet_id, settings=here.settings)
        return {**receipt.as_json(), "prints": prints_so_far(tx, ledger_id)}

    response = json_response(here.engine.read(work))
    response.headers["Vary"] = "Accept"
    return response
