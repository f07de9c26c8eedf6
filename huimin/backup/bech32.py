"""Bech32 (BIP 173), as the keys of `age` are written: a prefix, and bytes with a checksum."""

from __future__ import annotations

from collections.abc import Iterable

_DIGITS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_DIGITS = 6
LENGTH_MAX = 120


def decode(text: str) -> tuple[str, bytes]:
    """The prefix in small letters, and the bytes. Raises ValueError."""
    small = text.strip().lower()
    prefix, _, digits = small.rpartition("1")
    values = [_DIGITS.find(digit) for digit in digits]
    if (
        not prefix
        or len(small) > LENGTH_MAX
        or text.strip() not in (small, small.upper())
        or -1 in values
        or _polymod([*_expanded(prefix), *values]) != 1
    ):
        raise ValueError("no bech32 text")
    return prefix, _bytes(values[:-_CHECKSUM_DIGITS])


def _bytes(values: list[int]) -> bytes:
    bits = number = 0
    content = bytearray()
    for value in values:
        number = (number << 5 | value) & 0xFFF
        bits += 5
        if bits >= 8:
            bits -= 8
            content.append(number >> bits & 0xFF)
    if bits >= 5 or number & ((1 << bits) - 1):
        raise ValueError("no whole bytes")
    return bytes(content)


def _expanded(prefix: str) -> list[int]:
    letters = [ord(letter) for letter in prefix]
    return [letter >> 5 for letter in letters] + [0] + [letter & 31 for letter in letters]


def _polymod(values: Iterable[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum
