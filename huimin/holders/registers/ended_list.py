"""Tell by its title a list of people who are no longer, or not yet, entitled: 停发人员名单.

Such a list has the same columns as a register. Read as one it would enrol whom it strikes off.
"""

from __future__ import annotations

import re

from huimin.core.name_form import simplified_words
from huimin.core.visible_text import without_blanks
from huimin.holders.registers.cells import SheetRow, is_blank

TITLE_CHARACTERS_MAX = 60

_OVER = (
    "停保|停发|停止|取消|退出|退保|注销|死亡|去世|迁出|清退|核减|减少|终止|不符合|未通过|不予"
    "|拟(纳入|新增|享受|保障|认定|审批|上报|取消|停发?|停保|退出)|待审批"
)
_WHOM = (
    "(低保|特困|五保|孤儿|残疾人?|补贴|保障|救助|待遇|资格|条件|供养|发放|享受|城市|农村|城乡)*(的)?"
    "(人员|对象|家庭|户|人口|群众|儿童|老人|名单|名册|花名册|明细|台账|清单|登记表|统计表|一览表|汇总表|公示)"
)
_TITLE = re.compile(f"(?:{_OVER}){_WHOM}")
_ALONE = re.compile(f"([0-9]+年?)?([0-9]+月)?(份)?(已)?(?:{_OVER})({_WHOM})?[0-9]*")
# A list of both has a column that tells them apart, or is a register with a remark.
_BOTH = re.compile("新增|增减|变动|变更|在保|在享|现有|动态|含|包括|除|剔")
_NUMBERED = re.compile(r"^\(?[一二三四五六七八九十0-9]{1,3}[)、.．]")
_SECTION = re.compile(f"{_WHOM}|在保|在享|新增|现有")


def is_ended_list(title: str) -> bool:
    """Whether a sheet's name, title or section heading is of people whose aid is not in force."""
    text = _NUMBERED.sub("", simplified_words(without_blanks(title))).rstrip(":")
    if not text or len(text) > TITLE_CHARACTERS_MAX or _BOTH.search(text):
        return False
    return bool(_TITLE.search(text) or _ALONE.fullmatch(text))


def ended_title(titles: list[str]) -> str | None:
    """The first of a sheet's titles that is of an ended list; None for a register."""
    return next((title for title in titles if is_ended_list(title)), None)


def heading_of(row: SheetRow) -> str | None:
    """The only text of a row, as a heading over a part of a table has it; or None."""
    filled = [cell for cell in row.cells if not is_blank(cell)]
    if len(filled) == 1 and isinstance(filled[0], str):
        return filled[0]
    return None


def begins_section(heading: str) -> bool:
    """Whether a heading says who stands below it: 二、停发人员, 新增."""
    text = simplified_words(without_blanks(heading))
    return bool(is_ended_list(text) or _SECTION.search(text))
