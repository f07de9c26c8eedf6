"""Receipts in the browser: a look at one, printing it (counted), and its bytes for a printer."""

from __future__ import annotations

from flask import Response, render_template, request
from pydantic import BaseModel

from huimin.access.till_guard import require_till, terminal_here, who_here
from huimin.checkout.api_bodies import PaperWidth
from huimin.checkout.pages import pages
from huimin.checkout.receipts.paper import WIDTHS_MM
from huimin.checkout.receipts.paper_page import paper_html
from huimin.checkout.receipts.receipt_answer import counted_paper, paper_response
from huimin.checkout.receipts.receipts import prints_so_far, receipt_of, receipt_paper
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.json_answer import json_response
from huimin.web.language import request_language


class PrintBody(BaseModel):
    """On which paper."""

    width: PaperWidth = PaperWidth.WIDE


@pages.get("/receipts/<ledger_id>")
@require_till("till.use")
def receipt(ledger_id: str) -> str:
    """The receipt as it will look on paper; looking counts nothing."""
    terminal, settings, language = terminal_here(), instance().settings, request_language()

    def work(tx: Transaction) -> tuple[str, int, str]:
        found = receipt_of(tx, ledger_id, outlet_id=terminal["outlet_id"], settings=settings)
        prints = prints_so_far(tx, ledger_id)
        paper = receipt_paper(found, copy_number=prints + 1, language=language)
        return found.receipt_no, prints, paper_html(paper)

    receipt_no, prints, paper = instance().engine.read(work)
    return render_template(
        "checkout/receipt.html",
        ledger_id=ledger_id,
        receipt_no=receipt_no,
        prints=prints,
        paper=paper,
        widths=WIDTHS_MM,
    )


@pages.post("/receipts/<ledger_id>/prints")
@require_till("till.use")
def print_receipt(ledger_id: str) -> Response:
    """Count one printing and give the paper to print; from the second on it is marked."""
    body = PrintBody.model_validate(request.get_json())
    terminal = terminal_here()
    paper = counted_paper(
        ledger_id,
        outlet_id=terminal["outlet_id"],
        form="page",
        width_mm=int(body.width),
        language=request_language(),
        actor=who_here(),
        terminal_id=terminal["terminal_id"],
    )
    return json_response({"paper": paper_html(paper)})


@pages.post("/receipts/<ledger_id>/escpos")
@require_till("till.use")
def download_receipt(ledger_id: str) -> Response:
    """The same for a network printer: its bytes as a file."""
    body = PrintBody.model_validate(request.form.to_dict())
    terminal, width_mm = terminal_here(), int(body.width)
    paper = counted_paper(
        ledger_id,
        outlet_id=terminal["outlet_id"],
        form="escpos",
        width_mm=width_mm,
        language=request_language(),
        actor=who_here(),
        terminal_id=terminal["terminal_id"],
    )
    response = paper_response(paper, form="escpos", width_mm=width_mm)
    response.headers["Content-Disposition"] = 'attachment; filename="receipt.escpos"'
    return response
