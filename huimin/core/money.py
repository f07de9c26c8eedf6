"""Money as whole fen: rounding, allocation, and amounts and rates as text.

No amount is ever a float. Every division is rounded half up, once, and parts add up to the whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from huimin.core.catalogue import say, word

AMOUNT_FEN_MAX = 100_000_000
BASIS_POINTS = 10_000
CHINESE_DIGITS = "零一二三四五六七八九"


def half_up(numerator: int, denominator: int) -> int:
    """numerator ÷ denominator, rounded half away from zero. The denominator is positive."""
    if denominator <= 0:
        raise ValueError("denominator must be positive")
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` in proportion to the weights, by largest remainder, so that the parts add up.

    Equal remainders favour the larger weight, then the earlier one. Raises ValueError for a
    negative total or weight, or when a positive total has no weight to be split by.
    """
    whole = sum(weights)
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError("total and weights must not be negative")
    if whole == 0:
        if total:
            raise ValueError("there is no weight to split by")
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(
        range(len(weights)), key=lambda i: (-(total * weights[i] % whole), -weights[i], i)
    )
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def yuan(fen: int) -> str:
    """Fen as 元 with two decimals, for a field or a file: 128000 → "1280.00"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def yuan_text(fen: int) -> str:
    """Fen as 元 to read, where 元 stands beside it: 128000 → "1,280.00", -1024 → "-10.24"."""
    sign = "-" if fen < 0 else ""
    # A month's file that was signed before thousands were grouped is made again without (months/).
    whole = f"{abs(fen) // 100:,}".replace(",", word("amount", ","))
    return f"{sign}{whole}.{abs(fen) % 100:02d}"


def money_text(fen: int) -> str:
    """Fen as an amount to read: 128000 → "¥1,280.00", −1024 → "−¥10.24"."""
    return f"{'−' if fen < 0 else ''}¥{yuan_text(abs(fen))}"


def parse_yuan(text: str) -> int:
    """Parse 元 ("128", "128.5", "¥1,280.00"), of any width, into fen. Raises ValueError."""
    plain = unicodedata.normalize("NFKC", text).strip()
    cleaned = plain.lstrip("¥").removesuffix("元")
    # "12,80" is no 1,280.00: a comma stands before three digits, or it was meant for a point.
    whole_yuan = r"([0-9]{1,9}|[0-9]{1,3}(,[0-9]{3}){1,2})"
    if not re.fullmatch(whole_yuan + r"(\.[0-9]{1,2})?", cleaned, re.ASCII):
        raise ValueError("not an amount in yuan")
    whole, _, part = cleaned.replace(",", "").partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or "0")


def percent_words(rate_bp: int) -> str:
    """A rate in per cent without trailing zeros: 800 → "8%", 850 → "8.5%"."""
    return f"{yuan(rate_bp).rstrip('0').rstrip('.')}%"


def share_text(share_bp: int) -> str:
    """A share or a change in per cent to one decimal, half up: 1234 → "12.3%", -5 → "-0.1%"."""
    tenths = half_up(share_bp, 10)
    return f"{'-' if tenths < 0 else ''}{abs(tenths) // 10:,}.{abs(tenths) % 10}%"


def rate_words(rate_bp: int, language: str = "zh_Hans") -> str:
    """The rate in words: 800 bp → 九二折 (pay 92 of 100), in English "8% off".

    1000 → 九折, 850 → 九一五折, 10000 → 免费.
    """
    if rate_bp == BASIS_POINTS:
        return say("免费", language)
    if language == "en":
        return f"{percent_words(rate_bp)} off"
    pays = f"{BASIS_POINTS - rate_bp:04d}".rstrip("0")
    return "".join(CHINESE_DIGITS[int(digit)] for digit in pays) + "折"
