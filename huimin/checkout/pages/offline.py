"""What the till page takes along to work without network, and what it sends afterwards."""

from __future__ import annotations

from flask import Response

from huimin.access.till_guard import require_till
from huimin.checkout.offline.api_bodies import OfflineRedemptionsBody
from huimin.checkout.offline.offline_answer import items_response, pack_response
from huimin.checkout.offline.words import offline_words
from huimin.checkout.pages import pages
from huimin.web.json_body import json_body


@pages.get("/offline-pack")
@require_till("till.use")
def offline_pack() -> Response:
    """This terminal's pack, with the words for quotes and refusals in every language."""
    return pack_response(words=offline_words())


@pages.post("/offline-redemptions")
@require_till("till.use")
def offline_redemptions() -> Response:
    """The sales that this till made without network."""
    return items_response(json_body(OfflineRedemptionsBody))
