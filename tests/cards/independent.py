"""Verify a card as a stranger would: RFC 9052 by hand, with the published JWK Set alone.

Nothing of huimin is imported here, so that a mistake in our own reader cannot hide in the proof.
"""

from __future__ import annotations

import base64
from typing import Any

import cbor2
import pypdfium2
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALGORITHM, KEY_ID, EDDSA = 1, 4, -8
EXPIRES_AT, COPY_ID = 4, 7
COSE_SIGN1_TAG = 18


def verified_claims(digits: str, key_set: dict[str, Any]) -> dict[int, Any]:
    """The CWT claims of a token. Raises InvalidSignature or KeyError when it is not genuine."""
    number = int(digits)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    assert raw[0] == 1
    message = cbor2.loads(raw[1:])
    assert message.tag == COSE_SIGN1_TAG
    protected, unprotected, payload, signature = message.value
    headers = {**unprotected, **cbor2.loads(protected)}
    assert headers[ALGORITHM] == EDDSA
    keys = {key["kid"]: key for key in key_set["keys"]}
    jwk = keys[headers[KEY_ID].hex()]
    assert (jwk["kty"], jwk["crv"]) == ("OKP", "Ed25519")
    public = base64.urlsafe_b64decode(jwk["x"] + "=" * (-len(jwk["x"]) % 4))
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    claims: dict[int, Any] = cbor2.loads(payload)
    return claims


def read_codes(pdf: bytes, page: int = 0, dots_per_inch: int = 200) -> list[Any]:
    """The QR codes zxing finds on a rendered page, in reading order."""
    with pypdfium2.PdfDocument(pdf) as document:
        image = document[page].render(scale=dots_per_inch / 72).to_pil()
    found = zxingcpp.read_barcodes(image)
    # Rows first; positions within 5 mm of each other are one row.
    row_height = dots_per_inch / 25.4 * 30
    return sorted(
        found, key=lambda c: (round(c.position.top_left.y / row_height), c.position.top_left.x)
    )
