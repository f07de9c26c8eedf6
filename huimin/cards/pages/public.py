"""The public pages of the cards room: the county's public keys, and the page a card's code opens.

Neither says anything about a person or about a card's state.
"""

from __future__ import annotations

import json

from flask import Response, render_template

from huimin.cards.pages import pages
from huimin.cards.published_keys import published_jwks
from huimin.core.card_token import read_text, verify_token
from huimin.core.refusals import Refusal
from huimin.web.current import instance

KEYS_CACHE_SECONDS = 3600


@pages.get("/.well-known/huimin-keys.json")
def public_keys() -> Response:
    """The JWK Set (RFC 7517) with which anybody can verify a card token."""
    key_ring = instance().key_ring
    key_set = instance().engine.read(lambda tx: published_jwks(tx, key_ring))
    answer = Response(json.dumps(key_set, indent=1), mimetype="application/jwk-set+json")
    answer.headers["Cache-Control"] = f"public, max-age={KEYS_CACHE_SECONDS}"
    # Web pages of other origins may read it: nothing in it is secret.
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@pages.get("/c/<digits>")
@pages.get("/C/<digits>", endpoint="card_page_upper_case")
def card_page(digits: str) -> tuple[str, int, dict[str, str]]:
    """What a phone's camera opens: whether the code is the county's, and whom to call.

    It uses the key ring only, never the database, so it cannot be used to probe cards.
    """
    genuine = _is_ours(digits)
    text = render_template(
        "cards/card.html",
        genuine=genuine,
        # For the form that leads to "my card": in its body, so that no other address has them.
        digits=digits if genuine else "",
        county_name=instance().settings.county_name,
        help_line=instance().settings.help_line,
    )
    headers = {
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
    }
    return text, 200 if genuine else 404, headers


def _is_ours(digits: str) -> bool:
    try:
        reading = read_text(digits)
        if reading.kind != "token":
            return False
        verify_token(reading.text, instance().key_ring.public_keys())
    except Refusal:
        return False
    return True
