"""Taking a sale back from the page."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from huimin.access.guards import require
from huimin.checkout.api_bodies import ReversalBody
from huimin.checkout.once import fingerprint
from huimin.checkout.pages import pages
from huimin.checkout.pages.at_till import answer_once, staff_id_here, terminal_here
from huimin.checkout.reverse import reverse
from huimin.storage.engine import Transaction
from huimin.web.current import house


@pages.post("/redemptions/<redemption_id>/reverse")
@require("redemption.reverse")
def reverse_now(redemption_id: str) -> Response:
    """Take back a sale of this outlet, whole or in part."""
    body = ReversalBody.model_validate(request.get_json())
    terminal, now = terminal_here(), house().clock()
    asked, staff_id = body.to_request(), staff_id_here()

    def work(tx: Transaction) -> dict[str, Any]:
        return reverse(tx, redemption_id, asked, terminal=terminal, now=now, staff_id=staff_id)

    return answer_once(terminal, fingerprint(f"reverse {redemption_id}", asked), work)
