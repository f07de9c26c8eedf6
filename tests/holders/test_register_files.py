"""Files as they arrive: encodings, other kinds, damaged ones, and ones made to hurt."""

from __future__ import annotations

import contextlib
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import openpyxl
import pytest
import xlsxwriter

from huimin.core.refusals import FieldProblems
from huimin.holders.registers import sheets as register_sheets
from huimin.holders.registers.sheets import open_sheets
from huimin.instance import Instance
from tests.making.holders import id_number
from tests.making.registers import HEADER, check, codes, register_row, write_csv, write_xlsx

Run = Callable[..., CompletedProcess[str]]


def refused(path: Path) -> str:
    with pytest.raises(FieldProblems) as caught:
        check(path)
    (problem,) = caught.value.problems
    assert problem.field == "file" and problem.message("en")
    return problem.message()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_in_every_usual_encoding(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    rows = [
        register_row(family="张三（配偶）\n李四（子）", name="㐱㒰䶮"),
        register_row(family="王五（母）"),
    ]
    checked = check(write_csv(tmp_path / "a.csv", rows, encoding=encoding, delimiter=delimiter))
    assert [(row.row, len(row.draft.family)) for row in checked.accepted] == [(3, 2), (4, 1)]


def test_a_text_register_with_the_name_of_a_workbook_is_read_all_the_same(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.xlsx", [register_row()])
    assert len(check(path).accepted) == 1


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "空"),
        (b"  \r\n", "空"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "另存为"),
        (b"%PDF-1.7\n" + bytes(100), "另存为"),
        (b"PK\x03\x04" + bytes(400), "损坏"),
        (b"a,b\0c\n" * 50, "编码"),
        (b"\xff\xfe\x00", "编码"),
        ("姓名,身份证号\n张三,1\n".encode(), "表头"),
        (('姓名,"身份证号\n' + "长" * 40_000).encode(), "引号"),
    ],
)
def test_what_is_no_register_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, word: str
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert word in refused(path)


def test_a_workbook_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "<a/>")
    assert "不是 .xlsx" in refused(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<a/>")
    assert "损坏" in refused(path)


def test_a_damaged_workbook_is_refused_wherever_it_is_damaged(tmp_path: Path) -> None:
    good = write_xlsx(tmp_path / "a.xlsx", [register_row() for _ in range(30)]).read_bytes()
    chance = random.Random(7)
    for _ in range(120):
        data = bytearray(good)
        if chance.random() < 0.5:
            data = data[: chance.randrange(4, len(data))]
        else:
            for _ in range(chance.randrange(1, 40)):
                data[chance.randrange(4, len(data))] = chance.randrange(256)
        path = tmp_path / "b.xlsx"
        path.write_bytes(data)
        with contextlib.suppress(FieldProblems):  # any other exception would be a fault of ours
            check(path)


def test_a_workbook_whose_parts_lie_before_its_beginning_is_refused(tmp_path: Path) -> None:
    data = bytearray(write_xlsx(tmp_path / "a.xlsx", [register_row()]).read_bytes())
    place = data.rindex(b"PK\x05\x06") + 16  # where the directory begins, in the end record
    start = int.from_bytes(data[place : place + 4], "little")
    data[place : place + 4] = (start + 2**20).to_bytes(4, "little")
    (tmp_path / "b.xlsx").write_bytes(data)
    assert "损坏" in refused(tmp_path / "b.xlsx")


def with_part(path: Path, name: str, text: bytes) -> Path:
    """The workbook with one part replaced."""
    changed = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, text if part.filename == name else old.read(part))
    return changed


SHEET = "xl/worksheets/sheet1.xml"


def test_entities_are_not_unfolded(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [register_row()])
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read(SHEET)
    assert "损坏" in refused(with_part(path, SHEET, bomb + sheet.split(b"?>", 1)[-1]))


def test_a_zip_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [register_row()])
    bomb = with_part(path, SHEET, b"<a>" + b" " * 2_000_000 + b"</a>")
    with pytest.raises(FieldProblems, match="太大"):
        list(open_sheets(bomb, unpacked_bytes_max=1_000_000))


def with_row_below(path: Path, number: int) -> Path:
    """One more row far below, with nothing in between."""
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read(SHEET)
    row = f'<row r="{number}"><c r="A{number}" t="n"><v>7</v></c></row></sheetData>'
    return with_part(path, SHEET, sheet.replace(b"</sheetData>", row.encode()))


def test_a_row_far_below_does_not_keep_the_reader_for_ever(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [register_row()])
    assert "损坏" in refused(with_row_below(path, 999_999_999_999))


def test_a_million_rows_that_are_not_there_are_not_read(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [register_row()])
    far = with_row_below(path, 1_048_576)
    before, found = (
        [row.number for sheet in open_sheets(each) for row in sheet.rows] for each in (path, far)
    )
    assert found[: len(before)] == before and found[-1] == 1_048_576
    assert len(found) <= len(before) + 2


