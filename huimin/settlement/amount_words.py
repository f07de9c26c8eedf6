"""An amount in the capital characters that Chinese payment papers write it in (人民币大写).

Pure: fen in, words out, as the rules for bank papers (正确填写票据和结算凭证的基本规定) have it.
"""

from __future__ import annotations

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
SECTIONS = ("", "万", "亿", "万亿")
SECTION = 10_000


def amount_words(fen: int) -> str:
    """123456 → 壹仟贰佰叁拾肆元伍角陆分; 10000 → 壹佰元整; below zero 负 stands before it."""
    sign = "负" if fen < 0 else ""
    whole, part = divmod(abs(fen), 100)
    jiao, rest = divmod(part, 10)
    words = f"{_whole(whole)}元" if whole else ""
    if jiao:
        words += f"{DIGITS[jiao]}角"
    elif rest and whole:
        words += DIGITS[0]
    if rest:
        words += f"{DIGITS[rest]}分"
    if not words:
        words = "零元"
    return f"{sign}{words}{'' if rest else '整'}"


def _whole(number: int) -> str:
    """Whole yuan by sections of four digits, with one 零 for every gap."""
    words, section = "", 0
    gap = False
    while number:
        number, part = divmod(number, SECTION)
        if part:
            below = DIGITS[0] if words and gap else ""
            words = f"{_four(part)}{SECTIONS[section]}{below}{words}"
            gap = part < SECTION // 10
        else:
            gap = gap or bool(words)
        section += 1
    return words


def _four(part: int) -> str:
    words, zero = "", False
    for place in (3, 2, 1, 0):
        digit = part // 10**place % 10
        if digit:
            words += (DIGITS[0] if zero else "") + DIGITS[digit] + PLACES[place]
            zero = False
        else:
            zero = bool(words)
    return words
