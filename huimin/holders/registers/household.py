"""Which household a register's row belongs to, and whether its person only lives there."""

from __future__ import annotations

import re

from huimin.core.name_form import simplified_words
from huimin.core.visible_text import without_blanks
from huimin.holders.registers.cells import SheetRow
from huimin.holders.registers.header import Header
from huimin.holders.registers.row_view import RowView
from huimin.holders.registers.supplement import Supplement

_NO = re.compile("否|不|非|无|未|[Nn×xX✗✘╳0]|[Ff]alse")
# Of a household's people, who is not entitled: 非保障人员 in a column beside 保障类别.
_NOT_ENTITLED = re.compile(
    "[非未无不](保障|救助|低保|特困|享受|在保|纳入|供养)(人员|对象|成员|人口)?|(其他)?(共同生活|家庭)+成员"
)


def relation_of(header: Header, row: SheetRow) -> str:
    """What the row's person is to the head of the household, as written; "" if it is not entry."""
    cell = RowView("", header, row).cell("relation")
    return without_blanks(str(cell)) if cell is not None else ""


def household_of(header: Header, row: SheetRow) -> str | None:
    """By what the row's household is known: its number, or the name of its head."""
    view = RowView("", header, row)
    for name in ("household", "head_name"):
        cell = view.cell(name)
        if cell is None and view.merged(name):
            cell = row.cells[header.columns[name]].value
        if cell is not None:
            return without_blanks(str(cell))
    return None


def only_lives_there(header: Header, row: SheetRow, supplement: Supplement) -> bool:
    """Whether the row's person is in a household without being entitled: 是否保障对象 is 否."""
    view = RowView("", header, row)
    for column in view.header.other_kinds:
        entry = view.at(column, "kind")
        if isinstance(entry, str) and _NOT_ENTITLED.fullmatch(
            simplified_words(without_blanks(entry))
        ):
            return True
    entitled = view.cell("entitled")
    if entitled is not None:
        return bool(_NO.match(without_blanks(str(entitled))))
    if "entitled" in header.columns and _in_households(header):
        return True  # nothing stands where the others have 是 or √
    if "relation" not in header.columns or supplement.kinds or "kind" not in header.columns:
        return False
    return view.cell("kind") is None and not is_head(relation_of(header, row))


def _in_households(header: Header) -> bool:
    return any(name in header.columns for name in ("relation", "household", "head_name"))


def is_head(relation: str) -> bool:
    """Whether a relation says that it is the head of the household: 户主, 本人."""
    return bool(re.fullmatch("户主|(户主)?本人|本人或户主|本人[(]?户主[)]?|申请人|家长", relation))


def only_members(header: Header, row: SheetRow) -> bool:
    """Whether a row continues the household above: family members and no person of its own."""
    if not header.members:
        return False
    view = RowView("", header, row)
    if view.cell("name") is not None or view.cell("id_number") is not None:
        return False
    return any(view.at(member.name) is not None for member in header.members)