def test_a_file_that_is_too_large_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    assert "200 MB" in refused(path)
    monkeypatch.setattr(register_sheets, "FILE_BYTES_MAX", 10)
    assert "上限" in refused(write_xlsx(tmp_path / "a.xlsx", [register_row()]))


def test_too_many_people_are_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huimin.holders.registers.table.PEOPLE_MAX", 3)
    assert "拆成" in refused(write_csv(tmp_path / "a.csv", [register_row() for _ in range(4)]))


def test_formulas_and_error_cells_are_never_evaluated_or_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("名册")
        sheet.write_row(0, 0, HEADER)
        for number, over in enumerate(
            (
                {"name": '=HYPERLINK("http://a")'},
                {"id_number": '=TEXT("1","0")'},
                {"town": "=A1"},
                {"starts_on": "=TODAY()"},
                {"family": "=A1"},
                {"kind": "=A1"},
            ),
            start=1,
        ):
            sheet.write_row(number, 0, register_row(**over))
        sheet.write_array_formula("B8:B8", "{=SUM(A1:A2)}", None, 5)
        sheet.write_row(7, 2, register_row()[2:])
    assert codes(check(path)) == [
        (2, "B", "name_formula"),
        (3, "D", "id_format"),
        (4, "F", "division"),
        (5, "I", "date"),
        (6, "J", "family"),
        (7, "H", "kind"),
        (8, "B", "name_formula"),
    ]


def test_a_number_kept_whole_by_a_constant_formula_is_read(tmp_path: Path) -> None:
    number = id_number()
    row = register_row(id_number=f'="{number}"', phone='="13800000000"')
    for path in (write_csv(tmp_path / "a.csv", [row]), write_xlsx(tmp_path / "a.xlsx", [row])):
        (accepted,) = check(path).accepted
        assert accepted.draft.id_number.number == number
        assert accepted.draft.phone == "13800000000"


def test_hidden_sheets_are_left_out_and_the_others_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, state in (("旧", "hidden"), ("新", "visible")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in (HEADER, register_row()):
            sheet.append(list(row))
    path = tmp_path / "a.xlsx"
    book.save(path)
    checked = check(path)
    assert [row.sheet for row in checked.accepted] == ["新"]
    assert ("旧", None) in [(one.sheet, one.row) for one in checked.left_out]


def test_a_wide_grid_and_numbers_as_cells_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    old_number = int("512022" + "560308" + "123")
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("名册")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, register_row(id_number=old_number))
        sheet.write_row(2, 0, register_row(id_number=int(id_number()[:17]) * 10))
        sheet.write_blank(1, 16_383, None, book.add_format({"bold": True}))
    checked = check(path)
    assert [row.draft.id_number.was_15 for row in checked.accepted] == [True]
    assert codes(checked) == [(3, "D", "id_float")]


def test_the_command_refuses_in_one_sentence_with_exit_2(
    run_cli: Run, sqlite_instance: Instance, tmp_path: Path
) -> None:
    folder = sqlite_instance.settings.folder
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100))
    for args in (
        ["holders", "import", str(path)],
        ["holders", "import", str(tmp_path / "没有.xlsx")],
        ["holders", "import", str(tmp_path)],
        ["holders", "import", str(path), "--refused", str(path)],
        ["holders", "import", str(path), "--format", "yaml"],
    ):
        done = run_cli(args, folder)
        assert done.returncode == 2 and done.stdout == "", args
        assert "Traceback" not in done.stderr and done.stderr.strip()
    assert path.read_bytes()[:4] == b"\xd0\xcf\x11\xe0"


def test_a_line_without_an_end_and_a_part_by_another_name_are_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [register_row()])
    with path.open("a", encoding="utf-8") as file:
        file.write("x" * (2 << 20))
    with pytest.raises(FieldProblems) as caught:
        check(path)
    assert "太长" in str(caught.value)
    plain, renamed = write_xlsx(tmp_path / "a.xlsx", [register_row()]), tmp_path / "b.xlsx"
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(renamed, "w") as after:
        for part in before.namelist():
            content = before.read(part).replace(b"sheet1.xml", b"sheet1.dat")
            endless = content.replace(b"<c ", b'<c zz="' + b"x" * (1 << 20) + b'" ', 1)
            is_sheet = part.endswith("sheet1.xml")
            after.writestr(
                part.replace("sheet1.xml", "sheet1.dat"), endless if is_sheet else content
            )
    with pytest.raises(FieldProblems) as caught:
        check(renamed)
    assert "不会有" in str(caught.value)


def test_an_old_workbook_whose_sectors_go_round_in_a_circle_is_refused(tmp_path: Path) -> None:
    """Calamine would follow the circle for ever; found by fuzzing."""
    data = bytearray((Path(__file__).parent / "data" / "old_format.xls").read_bytes())
    sector = 512
    (table,) = struct.unpack_from("<I", data, 76)
    (directory,) = struct.unpack_from("<I", data, 48)
    # The directory's only sector is made to follow itself.
    struct.pack_into("<I", data, (table + 1) * sector + 4 * directory, directory)
    path = tmp_path / "circle.xls"
    path.write_bytes(data)
    assert "已损坏" in refused(path)
