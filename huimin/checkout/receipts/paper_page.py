"""A strip of paper as HTML, with its QR code."""

from __future__ import annotations

from flask import render_template

from huimin.checkout.receipts.paper import Paper
from huimin.checkout.receipts.paper_code import address_svg


def paper_html(paper: Paper) -> str:
    """The strip of paper; checkout/static/receipt.css gives it its width."""
    return render_template("checkout/paper.html", paper=paper, address_svg=address_svg)
