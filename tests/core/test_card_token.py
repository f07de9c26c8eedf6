"""A code has one form: whatever means the same in other bytes is refused."""

from __future__ import annotations

import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huimin.core.card_token import sign_token, verify_token
from huimin.core.refusals import Refusal
from tests.making import tokens

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEYS = {1: KEY.public_key()}


def is_taken(digits: str) -> bool:
    try:
        verify_token(digits, KEYS)
    except Refusal:
        return False
    return True


def test_what_the_county_signs_is_the_one_form() -> None:
    printed, changing = tokens.canonical(KEY)
    assert printed == sign_token(tokens.COPY_ID, tokens.EXPIRES_AT, 1, KEY)
    assert changing == sign_token(tokens.COPY_ID, tokens.EXPIRES_AT, 1, KEY, tokens.ISSUED_AT)
    assert is_taken(printed) and is_taken(changing)


@pytest.mark.parametrize("digits", tokens.variants(KEY))
def test_no_other_bytes_mean_the_same(digits: str) -> None:
    assert not is_taken(digits)


def test_a_damaged_code_is_refused_and_never_breaks() -> None:
    good = tokens.canonical(KEY)
    damaged = tokens.damaged(KEY, random.Random(5), 4_000)
    assert [code for code in damaged if is_taken(code) and code not in good] == []
