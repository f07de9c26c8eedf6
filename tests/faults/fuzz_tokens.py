"""What a till is handed as a card: only what was signed is ever taken for a card's code."""

from __future__ import annotations

import random
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huimin.core.card_number import is_valid, make_number
from huimin.core.card_token import address_form, check_card, read_text, sign_token
from huimin.core.refusals import Refusal
from tests.faults.fuzz import changed_bytes

REFUSALS = {"card_unreadable", "card_number_wrong", "card_signature_invalid"}
KEYS = {number: Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number in (1, 2)}
# Python writes no longer number out as digits.
NUMBER_BYTES_MAX = 1_500
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


class Tokens:
    """Codes of two keys, printed and changing, as digits, as addresses and in full width."""

    name = "tokens"
    traced = ("huimin/core/card_token.py",)

    def __init__(self) -> None:
        self.public_keys = {number: key.public_key() for number, key in KEYS.items()}
        self.signed = {
            sign_token(bytes([place] * 7), 1_900_000_000 + place, number, KEYS[number], issued_at)
            for place, (number, issued_at) in enumerate(
                ((1, None), (2, None), (1, 1_800_000_000), (2, 5))
            )
        }

    def seeds(self) -> list[bytes]:
        """Every form in which a code or a number may come."""
        digits = sorted(self.signed)
        texts = [
            *digits,
            *(address_form(each, "card.example.cn") for each in digits),
            digits[0].translate(FULL_WIDTH),
            " ".join(digits[1][i : i + 4] for i in range(0, len(digits[1]), 4)),
            make_number(123_456_789, "512022"),
            "",
        ]
        return [text.encode() for text in texts]

    def change(self, data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
        """Bytes, or the number behind the digits: its own bytes are what is signed."""
        text = data.decode("utf-8", "replace")
        if chance.random() < 0.5 and text.isascii() and text.isdigit() and len(text) < 4_000:
            number = int(text)
            raw = number.to_bytes((number.bit_length() + 7) // 8 or 1)
            changed = changed_bytes(raw, others, chance)[:NUMBER_BYTES_MAX]
            return str(int.from_bytes(changed)).encode()
        return changed_bytes(data, others, chance)

    def run(self, data: bytes) -> None:
        """Taken for a code means signed, digit for digit; refused means one of three codes."""
        text = data.decode("utf-8", "replace")
        try:
            card = check_card(text, self.public_keys)
        except Refusal as refusal:
            if refusal.code not in REFUSALS:
                raise
            return
        if card.kind == "number":
            assert is_valid(card.text)
        else:
            assert read_text(text).text in self.signed
