"""The signed text in a card's QR code: COSE_Sign1 (RFC 9052) over CWT claims (RFC 8392), as digits.

The claims are only `{7: copy id (7 bytes), 4: expiry}`: no name, no reason. A changing code
(cards/changing_code.py) also has `6: issued at`; a printed one never has. The bytes, after a
leading 0x01, are written as one decimal number, because a keyboard-wedge scanner behind a Chinese
input method mangles letters but not digits, and QR's numeric mode keeps it small.

A code has one form: the bytes that `sign_token` makes and no others that would mean the same, so
that no rule that knows a code by its digits can be passed with a variant of it. The till's
card_token.js reads as strictly; a test holds the two together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cwt import COSE, COSEKey

from huimin.core.card_number import NUMBER_DIGITS, is_valid
from huimin.core.json_text import UNCOUNTED
from huimin.core.refusals import Refusal

TEXT_MAX = 4_096
TOKEN_BYTES_MAX = 256
COPY_ID_BYTES = 7
CLAIM_EXPIRY, CLAIM_ISSUED, CLAIM_COPY_ID = 4, 6, 7
HEADER_ALGORITHM, HEADER_KEY_ID = 1, 4
EDDSA = -8
PROTECTED = cbor2.dumps({HEADER_ALGORITHM: EDDSA})
SIGNATURE_BYTES = 64
# 0x01; tag 18, COSE_Sign1; an array of four; the protected header; {4: one byte of key id}.
BEGINNING = bytes([0x01, 0xD2, 0x84, 0x40 + len(PROTECTED), *PROTECTED, 0xA1, HEADER_KEY_ID, 0x41])
# The claims in their order: those of a printed code, those of a changing one.
CLAIM_ORDERS = ([CLAIM_COPY_ID, CLAIM_EXPIRY], [CLAIM_COPY_ID, CLAIM_EXPIRY, CLAIM_ISSUED])
# JavaScript's largest safe integer.
SECONDS_MAX = 2**53 - 1
# A sale sends its code three times: to verify, to quote, to redeem.
SIGNATURES_REMEMBERED = 4_096
ADDRESS = re.compile(r"https?://[^/]{1,253}/c/([0-9]+)", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class CardReading:
    """What was scanned or typed: the digits of a token, or a card number."""

    kind: Literal["token", "number"]
    text: str


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """Verified claims, times in Unix seconds; `issued_at` is set for a changing code only."""

    copy_id: bytes
    expires_at: int
    key_id: int
    issued_at: int | None = None


@dataclass(frozen=True, slots=True)
class CheckedCard:
    """A card number, or the copy id that a good signature vouches for; no database was asked.

    `issued_at` (Unix seconds) is that of a changing code; a printed one has none. `key_id` is that
    of the key that signed; a number has none.
    """

    kind: Literal["number", "copy_id"]
    text: str
    issued_at: int | None = None
    key_id: int | None = field(default=None, metadata={UNCOUNTED: True})

    @property
    def is_changing(self) -> bool:
        """True for a code that a phone shows for a minute; it may be used once."""
        return self.issued_at is not None

    @property
    def shown_as(self) -> Literal["number", "printed_code", "changing_code"]:
        """What was shown or typed, as the ledger records it."""
        if self.kind == "number":
            return "number"
        return "changing_code" if self.is_changing else "printed_code"


def check_card(raw: str, public_keys: Mapping[int, Ed25519PublicKey]) -> CheckedCard:
    """Make out what was scanned or typed, and check a token's signature.

    It is done before a transaction opens, so that the one writer never waits for cryptography.
    Raises Refusal: `card_unreadable`, `card_number_wrong`, `card_signature_invalid`.
    """
    return check_reading(read_text(raw), public_keys)


def check_reading(reading: CardReading, public_keys: Mapping[int, Ed25519PublicKey]) -> CheckedCard:
    """The same for what was made out before. Raises Refusal `card_signature_invalid`."""
    if reading.kind == "number":
        return CheckedCard("number", reading.text)
    claims = verify_token(reading.text, public_keys)
    return CheckedCard("copy_id", claims.copy_id.hex(), claims.issued_at, claims.key_id)


def read_text(raw: str) -> CardReading:
    """Recognise what was scanned, typed or pasted.

    Accepts a token's digits, its address form, or a card number; with full-width characters,
    spaces, hyphens and any letter case. Raises Refusal: `card_unreadable`, `card_number_wrong`.
    """
    if len(raw) > TEXT_MAX:
        raise Refusal("card_unreadable")
    text = re.sub(r"[\s\u200b\ufeff]+", "", unicodedata.normalize("NFKC", raw))
    address = ADDRESS.fullmatch(text)
    digits = address.group(1) if address else text.replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        raise Refusal("card_unreadable")
    if len(digits) == NUMBER_DIGITS and not address:
        if not is_valid(digits):
            raise Refusal("card_number_wrong")
        return CardReading("number", digits)
    # A short run of digits is an incomplete number, not a damaged code.
    if len(digits) < 2 * NUMBER_DIGITS:
        raise Refusal("card_unreadable" if address else "card_number_wrong")
    return CardReading("token", digits)


def sign_token(
    copy_id: bytes,
    expires_at: int,
    key_id: int,
    private_key: Ed25519PrivateKey,
    issued_at: int | None = None,
) -> str:
    """A card copy's token as decimal digits. Instants in Unix seconds; `key_id` one byte."""
    if len(copy_id) != COPY_ID_BYTES:
        raise ValueError("a copy id has seven bytes")
    claims: dict[int, Any] = {CLAIM_COPY_ID: copy_id, CLAIM_EXPIRY: expires_at}
    if issued_at is not None:
        claims[CLAIM_ISSUED] = issued_at
    # cwt.encode would add iat and nbf; the COSE class keeps the claims minimal.
    signed = COSE.new().encode_and_sign(
        cbor2.dumps(claims),
        COSEKey.from_pem(
            private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            kid=bytes([key_id]),
        ),
        protected={HEADER_ALGORITHM: EDDSA},
        unprotected={HEADER_KEY_ID: bytes([key_id])},
    )
    return str(int.from_bytes(b"\x01" + signed))


