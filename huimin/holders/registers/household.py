"""Which household a register's row belongs to, and whether its person only lives there."""

from __future__ import annotations

import re

from huimin.core.visible_text import without_blanks
from huimin.holders.registers.cells import SheetRow
from huimin.holders.registers.given import Given
from huimin.holders.registers.header import Header
from huimin.holders.registers.row_view import RowView


def relation_of(header: Header, row: SheetRow) -> str:
    """What the row's person is to the head of the household, as written; "" if it is not said."""
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


def only_lives_there(header: Header, row: SheetRow, given: Given) -> bool:
    """Whether the row's person is in a household without being entitled: 是否保障对象 is 否."""
    view = RowView("", header, row)
    entitled = view.cell("entitled")
    if entitled is not None:
        return bool(re.match("否|不|非|无|[Nn×0]", without_blanks(str(entitled))))
    if "relation" not in header.columns or given.kinds or "kind" not in header.columns:
        return False
    return view.cell("kind") is None and not is_head(relation_of(header, row))


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
