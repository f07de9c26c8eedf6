"""Find a sheet's header and the meaning of each column, however the office spells it.

Titles, units and dates above it differ from sheet to sheet; a header may take two rows. A sheet
without a header is instructions, not data; a header without a required column is a problem to
report, never a sheet to skip silently.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from huimin.core.catalogue import Words
from huimin.holders.registers.cells import Formula, Merged, SheetRow

SEARCHED_ROWS = 40
# Fewer known columns than this are a coincidence, not a header.
KNOWN_COLUMNS_MIN = 3
HEADER_CHARACTERS_MAX = 24

REQUIRED = ("name", "id_number", "town", "village", "kind", "starts_on")
COLUMN_NAMES = Words(
    "register_column",
    {
        "serial": "序号",
        "name": "姓名",
        "id_number": "身份证号码",
        "phone": "联系电话",
        "town": "乡镇（街道）",
        "village": "村（社区）",
        "kind": "保障类别",
        "starts_on": "认定日期",
        "family": "家庭成员",
    },
)

SPELLED = {
    "serial": "序号 编号",
    "name": "姓名 户主姓名 户主 持卡人 申请人 保障对象 救助对象 困难群众 对象",
    "id_number": (
        "公民身份号码 公民身份证号码 身份证 身份证号 身份证号码 证件号码 证件号 身份号码 "
        "居民身份证 公民身份证 户主身份证"
    ),
    "phone": "联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 联系号码",
    "town": "乡镇街道 乡镇 镇乡 街道 镇街 街镇 乡街道 镇街道 街道乡镇 镇",
    "village": "村社区 村居 村 社区 村社 村民委员会 居委会 村委会 村居委会 行政村 社区村",
    "kind": (
        "保障类别 救助类别 保障类型 救助类型 类别 困难类别 困难类型 人员类别 对象类别 对象类型 "
        "身份类别 保障种类 救助种类 人员类型"
    ),
    "starts_on": (
        "认定日期 认定时间 起始时间 起始日期 开始时间 开始日期 批准日期 批准时间 审批日期 审批时间 "
        "享受时间 享受日期 纳入时间 纳入日期 保障起始时间 享受起始时间 起始 起保时间"
    ),
    "family": "家庭成员 共同生活家庭成员 家庭共同生活成员 共同生活成员 家属 家庭成员情况",
}
SPELLINGS: dict[str, str] = {
    spelling: field for field, spellings in SPELLED.items() for spelling in spellings.split()
}

# For columns that match no spelling above; the first match counts. Columns about other people
# (guardian, who filled it in) must not be taken for the holder's.
OTHERS = re.compile(
    "监护|代理|经办|联系人|开户|成员|配偶|家属|人数|审核|填报|调查|银行|卡号|残疾证"
)
LIKENESSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("family", re.compile("(家庭|生活)成员(?!.*(数|收入))")),
    ("id_number", re.compile("身份(证|号)|证件号")),
    ("name", re.compile("姓名$")),
    ("phone", re.compile("电话|手机")),
    ("town", re.compile("乡镇|镇街|镇乡|街道(?!.*村)")),
    ("village", re.compile("村|社区")),
    ("kind", re.compile("(保障|救助|困难|人员|对象|身份).*(类别|类型|种类)")),
    ("starts_on", re.compile("(认定|起始|开始|批准|审批|享受|纳入|起保).*(日期|时间|年月)")),
)


@dataclass(frozen=True)
class Header:
    """The header's last row, the column (from 0) of each field, and the spellings by column."""

    row_number: int
    columns: dict[str, int]
    spelled: dict[int, str]

    @property
    def missing(self) -> list[str]:
        """The required fields without a column."""
        return [field for field in REQUIRED if field not in self.columns]

    def repeated_in(self, row: SheetRow) -> bool:
        """Whether a row repeats the header, as on each printed page."""
        matching = [
            c for c, text in self.spelled.items() if _text(_at(row.cells, c)) == normal(text)
        ]
        return len(matching) >= KNOWN_COLUMNS_MIN


def find_header(rows: Sequence[SheetRow]) -> Header | None:
    """The header among a sheet's first rows, or None."""
    best: Header | None = None
    for index, row in enumerate(rows):
        one = _header(row.number, row.cells)
        if one is None:
            continue
        if not one.missing:
            return one
        if index + 1 < len(rows):
            two = _header(rows[index + 1].number, _stacked(row.cells, rows[index + 1].cells))
            if two is not None and not two.missing:
                return two
        if best is None or len(one.columns) > len(best.columns):
            best = one
    return best


def normal(text: str) -> str:
    """A header's text in half width without blanks and punctuation."""
    return re.sub(
        r"[\s()\[\]<>{}*:、/\\.,_|+\-—·【】《》]+", "", unicodedata.normalize("NFKC", text)
    )


def _header(row_number: int, cells: Sequence[Any]) -> Header | None:
    texts = {column: _text(cell) for column, cell in enumerate(cells)}
    texts = {c: text for c, text in texts.items() if 0 < len(text) <= HEADER_CHARACTERS_MAX}
    columns: dict[str, int] = {}
    for column, text in texts.items():
        field = SPELLINGS.get(_stripped(text))
        if field is not None:
            columns.setdefault(field, column)
    for column, text in texts.items():
        field = _likeness(text)
        if field is not None and field not in columns and column not in columns.values():
            columns[field] = column
    if len(columns) < KNOWN_COLUMNS_MIN:
        return None
    spelled = {column: _spelled(cells[column]) for column in texts}
    return Header(row_number, columns, spelled)


def _likeness(text: str) -> str | None:
    for field, pattern in LIKENESSES:
        if pattern.search(text) and (field == "family" or not OTHERS.search(text)):
            return field
    return None


def _stripped(text: str) -> str:
    bare = re.sub("^(所属|所在|户籍|户主|持卡人|申请人|本人|对象|现居住?|居住|家庭住址)", "", text)
    return text if text in SPELLINGS else re.sub("(名称|全称)$", "", bare)


def _stacked(above: Sequence[Any], below: Sequence[Any]) -> list[Any]:
    """Two rows as one header: the lower cell, or the upper one if that is empty."""
    width = max(len(above), len(below))
    return [
        _at(below, column) if _text(_at(below, column)) else _at(above, column)
        for column in range(width)
    ]


def _at(cells: Sequence[Any], column: int) -> Any:
    return cells[column] if column < len(cells) else None


def _spelled(cell: Any) -> str:
    value = cell.value if isinstance(cell, Merged) else cell
    return re.sub(r"\s+", "", str(value))


def _text(cell: Any) -> str:
    if isinstance(cell, Merged):
        return _text(cell.value)
    return "" if cell is None or isinstance(cell, Formula) else normal(str(cell))
