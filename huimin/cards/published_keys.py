"""The public keys that the county publishes, so that anybody can verify a card offline.

Active keys always; a retired key as long as a live card carries its signature; a revoked key never,
whatever a key file that was restored says of it.
"""

from __future__ import annotations

from typing import Any

from huimin.cards import queries
from huimin.keys.key_ring import KeyRing
from huimin.storage.engine import Transaction


def published_jwks(tx: Transaction, key_ring: KeyRing) -> dict[str, Any]:
    """The JWK Set of `/.well-known/huimin-keys.json`."""
    keys = key_ring.all_keys()
    key_ids = {key.key_id for key in keys if key.state == "active"}
    if len(key_ids) < len(keys):
        key_ids |= set(live_cards_by_key(tx))
    return key_ring.jwks(key_ids - revoked_key_ids(tx))


def revoked_key_ids(tx: Transaction) -> set[int]:
    """The keys that were revoked: the database says it, for every host."""
    return {row["key_id"] for row in queries.revoked_keys(tx)}


def unrevoked_jwks(tx: Transaction, key_ring: KeyRing) -> dict[str, Any]:
    """The keys by which a till verifies on its own: all of the ring but the revoked ones."""
    revoked = revoked_key_ids(tx)
    return key_ring.jwks(key.key_id for key in key_ring.all_keys() if key.key_id not in revoked)


def live_cards_by_key(tx: Transaction) -> dict[int, int]:
    """Live cards per key id; keys without any are left out."""
    return {row["key_id"]: row["cards"] for row in queries.live_cards_by_key(tx)}
