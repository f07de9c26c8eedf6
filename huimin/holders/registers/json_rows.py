"""The rows that a program sends as JSON, as the one sheet of a register.

They are read like every other register: by the same rules, with the same refusals. A row of the
list is the sheet's row of the same number, counted from 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from huimin.core.json_text import read_json, write_json
from huimin.core.words import ELIGIBILITIES
from huimin.divisions.find import town_of
from huimin.holders.registers.cells import Sheet, SheetRow
from huimin.holders.registers.header import COLUMN_NAMES

JSON_ENDING = ".json"
SHEET = "JSON"
# The fields of a row that are columns of their own, in order.
FIELDS = (
    *("name", "id_number", "phone", "town", "village", "place", "kind", "starts_on", "ends_on"),
    *("state", "remark"),
)
# The heads of one family member's columns.
_MEMBER_HEADS = {"name": "成员{n}姓名", "relation": "成员{n}关系", "id_number": "成员{n}身份证号码"}


def file_of(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The rows as the job keeps them, until a job reads them with `json_sheets`."""
    return write_json(list(rows)).encode()


def person_ids(content: bytes) -> dict[int, str]:
    """The sender's own ids of people by row."""
    rows: list[Mapping[str, Any]] = read_json(content)
    return {number: row["person_id"] for number, row in enumerate(rows, 1) if row.get("person_id")}


def json_sheets(path: Path) -> Iterator[Sheet]:
    """The one sheet of a file that `file_of` made: a head in row 0, and what some row has."""
    rows = [_flat(row) for row in read_json(path.read_bytes())]
    most = max((len(row["family"]) for row in rows), default=0)
    fields = [name for name in FIELDS if any(row.get(name) for row in rows)]
    heads = [COLUMN_NAMES.say(name) for name in fields]
    heads += [head.format(n=n) for n in range(1, most + 1) for head in _MEMBER_HEADS.values()]

    def sheet_rows() -> Iterator[SheetRow]:
        yield SheetRow(0, tuple(heads))
        for number, row in enumerate(rows, 1):
            members = [member.get(name) for member in row["family"] for name in _MEMBER_HEADS]
            yield SheetRow(number, (*(row.get(name) for name in fields), *members))

    yield Sheet(SHEET, sheet_rows(), len(rows))


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its place and kind as a register has them."""
    flat = {**row, "family": row.get("family") or []}
    code = row.get("division_code")
    if code:
        flat |= {"town": town_of(code), "village": code}
    if row.get("kind") in ELIGIBILITIES:
        flat["kind"] = ELIGIBILITIES.say(row["kind"])
    return flat
