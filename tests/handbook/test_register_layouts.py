"""The handbook's page on layouts of registers: its sheets are read so, and it is no older."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from huimin.handbook.register_layouts import BOTH, HOLDER, LAYOUTS, LEFT, MEMBER, Layout
from huimin.handbook.register_pictures import pictures, registers_page
from huimin.handbook.render import FOLDER, text_file
from tests.making.registers import check


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_what_stands_beside_a_row_is_what_comes_of_it(tmp_path: Path, layout: Layout) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in layout.rows:
        sheet.append(list(row))
    for area in layout.merged:
        sheet.merge_cells(area)
    workbook.save(tmp_path / "a.xlsx")
    checked = check(tmp_path / "a.xlsx")
    assert checked.refused == []
    accepted = [row.row for row in checked.accepted]
    comes = {row: BOTH if accepted.count(row) > 1 else HOLDER for row in accepted}
    for left in checked.left_out:
        assert left.row is not None
        comes[left.row] = MEMBER if left.why.startswith("家庭成员") else LEFT
    assert comes == layout.comes


def test_the_page_and_its_pictures_are_up_to_date() -> None:
    for language in ("zh_Hans", "en"):
        page = text_file("registers", language).read_text(encoding="utf-8")
        assert page == registers_page(language), "run register_pictures"
    folder = FOLDER / "pictures"
    drawn = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("register-*.svg")}
    assert drawn == pictures(), "run register_pictures"
    assert all(len(picture) < 16_000 for picture in drawn.values())
