"""Which public keys the county publishes, so that anybody can verify a card without asking us.

Active keys always; a retired key for as long as a live card still carries its signature.
"""

from __future__ import annotations

from typing import Any

from huimin.cards import queries
from huimin.cards.key_ring import KeyRing
from huimin.storage.engine import Transaction


def published_jwks(tx: Transaction, key_ring: KeyRing) -> dict[str, Any]:
    """The JWK Set of `/.well-known/huimin-keys.json`."""
    keys = key_ring.all_keys()
    wanted = {key.key_id for key in keys if key.state == "active"}
    if len(wanted) < len(keys):
        wanted |= set(live_cards_by_key(tx))
    return key_ring.jwks(wanted)


def live_cards_by_key(tx: Transaction) -> dict[int, int]:
    """How many live cards each key has signed; keys without any are left out."""
    return {row["key_id"]: row["cards"] for row in queries.live_cards_by_key(tx)}
