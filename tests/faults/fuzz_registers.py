"""What an office sends as a register: it is read or refused in a sentence, and nobody is enrolled
with an ID number that is none, without a name or in no village."""

from __future__ import annotations

import io
import random
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from huimin.core.identity import parse_id_number
from huimin.core.refusals import FieldProblems
from huimin.divisions.load import package_divisions
from tests.faults.fuzz import changed_bytes
from tests.making.holders import id_number
from tests.making.registers import TODAY, check, register_row, write_csv, write_xlsx

DATA = Path(__file__).parent.parent / "holders" / "data"
MEMBERS_MAX = 200
# What breaks readers of tables, where a cell, an attribute or a line begins.
WORDS = (
    *(
        b"<c r='ZZZ1'>",
        b"<row r='0'>",
        b"<row r='99999999'>",
        b"&amp;#0;",
        b"<mergeCell ref='A1:Z9'/>",
    ),
    *(b'"', b"\x00", b"\r", b"\xef\xbb\xbf", b"\t;,", b"1E+400", b"-1", b"=1/0", b"\xff\xfe"),
    *(
        "身份证号码".encode(),
        "姓名".encode("gb18030"),
        "合计".encode(),
        "￥".encode(),
        b"1900-02-29",
    ),
)


class Registers:
    """Files of each format that is read, whole and changed inside."""

    name = "registers"
    traced = tuple(
        f"huimin/holders/registers/{name}.py"
        for name in (
            *("sheets", "csv_file", "xlsx_file", "plain_xml", "calamine_file", "biff_marks"),
            *("compound_file", "cells", "header", "column_head", "table", "row", "dates"),
            *("family_cell", "household", "check_register", "places"),
        )
    )

    def __init__(self) -> None:
        self.villages = {row["code"] for row in package_divisions() if row["level"] == "village"}

    def seeds(self) -> list[bytes]:
        """A small one of each format."""
        rows = [
            register_row(id_number=id_number(7), family="李小红（妻子）；李明（儿子）"),
            register_row(id_number=id_number(8), starts_on="2024.3", kind="特困"),
            register_row(id_number=id_number(9), village="", remark="已死亡"),
        ]
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            files = [
                write_xlsx(folder / "a.xlsx", rows, merged=("F4:F6",)),
                write_csv(folder / "a.csv", rows),
                write_csv(folder / "b.csv", rows, encoding="gb18030", delimiter="\t"),
            ]
            return [path.read_bytes() for path in (*files, DATA / "old_format.xls")]

    def change(self, data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
        """Bytes anywhere, or within one member of a workbook, which is then packed again."""
        if data.startswith(b"PK") and chance.random() < 0.8:
            return _repacked(data, others, chance)
        return _with_words(data, others, chance)

    def run(self, data: bytes) -> None:
        """Read and judge it as an import does, without writing anything."""
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
            file.write(data)
            file.flush()
            try:
                checked = check(Path(file.name))
            except FieldProblems:
                return
        for row in checked.accepted:
            number = row.draft.id_number.number
            assert parse_id_number(number, today=TODAY).number == number
            assert row.draft.name.strip() and row.draft.division_code in self.villages
            assert row.draft.eligibilities
        for problem in checked.problems:
            assert problem.text.say("en")


def _repacked(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            members = book.infolist()[:MEMBERS_MAX]
            contents = {one.filename: book.read(one) for one in members if one.file_size < 10**6}
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError):
        return _with_words(data, others, chance)
    if not contents:
        return _with_words(data, others, chance)
    sheets = [name for name in contents if "sheet" in name or "String" in name]
    chosen = chance.choice(sheets or list(contents))
    contents[chosen] = _with_words(contents[chosen], others, chance)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in contents.items():
            book.writestr(name, content)
    return packed.getvalue()


def _with_words(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        place = chance.randrange(len(data) + 1)
        return data[:place] + chance.choice(WORDS) + data[place:]
    return changed_bytes(data, others, chance)
