"""Turn one row of a register into a checked draft of a holder, or into all of its problems.

A row is accepted as a whole or not at all. What can be corrected without guessing is corrected
(blanks, full-width digits, 15-digit numbers); everything else is reported with the remedy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from huimin.core.catalogue import Text, sentence, text
from huimin.core.identity import IdentityProblem, IdNumber, mask_name, parse_id_number
from huimin.holders.eligibility_words import ALL_KINDS, read_kinds
from huimin.holders.people import EligibilityDraft, FamilyDraft, HolderDraft
from huimin.holders.person_name import NameProblem, read_name
from huimin.holders.registers.cells import Formula, Merged, SheetRow, is_blank
from huimin.holders.registers.dates import read_date
from huimin.holders.registers.family_cell import FamilyProblem, read_family
from huimin.holders.registers.header import COLUMN_NAMES, Header
from huimin.holders.registers.places import PlaceProblem, Places
from huimin.holders.registers.problem import Problem, problem_at

EVIDENCE_CHARACTERS_MAX = 60
# A vertically merged cell counts for every row in these fields, but not for a name or number.
SHARED_FIELDS = ("town", "village", "kind", "starts_on")
FORMULA = sentence("这一格是公式，系统不计算公式；请改为填写好的文字。")

_PHONE = re.compile(r"\+?[0-9]{7,15}", re.ASCII)
_CONSTANT = re.compile(r'="([^"]*)"')
_AFTERWORDS = re.compile(
    "^(合计|总计|小计|共计|累计|制表|填报|填表|审核|审批|负责|经办|分管|复核|单位|主管|联系|日期|注|说明|备注|盖章)"
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What reading a row depends on besides the row."""

    places: Places
    today: date
    file_name: str
    # The name under which an 18-character ID number is already known, or None.
    registered_name: Callable[[str], str | None] = lambda number: None


class _Row:
    """One row under its header: cells by field, and the problems found so far."""

    def __init__(self, sheet: str, header: Header, row: SheetRow) -> None:
        self.sheet, self.header, self.row = sheet, header, row
        self.problems: list[Problem] = []

    def cell(self, field: str) -> Any:
        column = self.header.columns.get(field)
        if column is None or column >= len(self.row.cells):
            return None
        cell = self.row.cells[column]
        if isinstance(cell, Merged):
            return cell.value if field in SHARED_FIELDS else None
        if isinstance(cell, Formula) and field in ("id_number", "phone"):
            # ="5120…" is a constant: programs write it to keep Excel from truncating the number.
            constant = _CONSTANT.fullmatch(cell.text.strip())
            return constant[1] if constant else cell
        return None if is_blank(cell) else cell

    def refuse(self, field: str, code: str, remedy: str | Text) -> None:
        column = self.header.columns.get(field)
        spelled = self.header.spelled.get(column, "") if column is not None else ""
        self.problems.append(problem_at(self.sheet, self.row.number, code, remedy, column, spelled))

    def merged(self, field: str) -> bool:
        column = self.header.columns.get(field)
        cells = self.row.cells
        return column is not None and column < len(cells) and isinstance(cells[column], Merged)


def read_row(
    sheet: str, header: Header, row: SheetRow, circumstances: Circumstances
) -> HolderDraft | list[Problem]:
    """The holder's draft in a row, or all of the row's problems."""
    view = _Row(sheet, header, row)
    name = _name(view)
    id_number = _id_number(view, circumstances.today)
    phone = _phone(view)
    division_code = _division(view, circumstances.places)
    eligibilities = _eligibilities(view, circumstances)
    family = _family(view, circumstances.today, id_number)
    if name is not None and id_number is not None:
        _known_name(view, name, circumstances.registered_name(id_number.number))
    if view.problems or name is None or id_number is None or division_code is None:
        return view.problems
    return HolderDraft(
        name=name,
        id_number=id_number,
        division_code=division_code,
        phone=phone,
        family=family,
        eligibilities=eligibilities,
    )


def who_is_meant(header: Header, row: SheetRow, today: date) -> tuple[str | None, str | None]:
    """The name and the ID number in a refused row; None for what can't be read."""
    view = _Row("", header, row)
    id_number = _id_number(view, today)
    return _name(view), id_number.number if id_number is not None else None


def not_a_person(header: Header, row: SheetRow) -> str | None:
    """Why a row is not a person ("empty", "total" or "header"), or None if it may be one."""
    if row.blank:
        return "empty"
    if header.repeated_in(row):
        return "header"
    view = _Row("", header, row)
    if view.cell("id_number") is not None:
        return None
    first = next(cell for cell in row.cells if not is_blank(cell))
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(first)))
    if isinstance(first, str) and _AFTERWORDS.match(text):
        return "total"
    fields = [field for field in header.columns if field != "serial"]
    # Numbered but empty rows, and headings between the rows.
    return "empty" if all(view.cell(field) is None for field in fields) else None


