"""Signed notes as C2SP writes them (https://c2sp.org/signed-note): a text, and who signed it.

The text ends with a line break; after an empty line stands a line for each signature: an em dash,
the signer's name, and in base64 four bytes that name the key and 64 of the Ed25519 signature.
Other people's tools read and verify it, for example Go's `golang.org/x/mod/sumdb/note`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
KEY_ID_BYTES, KEY_BYTES = 4, 32
NOTE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 16
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")


class NoteProblem(ValueError):
    """Why a note counts for nothing: `malformed`, `unknown_signer` or `wrong_signature`."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A signer's name and public key."""

    name: str
    key: Ed25519PublicKey

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature names the key."""
        raw = self.key.public_bytes_raw()
        named = self.name.encode() + b"\n" + ED25519 + raw
        return hashlib.sha256(named).digest()[:KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """The verifier key as others take it: name, key id in hex and the key in base64."""
        key = base64.b64encode(ED25519 + self.key.public_bytes_raw()).decode("ascii")
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def read(cls, text: str) -> Verifier:
        """The verifier that `text` was called on. Raises NoteProblem `malformed`."""
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = _decoded(encoded)
        if not name or raw[:1] != ED25519 or len(raw) != 1 + KEY_BYTES:
            raise NoteProblem("malformed")
        verifier = cls(name, Ed25519PublicKey.from_public_bytes(raw[1:]))
        if verifier.key_id.hex() != key_id:
            raise NoteProblem("malformed")
        return verifier


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The note of a text that ends with a line break, signed by one signer."""
    if not text.endswith("\n") or "+" in name or re.search(r"\s", name):
        raise ValueError("a text ends with a line break, a name has neither + nor a blank")
    key_id = Verifier(name, key.public_key()).key_id
    signature = base64.b64encode(key_id + key.sign(text.encode())).decode("ascii")
    return f"{text}\n— {name} {signature}\n"


def open_note(note: str, verifiers: Iterable[Verifier]) -> tuple[str, Verifier]:
    """A note's text, and the first of the verifiers that signed it. Raises NoteProblem."""
    text, divider, signatures = note.rpartition("\n\n")
    lines = signatures.splitlines()
    if not divider or not lines or len(note) > NOTE_BYTES_MAX or len(lines) > SIGNATURES_MAX:
        raise NoteProblem("malformed")
    known = {(each.name, each.key_id): each for each in verifiers}
    for line in lines:
        fitting = _SIGNATURE.fullmatch(line)
        raw = _decoded(fitting[2]) if fitting else b""
        if fitting is None or len(raw) <= KEY_ID_BYTES:
            raise NoteProblem("malformed")
        verifier = known.get((fitting[1], raw[:KEY_ID_BYTES]))
        if verifier is None:
            continue
        try:
            verifier.key.verify(raw[KEY_ID_BYTES:], f"{text}\n".encode())
        except InvalidSignature:
            raise NoteProblem("wrong_signature") from None
        return f"{text}\n", verifier
    raise NoteProblem("unknown_signer")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
