"""Say what was understood of a register's columns, with its first rows, before it is imported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from huimin.core.catalogue import Text, sentence, text
from huimin.core.identity import mask_name
from huimin.holders.registers.cells import Formula, Merged, SheetRow, is_blank
from huimin.holders.registers.header import COLUMN_NAMES, Header
from huimin.holders.registers.problem import column_letter
from huimin.holders.registers.result import Question, RegisterCheck, Understood

SAMPLE_CHARACTERS_MAX = 24
UNREAD = "unread"
OF_PERSON = sentence("{field}（本人）")
OF_MEMBER = sentence("{field}（家庭成员）")
MASKED_FIELDS = ("name", "head_name", "family", UNREAD)


def columns_understood(header: Header) -> Iterator[tuple[int, str, str]]:
    """(column from 0, field, "person", "member" or "row") of each column that is read, in order."""
    columns = [
        (column, name, "person" if name in ("name", "id_number", "phone") else "row")
        for name, column in header.columns.items()
        if name != "serial"
    ]
    for member in header.members:
        columns += [
            (column, name, "member")
            for name, column in (
                ("name", member.name),
                ("relation", member.relation),
                ("id_number", member.id_number),
            )
            if column is not None
        ]
    columns += [(column, "remark", "row") for column in header.remarks]
    yield from sorted(columns)


def fields_by_column(check: RegisterCheck) -> dict[tuple[str, str | None], str]:
    """The field that was read from each column, by sheet and letter."""
    return {
        (understood.sheet, column_letter(column)): name
        for understood in check.understood
        for header in understood.headers
        for column, name, _ in columns_understood(header)
    }


def columns_unread(header: Header, rows: Sequence[SheetRow]) -> list[int]:
    """The columns (from 0) with data or a head of their own that nothing was read from."""
    read = {column for column, _, _ in columns_understood(header)}
    read |= {header.columns["serial"]} if "serial" in header.columns else set()
    filled = {c for row in rows for c, cell in enumerate(row.cells) if not is_blank(cell)}
    return sorted((filled | set(header.spelled)) - read)


def meaning(name: str, of: str) -> Text:
    """What a column was understood to hold: 姓名（本人）."""
    if name == UNREAD:
        return text("没有读")
    field = COLUMN_NAMES.text(name)
    if of == "row":
        return text("{field}", field=field)
    return Text(OF_PERSON if of == "person" else OF_MEMBER, {"field": field})


def understood_rows(understood: Understood) -> list[dict[str, Any]]:
    """For each column read: its letter, its head, its meaning (kept text) and masked samples."""
    rows = []
    for header in understood.headers:
        for column, name, of in columns_understood(header):
            rows.append(
                {
                    "sheet": understood.sheet,
                    "column": column_letter(column),
                    "head": header.spelled.get(column, ""),
                    "field": name,
                    "of": of,
                    "samples": [_sample(row.cells, column, name) for row in understood.samples],
                }
            )
    if len(understood.headers) == 1:
        (header,) = understood.headers
        for column in columns_unread(header, understood.samples):
            rows.append(
                {
                    "sheet": understood.sheet,
                    "column": column_letter(column),
                    "head": header.spelled.get(column, ""),
                    "field": UNREAD,
                    "of": "row",
                    "samples": [_sample(row.cells, column, UNREAD) for row in understood.samples],
                }
            )
    return rows


def understood_text(understood: Understood) -> Text:
    """One line for a sheet: C 列“姓名”＝姓名（本人）；…"""
    parts = []
    for header in understood.headers:
        for column, name, of in columns_understood(header):
            parts.append(
                text(
                    "{letter} 列“{head}”＝{meaning}",
                    letter=column_letter(column),
                    head=header.spelled.get(column, ""),
                    meaning=meaning(name, of),
                )
            )
    if len(understood.headers) == 1:
        (header,) = understood.headers
        unread = columns_unread(header, understood.samples)
        parts += [
            text(
                "{letter} 列“{head}”没有读",
                letter=column_letter(column),
                head=header.spelled.get(column, ""),
            )
            for column in unread
        ]
    return text("工作表“{sheet}”读作：{columns}。", sheet=understood.sheet, columns=tuple(parts))


def question_row(question: Question) -> dict[str, Any]:
    """The field, and for each column that may have it: its letter, its head and masked samples."""
    return {
        "sheet": question.sheet,
        "field": question.name,
        "choices": [
            {
                "column": column_letter(column),
                "head": question.header.spelled.get(column, ""),
                "samples": [_sample(row.cells, column, question.name) for row in question.samples],
            }
            for column in question.columns
        ],
    }


def _sample(cells: tuple[Any, ...], column: int, name: str) -> str:
    """A cell as a page may show it: names masked, and no long run of digits."""
    cell = cells[column] if column < len(cells) else None
    if isinstance(cell, Merged):
        cell = cell.value
    if cell is None or isinstance(cell, Formula):
        return ""
    sample = re.sub(r"\s+", " ", str(cell)).strip()
    if name in MASKED_FIELDS:
        return mask_name(sample[:SAMPLE_CHARACTERS_MAX])
    masked = re.sub(r"[0-9Xx]{7,}", lambda run: f"{run[0][:4]}…{run[0][-2:]}", sample)
    return "".join(c if c.isprintable() else "·" for c in masked)[:SAMPLE_CHARACTERS_MAX]
