"""Read a person's name as offices type it: with blanks for padding, or a remark after it.

What is plainly not one living person's name (two people, 张某某, 已故) is refused with a sentence
that says what is seen there.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from huimin.core.catalogue import Text, sentence
from huimin.core.name_form import name_form
from huimin.core.refusals import field_problem
from huimin.core.visible_text import unprintable, visible

NAME_MAX = 60
# With remarks and blanks; more is no name, and is not read further.
CELL_MAX = 400
_REMARK = re.compile(r"[(](户主|本人|持卡人)[)]$")
# Minority names have a dot between their parts, which is typed in many ways.
# The last is what U+02D9 becomes in its compatibility form, behind a blank.
_DOTS = re.compile("(?:\\s*[·•‧∙⋅●◦・.。․▪⸱⸳᛫ꞏ∘ˑ⦁⚫ᐧ·\u0307])+\\s*")
# Between two names; a single character on either side is rather one name with a gap.
_SEVERAL = re.compile(r"[、,;/&+]|和(?=\w{2})")
_AND_OTHERS = re.compile("(?<=[\u3400-\u9fff]{2})等([0-9一二三四五六七八九十两几]*人)?$")
_HAN_NAME = re.compile("[\u3400-\u9fff]{2,3}")
# The hundred surnames that nine of ten people have; of others a gap says nothing.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_LONG_SURNAMES = re.compile(
    "欧阳|司马|上官|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|东方|西门|南宫|端木|司徒|司空|轩辕|宇文|长孙|鲜于|闻人|申屠|钟离"
    "|淳于|单于|太史|独孤|呼延|百里|东郭|南门|澹台"
)
_LINES = re.compile(r"[\r\n]+")
_DECEASED = re.compile("已故|去世|死亡|亡故|病故|已亡|(?<=.)[(](故|亡|殁)[)]")
_NOBODY = re.compile(
    "无|空|略|暂[无缺]|不详|未知|待[定查补]|空[户缺]|姓名|合计|总计|小计|共计|测试|本人|户主|[A-Za-z]|.+之[妻夫子女父母]"
    "|同上|〃"
)
# 张O, 李XX: a letter among characters stands for one that is not said.
_PLACEHOLDER = re.compile(
    r"某|[*×?？#xX□○◯]|(?<=[\u3400-\u9fff])[A-Za-z]+|[A-Za-z]+(?=[\u3400-\u9fff])"
)
# The sign between Tibetan syllables is punctuation to Unicode, and 〇 is a number.
_LETTERS_TOO = "་〇"
_WESTERN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff .'-]+")

SEVERAL = sentence("这一格像是写了不止一个人的姓名；请一行写一人。")
DECEASED = sentence("姓名里写着已去世；请核对，在世的人请只写姓名。")
PLACEHOLDER = sentence("姓名里有“某”或代替文字的符号；请填写完整的姓名。")
NOBODY = sentence("这里写的不是一个人的姓名；请填写本人完整的姓名。")
UNSEEN = sentence("姓名里有一个显示不出来的字（可能是造字或乱码）；请对照证件重新输入。")
MISSING = sentence("没有填写姓名，请补填。")
TOO_LONG = sentence("姓名太长，最多 60 个字；请只写一个人的姓名。")
NOT_A_NAME = sentence("姓名只能是文字，不能有数字和符号（少数民族姓名可用“·”），请改正。")


class NameProblem(ValueError):
    """The text is not one person's name; `text` says what is seen and the remedy."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.text = Text(source)


def read_name(cell: Any) -> str:
    """The name in a cell, in one form wherever it enters. Raises NameProblem."""
    if not isinstance(cell, str):
        raise NameProblem(NOT_A_NAME)
    text = visible(cell).strip().strip("'’‘\"“”")
    text = _REMARK.sub("", text.strip()).strip()
    problem = _problem_of_text(text)
    if problem is not None:
        raise NameProblem(problem)
    if _WESTERN.fullmatch(text):
        name = " ".join(text.split())
    else:
        name = _DOTS.sub("·", "".join(_LINES.sub("", text).split())).strip("·")
    problem = _problem_of_name(name)
    if problem is not None:
        raise NameProblem(problem)
    return name


def _problem_of_text(text: str) -> str | None:
    """What is seen in the text beside a name, or instead of it."""
    if not text:
        return MISSING
    if unprintable(_LINES.sub("", text).replace("\t", "")):
        return UNSEEN
    if len(text) > CELL_MAX:
        return TOO_LONG
    if text.startswith("#"):  # a spreadsheet's error: #N/A
        return NOT_A_NAME
    if _DECEASED.search(text):
        return DECEASED
    return SEVERAL if _two_people(text) else None


def _problem_of_name(name: str) -> str | None:
    """Why the cleaned text is not one person's name."""
    if _NOBODY.fullmatch(name):
        return NOBODY
    if len(name) > 1 and _PLACEHOLDER.search(name) and not _WESTERN.fullmatch(name):
        return PLACEHOLDER
    if len(name) > NAME_MAX:
        return TOO_LONG
    return None if _is_name(name) else NOT_A_NAME


def checked_name(field: str, name: str) -> str:
    """A person's name in the form that it has everywhere. Raises FieldProblems on `field`."""
    try:
        return read_name(name)
    except NameProblem as error:
        raise field_problem(field, error.text) from error


def same_name(one: str, other: str) -> bool:
    """Whether two written names are one person's: in another form, or in traditional characters."""
    return name_form(one) == name_form(other)


def _two_people(text: str) -> bool:
    lines = [line.strip() for line in _LINES.split(text) if line.strip()]
    if len(lines) > 1 and all(len(line) >= 2 for line in lines):
        return True
    if _WESTERN.fullmatch(text):
        return False
    parts = [part for part in _SEVERAL.split(text) if part.strip()]
    return len(parts) > 1 or _two_names_with_a_gap(text) or bool(_AND_OTHERS.search(text))


def _two_names_with_a_gap(text: str) -> bool:
    """张三 李四: two whole names; 欧阳 修文 is one, and so are the parts of a Tibetan's."""
    parts = text.split()
    if len(parts) < 2 or not all(_HAN_NAME.fullmatch(part) for part in parts):
        return False
    return all(part[0] in _SURNAMES for part in parts) and not _LONG_SURNAMES.match(parts[0])


def _is_name(name: str) -> bool:
    bare = re.sub("[· .'-]", "", name)
    letters = [c for c in bare if c not in _LETTERS_TOO and unicodedata.category(c)[0] != "M"]
    return (
        bool(bare)
        and len(name) <= NAME_MAX
        and not unicodedata.category(bare[0]).startswith("M")
        and all(letter.isalpha() for letter in letters)
        and (bool(letters) or set(bare) == {"〇"})
        and not (name.endswith("-") or name.startswith("-"))
    )