def verify_token(digits: str, public_keys: Mapping[int, Ed25519PublicKey]) -> TokenClaims:
    """The claims of a token signed by one of the county's keys.

    The caller must check the card's state and expiry. Raises Refusal `card_signature_invalid`.
    """
    try:
        return _verified(digits, public_keys)
    except (
        AttributeError,
        InvalidSignature,
        LookupError,
        OverflowError,
        RecursionError,
        TypeError,
        ValueError,
        cbor2.CBORDecodeError,
    ) as error:
        raise Refusal("card_signature_invalid") from error


def address_form(digits: str, host: str) -> str:
    """The token as an address that any camera app opens, in capitals for QR's alphanumeric mode."""
    return f"HTTPS://{host.upper()}/C/{digits}"


@lru_cache(maxsize=SIGNATURES_REMEMBERED)
def _require_signature(public_key: bytes, signature: bytes, signed: bytes) -> None:
    """Raises InvalidSignature. Only valid signatures are cached, because exceptions are not."""
    Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)


def _verified(digits: str, public_keys: Mapping[int, Ed25519PublicKey]) -> TokenClaims:
    if not (digits.isascii() and digits.isdigit()) or digits.startswith("0"):
        raise ValueError("no number in its shortest form")
    if len(digits) > TEXT_MAX:
        raise ValueError("too long")
    number = int(digits)
    data = number.to_bytes((number.bit_length() + 7) // 8)
    if len(data) > TOKEN_BYTES_MAX or not data.startswith(BEGINNING):
        raise ValueError("no token")
    key_id, body = data[len(BEGINNING)], data[len(BEGINNING) + 1 :]
    signature = body[-SIGNATURE_BYTES:]
    payload = cbor2.loads(body)
    # What follows the payload, and any longer form of a length, would not come out again.
    if type(payload) is not bytes or cbor2.dumps(payload) + cbor2.dumps(signature) != body:
        raise ValueError("another form")
    # RFC 9052, section 4.4: the signature covers the Sig_structure, not the bare payload.
    signed = cbor2.dumps(["Signature1", PROTECTED, b"", payload])
    _require_signature(public_keys[key_id].public_bytes_raw(), signature, signed)
    return _claims(payload, key_id)


def _claims(payload: bytes, key_id: int) -> TokenClaims:
    claims: Any = cbor2.loads(payload)
    if type(claims) is not dict or list(claims) not in CLAIM_ORDERS:
        raise ValueError("other claims")
    copy_id, expires_at = claims[CLAIM_COPY_ID], claims[CLAIM_EXPIRY]
    issued_at = claims.get(CLAIM_ISSUED)
    seconds = [expires_at] if CLAIM_ISSUED not in claims else [expires_at, issued_at]
    if (
        type(copy_id) is not bytes
        or len(copy_id) != COPY_ID_BYTES
        or not all(type(each) is int and 0 <= each <= SECONDS_MAX for each in seconds)
        or cbor2.dumps(claims) != payload
    ):
        raise ValueError("other claims")
    return TokenClaims(copy_id, expires_at, key_id, issued_at)
