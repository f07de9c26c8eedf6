"""The public pages of the cards room: the county's public keys, and the page a card's code opens.

Neither says anything about a person or about a card's state.
"""

from __future__ import annotations

import json

from flask import Response, render_template

from huimin.cards.pages import pages
from huimin.cards.published_keys import published_jwks, revoked_key_ids
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

    It asks the database for no card, only which keys leaked, so it cannot be used to probe cards.
    """
    key_id = _key_of(digits)
    is_revoked = key_id is not None and key_id in instance().engine.read(revoked_key_ids)
    genuine = key_id is not None and not is_revoked
    text = render_template(
        "cards/card.html",
        genuine=genuine,
        is_revoked=is_revoked,
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
    return text, 404 if key_id is None else 200, headers


def _key_of(digits: str) -> int | None:
    """The county's key that signed a card code; None for anything else."""
    try:
        reading = read_text(digits)
        if reading.kind != "token":
            return None
        return verify_token(reading.text, instance().key_ring.public_keys()).key_id
    except Refusal:
        return None
