"""Receipts in the browser: view one, print it (counted), or get its bytes for a printer."""

from __future__ import annotations

from flask import Response, render_template, request
from pydantic import BaseModel

from huimin.access.till_guard import require_till
from huimin.checkout.api_bodies import PaperWidth
from huimin.checkout.pages import pages
from huimin.checkout.receipts.paper import WIDTHS_MM
from huimin.checkout.receipts.paper_page import paper_html
from huimin.checkout.receipts.receipt_answer import counted_paper, next_paper, paper_response
from huimin.web.json_answer import json_response
from huimin.web.json_body import json_body, validated


class PrintBody(BaseModel):
    """The width of the paper."""

    width: PaperWidth = PaperWidth.WIDE


@pages.get("/receipts/<ledger_id>")
@require_till("till.use")
def receipt(ledger_id: str) -> str:
    """The receipt as it will look on paper; viewing it is not counted."""
    content, prints, paper = next_paper(ledger_id)
    return render_template(
        "checkout/receipt.html",
        ledger_id=ledger_id,
        receipt_no=content.receipt_no,
        hash_prefix=content.hash_prefix,
        prints=prints,
        paper=paper_html(paper),
        widths=WIDTHS_MM,
    )


@pages.post("/receipts/<ledger_id>/prints")
@require_till("till.use")
def print_receipt(ledger_id: str) -> Response:
    """Count one printing and return the paper to print, marked as a reprint from the second on."""
    paper = counted_paper(ledger_id, "page", int(json_body(PrintBody).width))
    return json_response({"paper": paper_html(paper)})


@pages.post("/receipts/<ledger_id>/escpos")
@require_till("till.use")
def download_receipt(ledger_id: str) -> Response:
    """The same as a file of bytes for a network printer."""
    width_mm = int(validated(PrintBody, request.form.to_dict()).width)
    response = paper_response(counted_paper(ledger_id, "escpos", width_mm), "escpos", width_mm)
    response.headers["Content-Disposition"] = 'attachment; filename="receipt.escpos"'
    return response
