"""Phone numbers in one form, however they are written: 13800000000, 0832-23330000.

A mainland number loses its country code, a landline keeps its area code and its extension is left
out (a till or an office dials the switchboard). Two numbers in one cell are two numbers.
"""

from __future__ import annotations

import re
from typing import Any

from huimin.core.catalogue import Text, sentence
from huimin.core.visible_text import unprintable, visible

DIGITS_MIN, DIGITS_MAX = 7, 15
PHONES_MAX = 2
# Two numbers of one person are kept as one text.
BETWEEN = "/"

_NONE = re.compile(
    r"[\s/\\×*空0—–_.。-]*|(无|暂无|没有?|没得|未|暂未)?(留|提供|登记|填写?)?(联系)?(电话|手机|座机|号码|联系方式|方式)?(号码|号)?"
    r"|不详|未知|不知道?|不清楚?|已?停机|空号|无法联系|联系不上|null|none|nan|n/?a",
    re.IGNORECASE,
)
# A number before each of several: 1、138…, ①138….
_NUMBERED = re.compile(r"(?:^|(?<=[\s,;，；、/]))[0-9][、.)](?=\s*[0-9+])|[①-⑳⑴-⒇]")
_COUNTRY = re.compile(r"(?:\+|00)?86(?=1[0-9]{10}$|0[0-9]{9,11}$)")
_EXTENSION = re.compile(r"(转|分机|ext\.?|#|-\s*(?=[0-9]{1,5}$))\s*[0-9]{1,6}$", re.IGNORECASE)
# What stands between two numbers; a blank does when both sides are whole numbers.
_BETWEEN = re.compile(r"[/、,;，；|\\\r\n]+|或|和")
_RUN = re.compile(r"\+?\(?[0-9][0-9()\s.·-]*[0-9]")
_MASKED = re.compile(r"[0-9][*×xX]{2,}[0-9]?|[*]{2,}")
_SHORTENED = re.compile(r"[0-9.]+[eE]\+?[0-9]+")


PROBLEMS = {
    "digits": sentence("电话号码应为 7 到 15 位数字，请改正；没有可以空着。"),
    "masked": sentence("电话号码有几位用星号遮住了，请填写完整的号码；没有可以空着。"),
    "shortened": sentence(
        "电话号码被 Excel 写成了缩短的数字（如 1.38E+10）；请把该列设为“文本”后重新填写。"
    ),
    "many": sentence("这一格有两个以上的电话号码，请留下最多两个。"),
    "unseen": sentence("电话号码里有一个显示不出来的字（可能是乱码）；请删去后重新输入。"),
}


class PhoneProblem(ValueError):
    """The text holds no telephone number, or only a part of one; `text` says what is seen."""

    def __init__(self, code: str) -> None:
        super().__init__(PROBLEMS[code])
        self.text = Text(PROBLEMS[code])


def read_phones(cell: Any) -> tuple[str, ...]:
    """The numbers in a cell or a field as digits, at most two; () when it says that there is none.

    Raises PhoneProblem for anything else: a masked number, too few or too many digits.
    """
    if cell is None:
        return ()
    text = _text_of(cell)
    if _NONE.fullmatch(text):
        return ()
    if unprintable(re.sub(r"\s", "", text)):
        raise PhoneProblem("unseen")
    if _MASKED.search(text):
        raise PhoneProblem("masked")
    if _SHORTENED.fullmatch(text):
        raise PhoneProblem("shortened")
    numbers: list[str] = []
    for part in _BETWEEN.split(text):
        for digits in _numbers_in(part):
            if digits not in numbers:
                numbers.append(digits)
    if not numbers or len(numbers) > PHONES_MAX:
        raise PhoneProblem("many" if numbers else "digits")
    return tuple(numbers)


def _text_of(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, bool) or not isinstance(cell, str | int):
        raise PhoneProblem("digits")
    return visible(_NUMBERED.sub(" ", str(cell))).strip("'’‘\"“”").strip().removesuffix(".0")


def _numbers_in(part: str) -> list[str]:
    """The digits of each number in a text without separators; words around them are left out."""
    part = _EXTENSION.sub("", part.strip()) if "-" not in part or "转" in part else part
    numbers = []
    for run in _RUN.findall(part):
        numbers += _split(run)
    return numbers


def _split(run: str) -> list[str]:
    """138… 139… are two numbers; 138 0000 0000 is one."""
    pieces = run.split()
    if len(pieces) > 1 and all(_fits(_digits(piece)) for piece in pieces):
        return [_digits(piece) for piece in pieces]
    digits = _digits(run)
    if not _fits(digits):
        raise PhoneProblem("digits")
    return [digits]


def _digits(text: str) -> str:
    return _COUNTRY.sub("", re.sub(r"[^0-9+]", "", text)).lstrip("+")


def _fits(digits: str) -> bool:
    return DIGITS_MIN <= len(digits) <= DIGITS_MAX
