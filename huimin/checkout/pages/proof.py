"""The public page behind a receipt's QR code: what was recorded, and that it is unaltered."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from limits import RateLimitItemPerMinute

from huimin.access.tries import asking_network
from huimin.checkout.receipts.proof import proof_file, prove_receipt
from huimin.web.current import instance
from huimin.web.throttle import Throttle

# A person looks at a few; guessing hashes would take millions.
looks_per_address = Throttle("receipt_looks", RateLimitItemPerMinute(60))

proof_pages = Blueprint("proof", __name__)


@proof_pages.get("/r/<receipt_no>/<hash_prefix>")
def receipt(receipt_no: str, hash_prefix: str) -> tuple[str, int, dict[str, str]]:
    """Amount, outlet, time, chain hash, what was returned; no name and no card."""
    looks_per_address.count(asking_network())
    proof = instance().engine.read(lambda tx: prove_receipt(tx, receipt_no, hash_prefix))
    text = render_template("checkout/proof.html", proof=proof, hash_prefix=hash_prefix)
    return text, 200, {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


@proof_pages.get("/r/<receipt_no>/<hash_prefix>/proof")
def proof_download(receipt_no: str, hash_prefix: str) -> Response:
    """The file that proves the receipt to be in a published day, for any tool that reads it."""
    looks_per_address.count(asking_network())
    name, text = instance().engine.read(lambda tx: proof_file(tx, receipt_no, hash_prefix))
    answer = Response(text, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
