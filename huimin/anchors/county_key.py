"""Who signs anchors: the county's key ring, under the name of the county's own address.

The name (and origin of the tree) is the public address without its scheme, and `/ledger`; a county
that was restored from a backup goes on under another (`/ledger/2`), because a tree that another
one contradicts must not bear its name. Which key signed is told by the signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from huimin.anchors import queries
from huimin.anchors.note import (
    AnchorMalformed,
    AnchorText,
    TreeHead,
    read_anchor_text,
    read_tree_head,
)
from huimin.core.catalogue import Text, text
from huimin.core.signed_note import NOTE_BYTES_MAX, NoteProblem, Verifier, open_note, sign_note
from huimin.keys.key_ring import KeyRing
from huimin.ledger.epochs import current_epoch
from huimin.settings import Settings
from huimin.storage.engine import Transaction

_NAME = re.compile(r"^— ([^\s+]+) ", re.M)
NAMES_MAX = 16
REVOKED = text("签名用的是已经作废的密钥，不能作为凭据。")


class AnchorRefused(Exception):
    """A file that proves nothing, and why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.say())
        self.text = reason


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs in the county's name with the key that signs its cards now."""

    name: str
    key_ring: KeyRing

    def sign(self, body: str) -> str:
        """The signed note of a text."""
        key = self.key_ring.private_key(self.key_ring.active_key_id)
        return sign_note(body, self.name, key)


def origin_of(tx: Transaction, settings: Settings) -> str:
    """The name of the county's tree, and of its signer."""
    address = quote(settings.base_url.partition("://")[2], safe="/:.-_~[]%@")
    epoch = current_epoch(tx)
    return f"{address}/ledger" + (f"/{epoch}" if epoch > 1 else "")


def verifiers(key_ring: KeyRing, names: Iterable[str], key_ids: Iterable[int]) -> list[Verifier]:
    """The county's keys of these ids, as signers of those names."""
    keys, ids = key_ring.public_keys(), tuple(key_ids)
    return [Verifier(name, keys[key_id]) for name in names for key_id in ids if key_id in keys]


def published_verifiers(tx: Transaction, key_ring: KeyRing, settings: Settings) -> list[Verifier]:
    """The verifier keys for everybody: all of the ring but those that leaked, the oldest first.

    Each stands under every name that the county has signed by. A proof is checked by its signer's
    name, and holds on after a restore or under another public address.
    """
    revoked = set(revocations(tx))
    usable = [
        key.key_id
        for key in key_ring.all_keys()
        if key.state != "revoked" and key.key_id not in revoked
    ]
    now = origin_of(tx, settings)
    signed_by = dict.fromkeys(
        row["checkpoint"].partition("\n")[0] for row in queries.checkpoints(tx)
    )
    return verifiers(key_ring, [*(name for name in signed_by if name != now), now], usable)


def revocations(tx: Transaction) -> dict[int, str]:
    """Key id → the instant at which it was revoked, as the database says."""
    return {row["key_id"]: row["revoked_at"] for row in queries.revoked_keys(tx)}


def open_signed(tx: Transaction, key_ring: KeyRing, note: str) -> tuple[str, int]:
    """The text of a note that the county signed, and the id of the key. Raises AnchorRefused."""
    if len(note.encode("utf-8", "replace")) > NOTE_BYTES_MAX:
        raise AnchorRefused(text("文件太大，不是存证。"))
    names = list(dict.fromkeys(_NAME.findall(note.rpartition("\n\n")[2])))[:NAMES_MAX]
    try:
        body, signer = open_note(note, verifiers(key_ring, names, key_ring.public_keys()))
    except NoteProblem as problem:
        raise AnchorRefused(_why(str(problem))) from None
    key_id = next(key_id for key_id, key in key_ring.public_keys().items() if key == signer.key)
    if body.partition("\n")[0] != signer.name:
        raise AnchorRefused(text("签名人和存证的名称不一致，不能作为凭据。"))
    return body, key_id


def open_anchor(tx: Transaction, key_ring: KeyRing, note: str) -> AnchorText:
    """What an anchor of this county says. Raises AnchorRefused for any other text."""
    body, key_id = open_signed(tx, key_ring, note)
    try:
        anchor = read_anchor_text(body)
    except AnchorMalformed:
        raise AnchorRefused(text("签名有效，但内容不是存证（可能是公开的校验点）。")) from None
    _require_unrevoked(tx, key_id, anchor.made_at)
    return anchor


def open_checkpoint(tx: Transaction, key_ring: KeyRing, note: str) -> tuple[TreeHead, list[str]]:
    """The tree of a checkpoint of this county, and its other lines. Raises AnchorRefused."""
    body, key_id = open_signed(tx, key_ring, note)
    # Whoever has a key that leaked can write any day into a checkpoint: then only ours count.
    if key_id in revocations(tx) and queries.day_of_checkpoint(tx, checkpoint=note) is None:
        raise AnchorRefused(REVOKED)
    try:
        return read_tree_head(body)
    except AnchorMalformed:
        raise AnchorRefused(_why("malformed")) from None


def _require_unrevoked(tx: Transaction, key_id: int, made_at: str) -> None:
    revoked_at = revocations(tx).get(key_id)
    if revoked_at is not None and made_at >= revoked_at:
        raise AnchorRefused(REVOKED)


def _why(problem: str) -> Text:
    if problem == "wrong_signature":
        return text("签名不对：内容在签名以后被改过。")
    if problem == "unknown_signer":
        return text("不是本县签的：密钥文件里没有签它的密钥。")
    return text("不是存证，或者没有签名、不完整。")