def _name(view: _Row) -> str | None:
    cell = view.cell("name")
    if cell is None:
        merged = view.merged("name")
        view.refuse(
            "name",
            "name_missing",
            "姓名与上一行合并成了一格；请取消合并，一户一行，家庭成员写进“家庭成员”列。"
            if merged
            else "没有填写姓名，请补填。",
        )
        return None
    if isinstance(cell, Formula) or (isinstance(cell, str) and cell.lstrip(" '’‘").startswith("=")):
        view.refuse("name", "name_formula", "姓名是公式，不是文字；请删去公式，直接填写姓名。")
        return None
    try:
        return read_name(cell)
    except NameProblem:
        view.refuse(
            "name",
            "name_format",
            "姓名只能是文字，不能有数字和符号（少数民族姓名可用“·”），请改正。",
        )
        return None


def _known_name(view: _Row, name: str, registered: str | None) -> None:
    if registered is not None and registered != name:
        view.refuse(
            "name",
            "name_conflict",
            text(
                "系统里这个身份证号码登记的姓名是“{name}”，与本行不同；请核对是谁的号码。",
                name=mask_name(registered),
            ),
        )


def _id_number(view: _Row, today: date) -> IdNumber | None:
    cell = view.cell("id_number")
    if isinstance(cell, Formula):
        view.refuse("id_number", "id_format", FORMULA)
        return None
    try:
        return parse_id_number(cell, today=today)
    except IdentityProblem as error:
        view.refuse("id_number", error.code, error.text)
    except (ValueError, OverflowError):  # nan and inf in a number cell
        view.refuse("id_number", "id_format", "身份证号码应为 18 位，请对照证件修改。")
    return None


def _phone(view: _Row) -> str | None:
    cell = view.cell("phone")
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, str | int) and not isinstance(cell, bool):
        written = unicodedata.normalize("NFKC", str(cell)).strip("'’‘ ")
        for part in re.split("[/、,;]|或", written):
            digits = re.sub(r"[\s()-]+", "", part).removesuffix(".0")
            if _PHONE.fullmatch(digits):
                return digits
        if written in ("", "无", "/", "-", "--", "—"):
            return None
    view.refuse("phone", "phone", "电话号码应为 7 到 15 位数字，请改正；没有可以空着。")
    return None


def _division(view: _Row, places: Places) -> str | None:
    texts: dict[str, str] = {}
    for field in ("town", "village"):
        cell = view.cell(field)
        if isinstance(cell, Formula):
            view.refuse(field, "division", FORMULA)
        elif cell is None:
            view.refuse(
                field, "division", text("没有填写{field}，请补填。", field=COLUMN_NAMES.text(field))
            )
        else:
            texts[field] = str(cell)
    if len(texts) < 2:
        return None
    try:
        return places.village(texts["town"], texts["village"])
    except PlaceProblem as error:
        view.refuse(error.field, "division", error.text)
        return None


def _eligibilities(view: _Row, circumstances: Circumstances) -> tuple[EligibilityDraft, ...]:
    starts_on = _starts_on(view, circumstances.today)
    cell = view.cell("kind")
    kinds = read_kinds(cell) if isinstance(cell, str) else None
    if kinds is None:
        view.refuse(
            "kind",
            "kind",
            FORMULA
            if isinstance(cell, Formula)
            else text("保障类别应为{kinds}，请改正。", kinds=ALL_KINDS),
        )
    if kinds is None or starts_on is None:
        return ()
    source = f"{circumstances.file_name} {view.sheet} 第 {view.row.number} 行"
    evidence = re.sub(r"\s+", " ", str(cell)).strip()[:EVIDENCE_CHARACTERS_MAX]
    return tuple(
        EligibilityDraft(kind=kind, starts_on=starts_on, source=source, evidence=evidence)
        for kind in kinds
    )


def _starts_on(view: _Row, today: date) -> date | None:
    cell = view.cell("starts_on")
    if cell is None:
        view.refuse("starts_on", "date", "没有填写日期，请补填，例如 2023-03-01。")
        return None
    try:
        return read_date(cell, today)
    except (ValueError, OverflowError):
        view.refuse(
            "starts_on", "date", "没有这一天或写法不对，请改成年月日俱全的日期，例如 2023-03-01。"
        )
        return None


def _family(view: _Row, today: date, id_number: IdNumber | None) -> tuple[FamilyDraft, ...]:
    cell = view.cell("family")
    if isinstance(cell, Formula):
        view.refuse("family", "family", FORMULA)
        return ()
    try:
        return read_family(
            cell, today=today, holder_number=id_number.number if id_number is not None else ""
        )
    except FamilyProblem as error:
        view.refuse("family", "family", error.text)
        return ()
