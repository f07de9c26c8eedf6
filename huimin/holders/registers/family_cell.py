"""Read the cell in which an office lists a whole family: 张三（配偶）5110…；李四（子）.

Members are separated by ；、, commas or line breaks. If a member can't be read, the cell is
refused; nobody is ever dropped silently.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from huimin.core.catalogue import Text
from huimin.core.identity import PROBLEMS, IdentityProblem, parse_id_number
from huimin.core.visible_text import visible, without_blanks
from huimin.holders.people import FAMILY_MAX, SELF, FamilyDraft
from huimin.holders.person_name import NameProblem, read_name

RELATION_CHARACTERS_MAX = 12
NOBODY = {"", "无", "没有", "/", "-", "--", "—", "0", "无其他成员"}
HOLDER_WORDS = (SELF, "户主", "持卡人")
# A relation that the register does not say.
MEMBER = "家庭成员"

# A comma inside brackets belongs to one member: 张三（配偶，5110…）.
_BETWEEN = re.compile(r"[;、,。\r\n]+(?![^()]*\))")
# 15 or 18 characters, possibly with blanks between them, as in the holder's own column.
_NUMBER = re.compile(r"[0-9](?:[\s'-]*[0-9]){13,17}(?:[\s'-]*[0-9Xx])?", re.ASCII)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_WORDS_FIRST = re.compile(r"^([^:\s]{1,6}):(.+)$")


class FamilyProblem(ValueError):
    """The cell can't be read; `text` names the member's place, not name, and the remedy."""

    def __init__(self, source: str, /, **params: Any) -> None:
        self.text = Text(source, params)
        super().__init__(self.text.say())


def read_family(cell: Any, *, today: date, holder_number: str = "") -> tuple[FamilyDraft, ...]:
    """The family members in a cell, without the holder. Raises FamilyProblem."""
    if cell is None:
        return ()
    if not isinstance(cell, str):
        raise FamilyProblem("家庭成员应为文字，例如“张三（配偶）；李四（子）”，请改为文字。")
    text = visible(cell).strip()
    if text in NOBODY:
        return ()
    members: list[FamilyDraft] = []
    for place, part in enumerate((p for p in _BETWEEN.split(text) if p.strip()), start=1):
        member = _member(part.strip(), place, today)
        if member.relation in HOLDER_WORDS or (holder_number and member.id_number == holder_number):
            continue
        if member not in members:
            members.append(member)
    if len(members) > FAMILY_MAX:
        raise FamilyProblem("家庭成员最多 {most} 人，请核对是否把几户写进了一格。", most=FAMILY_MAX)
    return tuple(members)


def member_in_columns(
    name: Any, relation: Any, number: Any, *, place: int, today: date
) -> FamilyDraft:
    """The member in columns of their own: name, relation, ID number. Raises FamilyProblem."""
    try:
        read = read_name(name)
    except NameProblem as error:
        raise FamilyProblem(
            "第 {place} 位家庭成员的姓名读不出来：{problem}", place=place, problem=error.text
        ) from error
    words = without_blanks(str(relation or "")) or MEMBER
    if len(words) > RELATION_CHARACTERS_MAX or not words.isalpha():
        raise FamilyProblem(
            "第 {place} 位家庭成员与户主的关系读不出来，请只写关系，例如“配偶”。", place=place
        )
    if number is None:
        return FamilyDraft(read, words)
    try:
        return FamilyDraft(read, words, parse_id_number(number, today=today).number)
    except (IdentityProblem, ValueError, OverflowError) as error:
        problem = error.text if isinstance(error, IdentityProblem) else Text(PROBLEMS["id_format"])
        raise FamilyProblem(
            "第 {place} 位家庭成员：{problem}不知道可以不写。", place=place, problem=problem
        ) from error


def _member(text: str, place: int, today: date) -> FamilyDraft:
    number, rest = _number(text, place, today)
    relation = ""
    bracketed = _BRACKETS.findall(rest)
    if bracketed:
        relation = " ".join(bracketed)
        rest = _BRACKETS.sub(" ", rest)
    elif (labelled := _WORDS_FIRST.match(rest.strip())) is not None:
        relation, rest = labelled[1], labelled[2]
    else:
        words = rest.split()
        if len(words) == 2:
            rest, relation = words
    relation = re.sub(r"身份证号?码?|[\s:;,、]", "", relation)
    rest = re.sub(r"身份证号?码?:?", "", rest).strip(" :")
    if not relation or len(relation) > RELATION_CHARACTERS_MAX or not relation.isalpha():
        raise FamilyProblem(
            "第 {place} 位家庭成员没有写清与户主的关系，请写成“姓名（关系）身份证号码”，"
            "各人之间用分号隔开。",
            place=place,
        )
    try:
        return FamilyDraft(read_name(rest), relation, number)
    except NameProblem as error:
        raise FamilyProblem(
            "第 {place} 位家庭成员的姓名读不出来，请写成“姓名（关系）身份证号码”，"
            "各人之间用分号隔开。",
            place=place,
        ) from error


def _number(text: str, place: int, today: date) -> tuple[str | None, str]:
    match = _NUMBER.search(text)
    if match is None:
        if re.search("[0-9]{4}", text):
            raise FamilyProblem(
                "第 {place} 位家庭成员的身份证号码位数不对，应为 18 位，请对照证件修改；"
                "不知道可以不写。",
                place=place,
            )
        return None, text
    try:
        number = parse_id_number(match[0], today=today).number
    except IdentityProblem as error:
        raise FamilyProblem(
            "第 {place} 位家庭成员：{problem}不知道可以不写。", place=place, problem=error.text
        ) from error
    return number, text[: match.start()] + " " + text[match.end() :]
