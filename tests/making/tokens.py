"""Variants of a card token that mean the same, or almost, signed by the county's own key."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

COPY_ID, EXPIRES_AT, ISSUED_AT = bytes(range(7)), 1_900_000_000, 1_899_999_940
PROTECTED = b"\xa1\x01\x27"


def digits_of(data: bytes) -> str:
    """The bytes as a code writes them."""
    return str(int.from_bytes(b"\x01" + data))


def head(major: int, argument: int, size: int) -> bytes:
    """The head of a CBOR item, its argument in `size` bytes (0: in the head itself)."""
    if size == 0:
        return bytes([major << 5 | argument])
    return bytes([major << 5 | 23 + size.bit_length()]) + argument.to_bytes(size)


def envelope(
    key: Ed25519PrivateKey,
    payload: bytes,
    *,
    tag: bytes = b"\xd2",
    array: bytes = b"\x84",
    protected: bytes = b"\x43" + PROTECTED,
    header: bytes = b"\xa1\x04\x41\x01",
    payload_head: bytes | None = None,
    signature_head: bytes = b"\x58\x40",
    end: bytes = b"",
    signed_protected: bytes = PROTECTED,
) -> str:
    """A COSE_Sign1 message part by part, with a good signature over its payload, as digits."""
    signed = cbor2.dumps(["Signature1", signed_protected, b"", payload])
    item = cbor2.dumps(payload) if payload_head is None else payload_head + payload
    return digits_of(
        tag + array + protected + header + item + signature_head + key.sign(signed) + end
    )


def claims(*parts: bytes, count: int | None = None) -> bytes:
    """A map of claims from the bytes of its keys and values."""
    return bytes([0xA0 + (len(parts) // 2 if count is None else count)]) + b"".join(parts)


COPY = b"\x47" + COPY_ID
EXPIRY, ISSUED = cbor2.dumps(EXPIRES_AT), cbor2.dumps(ISSUED_AT)
PRINTED = claims(b"\x07", COPY, b"\x04", EXPIRY)
CHANGING = claims(b"\x07", COPY, b"\x04", EXPIRY, b"\x06", ISSUED)


def canonical(key: Ed25519PrivateKey) -> list[str]:
    """The only forms of the two codes."""
    return [envelope(key, PRINTED), envelope(key, CHANGING)]


def payload_variants() -> Iterator[bytes]:
    """Claims in other forms, orders and types."""
    yield claims(b"\x04", EXPIRY, b"\x07", COPY)
    yield claims(b"\x07", COPY, b"\x06", ISSUED, b"\x04", EXPIRY)
    yield b"\xbf" + PRINTED[1:] + b"\xff"
    yield b"\xb8\x02" + PRINTED[1:]
    yield PRINTED + b"\x00"
    yield b"\xd9\xd9\xf7" + PRINTED
    yield claims(b"\x07", COPY, b"\x04", EXPIRY, b"\x07", COPY)
    yield claims(b"\x07", COPY, b"\x04", EXPIRY, b"\x04", EXPIRY)
    yield claims(b"\x07", COPY, b"\x04", EXPIRY, b"\x05", EXPIRY)
    yield claims(b"\x07", COPY, b"\x04", EXPIRY, b"\x06", b"\xf6")
    yield claims(b"\x18\x07", COPY, b"\x04", EXPIRY)
    yield claims(b"\x07", COPY, b"\x19\x00\x04", EXPIRY)
    yield claims(b"\xf9\x47\x00", COPY, b"\x04", EXPIRY)  # the key 7.0
    yield claims(b"\x07", b"\x58\x07" + COPY_ID, b"\x04", EXPIRY)
    yield claims(b"\x07", b"\x5f" + COPY + b"\xff", b"\x04", EXPIRY)
    yield claims(b"\x07", b"\x46" + COPY_ID[:6], b"\x04", EXPIRY)
    yield claims(b"\x07", b"\x67" + b"abcdefg", b"\x04", EXPIRY)
    yield claims(b"\x07", COPY)
    for number in (
        b"\x1b" + EXPIRES_AT.to_bytes(8),
        b"\xfb\x41\xdc\x4f\xcd\x80\x00\x00\x00",
        b"\xf5",
        b"\xf6",
        b"\x20",
        b"\x1b" + (2**53).to_bytes(8),
        b"\xc2\x44" + EXPIRES_AT.to_bytes(4),
        b"\xc1" + EXPIRY,
        b"\x40",
    ):
        yield claims(b"\x07", COPY, b"\x04", number)
        yield claims(b"\x07", COPY, b"\x04", EXPIRY, b"\x06", number)


def variants(key: Ed25519PrivateKey) -> list[str]:
    """Codes with a good signature that are not in the one form; none of them may count."""
    length = len(PRINTED)
    others: list[dict[str, Any]] = [
        *({"end": end} for end in (b"\x00", b"\xff", b"\x01\x02", b"\xd2")),
        *({"tag": tag} for tag in (b"", b"\xd8\x12", b"\xd3", b"\xd2\xd2", b"\xd9\xd9\xf7\xd2")),
        *({"array": array} for array in (b"\x98\x04", b"\x85", b"\x9f")),
        {"array": b"\x9f", "end": b"\xff"},
        *(
            {"header": header}
            for header in (
                b"\xa2\x04\x41\x01\x05\x00",
                b"\xa2\x05\x00\x04\x41\x01",
                b"\xa2\x04\x41\x01\x04\x41\x01",
                b"\xbf\x04\x41\x01\xff",
                b"\xb8\x01\x04\x41\x01",
                b"\xa1\x18\x04\x41\x01",
                b"\xa1\xf9\x44\x00\x41\x01",
                b"\xa1\x04\x58\x01\x01",
                b"\xa1\x04\x5f\x41\x01\xff",
                b"\xa1\x04\x42\x00\x01",
                b"\xa1\x04\x01",
                b"\xa1\x04\x81\x01",
            )
        ),
        {"protected": b"\x58\x03" + PROTECTED},
        {"protected": b"\x5f\x43" + PROTECTED + b"\xff"},
        *(
            {"protected": bytes([0x40 + len(other)]) + other, "signed_protected": other}
            for other in (b"\xbf\x01\x27\xff", b"\xa1\x01\x38\x07", b"\xa2\x01\x27\x02\x00", b"")
        ),
        *({"payload_head": head(2, length, size)} for size in (1, 2, 4, 8) if length < 24),
        {"payload_head": b"\x59" + length.to_bytes(2)},
        *({"signature_head": head(2, 64, size)} for size in (2, 4, 8)),
        {"signature_head": b"\x98\x40"},
    ]
    good = canonical(key)
    return [
        *(envelope(key, PRINTED, **other) for other in others),
        *(envelope(key, payload) for payload in payload_variants()),
        *("0" * zeros + code for code in good for zeros in (1, 2, 300)),
        *(code.translate({48 + n: 0xFF10 + n for n in range(10)}) for code in good),
        *(sign + code for code in good for sign in ("+", "-", " ")),
        *(code + end for code in good for end in ("\n", " ", ".0", "_0")),
        *(digits_of(b"\x00" + _bytes(code)) for code in good),
        *("9" * 5_000, "", "0", "1"),
    ]


def damaged(key: Ed25519PrivateKey, chance: random.Random, count: int) -> list[str]:
    """Codes with bytes changed, taken out, put in or doubled anywhere."""
    codes = []
    for _ in range(count):
        data = bytearray(_bytes(chance.choice(canonical(key))))
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(data))
            act = chance.randrange(4)
            if act == 0:
                data[place] = chance.randrange(256)
            elif act == 1:
                del data[place]
            elif act == 2:
                data.insert(place, chance.choice((0, 0xFF, 0x18, 0x5F, 0xA1)))
            else:
                data[place:place] = data[place : place + chance.randint(1, 8)]
        codes.append(digits_of(bytes(data)))
    return codes


def _bytes(code: str) -> bytes:
    """What a code's digits stand for, without the leading 0x01."""
    number = int(code)
    return number.to_bytes((number.bit_length() + 7) // 8)[1:]
