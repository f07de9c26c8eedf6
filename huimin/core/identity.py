"""Resident ID numbers (GB 11643), unified social credit codes (GB 32100), and masking.

Cells are cleaned first, because offices type spaces, full-width digits and apostrophes; what can't
be corrected is refused with a code, the reason and the remedy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date
from typing import Literal

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from huimin.core.catalogue import Text, sentence
from huimin.core.visible_text import unprintable, visible

FIRST_YEAR = 1900
EXACT_DIGITS = 15


@dataclass(frozen=True, slots=True)
class IdNumber:
    """An 18-character resident ID number and the data encoded in it."""

    number: str
    birth_date: date
    gender: Literal["male", "female"]
    was_15: bool


class IdentityProblem(ValueError):
    """An invalid number: its `code`, and the sentence with the remedy."""

    def __init__(self, code: str) -> None:
        super().__init__(PROBLEMS[code])
        self.code, self.text = code, Text(PROBLEMS[code])


PROBLEMS = {
    "id_missing": sentence("没有填写身份证号码，请补填。"),
    "id_format": sentence("身份证号码应为 18 位（最后一位可为 X），请对照证件修改。"),
    "id_masked": sentence("身份证号码中间几位用星号遮住了，请填写完整的 18 位。"),
    "id_unseen": sentence("身份证号码里有一个显示不出来的字（可能是乱码）；请删去后重新输入。"),
    "id_several": sentence("这一格有不止一个身份证号码；请一行写一人。"),
    "id_float": sentence(
        "身份证号码被 Excel 当成数字，末几位已丢失。请把该列设为“文本”格式后重新输入完整的 "
        "18 位号码。"
    ),
    "id_check": sentence("身份证号码的校验码不对，多半是输错了一位，请对照证件修改。"),
    "id_birth": sentence("身份证号码里的出生日期不存在，请对照证件修改。"),
    "id_future": sentence("身份证号码里的出生日期还没有到，请对照证件修改。"),
    "id_region": sentence("身份证号码的前六位不是行政区划代码，请对照证件修改。"),
    "credit_code": sentence("统一社会信用代码应为 18 位且校验码正确，请对照营业执照修改。"),
}


# The multiplication sign and the Cyrillic and Greek letters that look like X.
_LIKE_X = str.maketrans({"×": "X", "Х": "X", "х": "X", "Χ": "X", "χ": "X", "✕": "X"})
_ID_LABEL = re.compile("^(公民|居民)?(身份(证件?|证号码?|证号|号码)?|证件)(号码|号)?:?(?=[0-9])")
_ID_REMARK = re.compile(r"[(]长期(有效)?[)]$")


def clean_id_text(text: str) -> str:
    """Drop what cannot be seen, blanks, quotes, hyphens, a label and closing punctuation; X is big.

    Characters become half-width. What looks like an X at the end is one: ×, Cyrillic Х.
    """
    narrow = re.sub(r"[\s'’‘`\"“”-]+", "", visible(text)).translate(_LIKE_X).upper()
    return _ID_REMARK.sub("", _ID_LABEL.sub("", narrow)).rstrip(".;,。、:")


def parse_id_number(
    cell: object, *, today: date, known_regions: Container[str] | None = None
) -> IdNumber:
    """Parse the ID number in a cell or a form field; 15-digit numbers are converted.

    Raises IdentityProblem: id_missing, id_format, id_masked, id_unseen, id_several, id_float,
    id_region, id_birth, id_future, id_check.
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        raise IdentityProblem("id_missing")
    text = _text_of(cell)
    if re.fullmatch(r"[0-9]{15}", text, re.ASCII):
        return _read(_from_15(text), today, known_regions, was_15=True)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text, re.ASCII):
        raise IdentityProblem(_why_not_18(text))
    return _read(text, today, known_regions, was_15=False)


def _text_of(cell: object) -> str:
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise IdentityProblem("id_format")
    if isinstance(cell, str):
        text = clean_id_text(cell)
        if re.fullmatch(r"[0-9](\.[0-9]+)?E\+?[0-9]+", text, re.ASCII):
            raise IdentityProblem("id_float")
        return re.sub(r"\.0+$", "", text)
    # A number cell holds 15 exact digits: a longer number has lost its last ones.
    if abs(cell) >= 10**EXACT_DIGITS or cell != int(cell):
        raise IdentityProblem("id_float")
    return str(int(cell))


def _why_not_18(text: str) -> str:
    """The code of the problem that a reader would see in the text."""
    if unprintable(text):
        return "id_unseen"
    if re.search(r"[0-9][*]{2,}", text):
        return "id_masked"
    several = re.findall(r"[0-9]{17}[0-9X]", text, re.ASCII)
    return "id_several" if len(several) > 1 else "id_format"


def _from_15(text: str) -> str:
    body = f"{text[:6]}19{text[6:]}"
    # stdnum ignores the last character.
    return body + str(ric.calc_check_digit(f"{body}0"))


def _read(
    number: str, today: date, known_regions: Container[str] | None, *, was_15: bool
) -> IdNumber:
    # Not stdnum's ric.validate(): it refuses numbers whose division has since been renamed.
    if number[0] == "0" or (known_regions is not None and number[:6] not in known_regions):
        raise IdentityProblem("id_region")
    try:
        birth_date = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise IdentityProblem("id_birth") from error
    if birth_date > today:
        raise IdentityProblem("id_future")
    if birth_date.year < FIRST_YEAR:
        raise IdentityProblem("id_birth")
    if ric.calc_check_digit(number) != number[17]:
        raise IdentityProblem("id_check")
    gender: Literal["male", "female"] = "male" if int(number[16]) % 2 else "female"
    return IdNumber(number, birth_date, gender, was_15)


def check_credit_code(text: str) -> str:
    """The 统一社会信用代码 in capitals. Raises IdentityProblem `credit_code`."""
    cleaned = clean_id_text(text)
    try:
        return str(uscc.validate(cleaned))
    except ValidationError as error:
        raise IdentityProblem("credit_code") from error


def mask_name(name: str) -> str:
    """A name recognisable only to those who know it: 黄筱平 → 黄*平, 张三 → 张*."""
    if len(name) <= 1:
        return "*"
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


# How a reader sees the name of somebody of a division: the name, the division's code → the text.
Names = Callable[[str, str], str]


def masked(name: str, _division_code: str) -> str:
    """As everybody sees names who may not see more."""
    return mask_name(name)


def mask_id_number(number: str) -> str:
    """The first four and the last three characters: 5120***********123."""
    return f"{number[:4]}{'*' * (len(number) - 7)}{number[-3:]}"


def mask_phone(phone: str | None) -> str | None:
    """The first three and the last two digits: 138******88; None for none."""
    if phone is None:
        return None
    if "/" in phone:
        return "/".join(str(mask_phone(one)) for one in phone.split("/"))
    if len(phone) < 7:
        return "*" * len(phone)
    return f"{phone[:3]}{'*' * (len(phone) - 5)}{phone[-2:]}"
