"""The public page behind a receipt's QR code: what was recorded, and that it still holds."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from huimin.checkout.receipts.proof import prove_receipt
from huimin.core.refusals import Refusal
from huimin.web.current import instance

# A person looks at a handful; who tries hashes would want millions.
LOOKS_PER_ADDRESS = RateLimitItemPerMinute(60)

proof_pages = Blueprint("proof", __name__)


@proof_pages.get("/r/<receipt_no>/<hash_prefix>")
def receipt(receipt_no: str, hash_prefix: str) -> tuple[str, int, dict[str, str]]:
    """Amount, outlet, time, chain hash, what was returned; no name and no card."""
    if not _limiter().hit(LOOKS_PER_ADDRESS, request.remote_addr or ""):
        raise Refusal("too_many_requests")
    found = instance().engine.read(lambda tx: prove_receipt(tx, receipt_no, hash_prefix))
    text = render_template("checkout/proof.html", proof=found)
    return text, 200, {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


def _limiter() -> FixedWindowRateLimiter:
    limiter: FixedWindowRateLimiter | None = current_app.extensions.get("receipt_looks")
    if limiter is None:
        limiter = FixedWindowRateLimiter(MemoryStorage())
        limiter = current_app.extensions.setdefault("receipt_looks", limiter)
    return limiter
