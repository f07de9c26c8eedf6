"""What a sheet's header says: the column of each field, of each family member, and of a head.

find_header.py finds the rows that it takes, arrange_columns.py decides whose columns are whose.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from huimin.core.catalogue import Words
from huimin.holders.registers.cells import SheetRow, own_text, shown_text
from huimin.holders.registers.column_head import flat

# Fewer known columns than this are a coincidence, not a header.
KNOWN_COLUMNS_MIN = 3

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
        "place": "地址",
        "ends_on": "截止日期",
        "state": "状态",
        "entitled": "是否保障对象",
        "ended_flag": "是否停保",
        "relation": "与户主关系",
        "household": "户号",
        "head_name": "户主姓名",
        "remark": "备注",
    },
)


@dataclass(frozen=True, slots=True)
class MemberColumns:
    """The columns (from 0) of one family member; `relation_word` is in the head: 配偶."""

    name: int
    relation: int | None = None
    id_number: int | None = None
    relation_word: str = ""


@dataclass(frozen=True)
class Header:
    """The header's last row, the column (from 0) of each field, and the spellings by column.

    `months` are the columns whose head asks for a month, `kind_implied` the eligibility that the
    head of the kind's column names, `unclear` the columns between which nothing decides, by field.
    """

    row_number: int
    columns: dict[str, int]
    spelled: dict[int, str]
    members: tuple[MemberColumns, ...] = ()
    remarks: tuple[int, ...] = ()
    # Several columns may say that an aid has ended: 停保时间, 死亡时间; 是否停保, 是否死亡.
    ends: tuple[int, ...] = ()
    flags: tuple[int, ...] = ()
    # A row may have more than one state: 业务状态, 人员状态. Of the first, each word must be known.
    states: tuple[int, ...] = ()
    # Cells that list a whole family or one member each, and kinds beside the one that counts.
    families: tuple[int, ...] = ()
    other_kinds: tuple[int, ...] = ()
    months: frozenset[int] = frozenset()
    kind_implied: str | None = None
    unclear: dict[str, tuple[int, ...]] = field(default_factory=dict)
    first_row: int = 0

    def missing(self, supplied: Collection[str] = ()) -> list[str]:
        """The required fields that no column has and nobody `supplied`."""
        present = {*self.columns, *supplied}
        if self.unclear:
            present |= {"name", "id_number"}
        if "place" in present:
            present |= {"town", "village"}
        return [name for name in REQUIRED if name not in present]

    def repeated_in(self, row: SheetRow, *, wholly: bool = False) -> bool:
        """Whether a row repeats the header, as on each printed page; or all of it that it has."""
        filled = [c for c in range(len(row.cells)) if own_text(row.cells[c])]
        matching = [
            c for c in filled if flat(shown_text(row.cells[c])) == flat(self.spelled.get(c, ""))
        ]
        return len(matching) >= KNOWN_COLUMNS_MIN and (not wholly or matching == filled)
