"""The id of a pack proves that this county gave it, to that terminal, at that instant.

A county that was restored from a backup has no record of the packs that it gave since. Their sales
could be true, so they wait for people; a pack of somebody's own making is refused. The proof is a
key's MAC over the terminal and the rest of the id, which begins with the instant as a UUIDv7 does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from huimin.core.one_case import is_uuid
from huimin.keys.key_ring import KeyRing, RingKey
from huimin.storage.ids import EPOCH, id_of

PROOF_BYTES = 16
PURPOSE = b"offline pack"


def new_pack_id(key_ring: KeyRing, terminal_id: str, issued_at: datetime) -> str:
    """A fresh id of a pack for the terminal: 63 small letters, digits, hyphens and a point."""
    key_id = key_ring.active_key_id
    key = next(key for key in key_ring.all_keys() if key.key_id == key_id)
    identity = id_of(issued_at)
    return f"{identity}.{_proof(key, terminal_id, identity)}"


def proved_issue(key_ring: KeyRing, terminal_id: str, pack_id: str | None) -> datetime | None:
    """When the county gave that pack to the terminal, to the millisecond; None if it did not, or if
    the id is of the time before ids proved it. A key that leaked proves nothing.
    """
    identity, _point, proof = (pack_id or "").partition(".")
    if not is_uuid(identity) or not proof.isascii():
        return None
    proofs = (
        _proof(key, terminal_id, identity) for key in key_ring.all_keys() if key.state != "revoked"
    )
    if not any(hmac.compare_digest(proof, each) for each in proofs):
        return None
    milliseconds = int(identity.replace("-", "")[:12], 16)
    return EPOCH + timedelta(milliseconds=milliseconds)


def _proof(key: RingKey, terminal_id: str, identity: str) -> str:
    private = key.private_key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    secret = hmac.new(private, PURPOSE, hashlib.sha256).digest()
    digest = hmac.new(secret, f"{terminal_id} {identity}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:PROOF_BYTES]).decode().rstrip("=").lower()
