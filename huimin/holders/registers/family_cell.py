"""Read the cell in which an office lists a whole family: 张三（配偶）5110…；李四（子）.

Members are separated by ；、, commas or line breaks. If a member can't be read, the cell is
refused; nobody is ever dropped silently.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from huimin.core.catalogue import Text
from huimin.core.identity import PROBLEMS, IdentityProblem, parse_id_number
from huimin.core.visible_text import unprintable, visible, without_blanks
from huimin.holders.people import FAMILY_MAX, SELF, FamilyDraft
from huimin.holders.person_name import NameProblem, read_name

RELATION_CHARACTERS_MAX = 12
NOBODY = {"", "无", "没有", "/", "-", "--", "—", "0", "无其他成员"}
HOLDER_WORDS = (SELF, "户主", "持卡人")
# A relation that the register does not say.
MEMBER = "家庭成员"

# Nobody but the holder, or only how many live there.
_NONE = re.compile(
    "无?(其他|其它)?(家庭|共同生活)*成员|(无|没有)(其他|其它)?.{0,6}(成员|家属|人)?|单人户|一人户|独居|(共?[0-9]{1,2}人?)"
)
_COUNT = re.compile(r"^(全家|家庭|共|计)*[0-9]{1,2}[人口][:,;]\s*")
# Between members: signs, a number before each, a bracket that another name follows.
_BETWEEN = re.compile(
    r"[;。\r\n]+(?![^()]*\))|(?:^|(?<=[\s;,、)。]))[0-9]{1,2}[.、)](?=[^0-9])"
    r"|(?<=\))\s*(?=[\u3400-\u9fff])(?!身份证|电话)"
)
# Between members or between what is said of one; inside brackets it belongs to one member.
_PIECES = re.compile(r"[,、/|]+(?![^()]*\))")
_BLANKS = re.compile(r"\s+(?![^()]*\))")
_WORDS = re.compile(r"[\s,、/|—-]+")
# 15 or 18 characters, possibly with blanks between them, as in the holder's own column.
_NUMBER = re.compile(r"[0-9](?:[\s'-]*[0-9]){13,17}(?:[\s'-]*[0-9Xx])?", re.ASCII)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_WORDS_FIRST = re.compile(r"^([^:\s]{1,6}):(.+)$")
_LABELS = re.compile(
    "(公民)?身份(证|号码)(件?号码?)?:?|[0-9]{1,3}岁|(?<![^\\s,、/|(])[男女](?=[\\s,、/|)])"
)
_RELATION = re.compile(
    "户主|本人|妻子?|丈夫|夫|配偶|爱人|老伴|父亲?|母亲?|公公|婆婆|岳父|岳母|[长次三四五大二小幺独养继]?(儿子|女儿|子|女)"
    "|儿媳妇?|媳妇?|女婿|孙[子女媳]?|外孙[子女]?|曾孙[子女]?|祖父|祖母|爷爷|奶奶|外公|外婆|外祖[父母]|兄|弟|姐|妹"
    "|哥哥?|弟弟|姐姐|妹妹|侄[子女儿]?|外甥女?|叔叔?|伯[父母]?|姑姑?|舅舅?|姨|其他|成员|家庭成员|监护人"
)
# 妻子张三; 孙子涵 may be a name, so 孙 alone is none of these.
_RELATION_AND_NAME = re.compile(
    "(妻子|妻|丈夫|配偶|父亲|母亲|[长次三四五大二小幺独养继][子女]|儿子|女儿|儿媳妇?|女婿|孙女|祖父|祖母|爷爷|奶奶"
    "|子|女|父|母)([\u3400-\u9fff·]{2,})"
)


class FamilyProblem(ValueError):
    """The cell can't be read; `text` names the member's place, not name, and the remedy."""

    def __init__(self, source: str, /, **params: Any) -> None:
        self.text = Text(source, params)
        super().__init__(self.text.say())


def read_family(cell: Any, *, today: date, holder_number: str = "") -> tuple[FamilyDraft, ...]:
    """The family members in a cell, without the holder and each once. Raises FamilyProblem."""
    members: list[FamilyDraft] = []
    for member in members_as_written(cell, today=today):
        if member.relation in HOLDER_WORDS or (holder_number and member.id_number == holder_number):
            continue
        if member not in members:
            members.append(member)
    if len(members) > FAMILY_MAX:
        raise FamilyProblem("家庭成员最多 {most} 人，请核对是否把几户写进了一格。", most=FAMILY_MAX)
    return tuple(members)


def members_as_written(cell: Any, *, today: date) -> tuple[FamilyDraft, ...]:
    """Everybody in a cell, also the holder and those who are there twice. Raises FamilyProblem."""
    if cell is None:
        return ()
    if isinstance(cell, int | float) and cell in range(FAMILY_MAX + 1):
        return ()  # how many there are
    if not isinstance(cell, str):
        raise FamilyProblem("家庭成员应为文字，例如“张三（配偶）；李四（子）”，请改为文字。")
    text = re.sub(r"[\[【{]", "(", re.sub(r"[\]】}]", ")", visible(cell))).strip()
    if text in NOBODY or _NONE.fullmatch(text.rstrip("。.")):
        return ()
    if unprintable(re.sub(r"\s", "", text)):
        raise FamilyProblem(
            "家庭成员里有一个显示不出来的字（可能是造字或乱码）；请对照证件重新输入。"
        )
    parts = enumerate(_parts(_COUNT.sub("", text)), start=1)
    return tuple(_member(part, place, today) for place, part in parts)


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


def _parts(text: str) -> list[str]:
    """What is said of each member: 张三,妻子,5110…,张四,长子 are two."""
    parts: list[str] = []
    for part in _BETWEEN.split(text):
        pieces = _PIECES.split(part)
        if len(pieces) == 1 and len(_relations(_BRACKETS.sub(r" \1 ", part))) > 1:
            pieces = _BLANKS.split(part)
        parts += [" ".join(group) for group in _said_twice(pieces)]
    return parts


def _said_twice(pieces: Sequence[str]) -> list[list[str]]:
    """The pieces in groups; another begins with a second name, relation or number."""
    groups: list[list[str]] = []
    seen: set[str] = set()
    for piece in filter(None, (piece.strip() for piece in pieces)):
        kinds = _kinds_of(piece)
        if not groups or kinds & seen:
            groups.append([])
            seen = set()
        groups[-1].append(piece)
        seen |= kinds
    return groups


def _kinds_of(piece: str) -> set[str]:
    kinds = {"number"} if _NUMBER.search(piece) else set()
    for word in _words(_BRACKETS.sub(r" \1 ", _NUMBER.sub(" ", piece))):
        both = _RELATION_AND_NAME.fullmatch(word)
        kinds |= {"relation"} if _RELATION.fullmatch(word) else {"name"}
        kinds |= {"relation"} if both else set()
    return kinds


def _words(text: str) -> list[str]:
    return [word for word in _WORDS.split(_LABELS.sub(" ", text).replace(":", " ")) if word]


def _relations(text: str) -> list[str]:
    return [word for word in _words(text) if _RELATION.fullmatch(word)]


def _member(text: str, place: int, today: date) -> FamilyDraft:
    number, rest = _number(text, place, today)
    relation, name = _relation_and_name(rest)
    relation = re.sub(r"[\s:;,、]", "", relation)
    if not relation or len(relation) > RELATION_CHARACTERS_MAX or not relation.isalpha():
        raise FamilyProblem(
            "第 {place} 位家庭成员没有写清与户主的关系，请写成“姓名（关系）身份证号码”，"
            "各人之间用分号隔开。",
            place=place,
        )
    try:
        return FamilyDraft(read_name(name), relation, number)
    except NameProblem as error:
        raise FamilyProblem(
            "第 {place} 位家庭成员的姓名读不出来，请写成“姓名（关系）身份证号码”，"
            "各人之间用分号隔开。",
            place=place,
        ) from error


def _relation_and_name(text: str) -> tuple[str, str]:
    """The relation, "" if there is none, and the name: 张三(妻子), 妻子(张三), 妻子:张三."""
    bracketed = [" ".join(_words(inside)) for inside in _BRACKETS.findall(text)]
    labelled = _WORDS_FIRST.match(_LABELS.sub("", text).strip())
    outside = _words(_BRACKETS.sub(" ", text))
    if len(_relations(" ".join(bracketed))) > 1:
        return "", ""  # two people without a sign between them
    if inside := " ".join(filter(None, bracketed)):
        if (
            len(outside) == 1
            and _RELATION.fullmatch(outside[0])
            and not _RELATION.fullmatch(inside)
        ):
            return outside[0], inside
        return inside, " ".join(outside)
    if labelled is not None:
        return labelled[1], " ".join(_words(labelled[2]))
    relations = _relations(" ".join(outside))
    if len(relations) == 1 and len(outside) > 1:
        return relations[0], " ".join(word for word in outside if word != relations[0])
    if len(outside) == 2:
        return outside[1], outside[0]
    both = _RELATION_AND_NAME.fullmatch(outside[0]) if len(outside) == 1 else None
    return (both[1], both[2]) if both else ("", " ".join(outside))


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
