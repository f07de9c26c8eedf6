"""Amounts in capital characters: as bank papers write them, and never two amounts the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.settlement.amount_words import DIGITS, amount_words


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (105, "壹元零伍分"),
        (10_000, "壹佰元整"),
        (123_456, "壹仟贰佰叁拾肆元伍角陆分"),
        (100_900, "壹仟零玖元整"),
        (1_000_50, "壹仟元伍角整"),
        (14_095_0, "壹仟肆佰零玖元伍角整"),
        (65_000_00, "陆万伍仟元整"),
        (10_000_100, "壹拾万零壹元整"),
        (107_000_53, "壹拾万柒仟元伍角叁分"),
        (600_714, "陆仟零柒元壹角肆分"),
        (1_000_000_00, "壹佰万元整"),
        (1_000_005_00, "壹佰万零伍元整"),
        (100_000_000_00, "壹亿元整"),
        (100_000_001_00, "壹亿零壹元整"),
        (100_050_000_00, "壹亿零伍万元整"),
        (20_30_00, "贰仟零叁拾元整"),
        (-320, "负叁元贰角整"),
    ],
)
def test_it_is_written_as_on_bank_papers(fen: int, words: str) -> None:
    assert amount_words(fen) == words


@given(st.integers(0, 10**13))
def test_it_can_be_read_back(fen: int) -> None:
    words = amount_words(fen).removesuffix("整")
    whole, _, part = words.partition("元") if "元" in words else ("", "", words)
    assert _read(whole) * 100 + _part(part) == fen


def _read(words: str) -> int:
    total = 0
    for section, size in (("万亿", 10**12), ("亿", 10**8), ("万", 10**4)):
        if section in words:
            head, _, words = words.partition(section)
            total += _four(head) * size
    return total + _four(words)


def _four(words: str) -> int:
    total, digit = 0, 0
    for letter in words:
        if letter in DIGITS:
            digit = DIGITS.index(letter)
        else:
            total += digit * {"拾": 10, "佰": 100, "仟": 1000}[letter]
            digit = 0
    return total + digit


def _part(words: str) -> int:
    total, digit = 0, 0
    for letter in words:
        if letter in DIGITS:
            digit = DIGITS.index(letter)
        else:
            total += digit * {"角": 10, "分": 1}[letter]
    return total
