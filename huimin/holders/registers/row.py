"""Turn one row of a register into a checked draft of a holder, or into all of its problems.

A row is accepted as a whole or not at all. What can be corrected without guessing is corrected
(blanks, full-width digits, 15-digit numbers); everything else is reported with the remedy. A row
that says itself that the aid has ended, or never was, is no problem and no person: `NotEntitled`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from huimin.core.catalogue import Text, sentence, text
from huimin.core.identity import IdentityProblem, IdNumber, mask_name, parse_id_number
from huimin.core.phone import BETWEEN, PhoneProblem, read_phones
from huimin.core.visible_text import without_blanks
from huimin.holders.eligibility_words import ALL_KINDS, kind_reading
from huimin.holders.people import EligibilityDraft, FamilyDraft, HolderDraft
from huimin.holders.person_name import NameProblem, read_name, same_name
from huimin.holders.registers.being_entitled import (
    UNKNOWN_STATE,
    NotEntitled,
    ended_by_remark,
    ended_by_state,
)
from huimin.holders.registers.cells import Formula, Merged, SheetRow, is_blank
from huimin.holders.registers.dates import EXCEL_EPOCH, UNLIMITED, read_date
from huimin.holders.registers.family_cell import (
    FamilyProblem,
    member_in_columns,
    read_family,
)
from huimin.holders.registers.given import Given
from huimin.holders.registers.header import COLUMN_NAMES, Header, MemberColumns
from huimin.holders.registers.places import PlaceProblem, Places
from huimin.holders.registers.problem import Problem, problem_at

EVIDENCE_CHARACTERS_MAX = 60
# A vertically merged cell counts for every row in these fields, but not for a name or number.
SHARED_FIELDS = ("town", "village", "place", "kind", "starts_on", "ends_on", "state", "household")
# In these, 同上 means the cell above.
DITTO_FIELDS = (*SHARED_FIELDS, "head_name", "entitled")
DITTO = re.compile("同上|同前|〃|″|“|”|\"|''|ˇˇ|,,|,,")
FORMULA = sentence("这一格是公式，系统不计算公式；请改为填写好的文字。")

_CONSTANT = re.compile(r'="([^"]*)"')
_NO_END = re.compile(rf"({UNLIMITED.pattern})|[-—–/\\]*")
_TRUNCATED_DIGITS_MIN = 6
_AFTERWORDS = re.compile(
    "^(合计|总计|小计|共计|累计|以上|以下|本页|户数|人数|第[0-9]+页|制表|填报|填表|审核|审批|负责|经办|分管|复核|单位|主管|联系"
    "|日期|注|说明|备注|盖章)|(小计|合计|总计|签字|签名|盖章|空白)[:：]?$"
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What reading a row depends on besides the row. `epoch` is day 0 of the file's day numbers."""

    places: Places
    today: date
    file_name: str
    # The name under which an 18-character ID number is already known, or None.
    registered_name: Callable[[str], str | None] = lambda number: None
    given: Given = field(default_factory=Given)
    epoch: date = EXCEL_EPOCH


class _Row:
    """One row under its header: cells by field, and the problems found so far."""

    def __init__(self, sheet: str, header: Header, row: SheetRow) -> None:
        self.sheet, self.header, self.row = sheet, header, row
        self.problems: list[Problem] = []

    def cell(self, name: str) -> Any:
        column = self.header.columns.get(name)
        return None if column is None else self.at(column, name)

    def at(self, column: int, name: str = "") -> Any:
        if column >= len(self.row.cells):
            return None
        cell = self.row.cells[column]
        if isinstance(cell, Merged):
            return cell.value if name in SHARED_FIELDS else None
        if isinstance(cell, Formula) and name in ("id_number", "phone"):
            # ="5120…" is a constant: programs write it to keep Excel from truncating the number.
            constant = _CONSTANT.fullmatch(cell.text.strip())
            return constant[1] if constant else cell
        return None if is_blank(cell) else cell

    def refuse(self, name: str, code: str, remedy: str | Text) -> None:
        self.refuse_column(self.header.columns.get(name), code, remedy)

    def refuse_column(self, column: int | None, code: str, remedy: str | Text) -> None:
        spelled = self.header.spelled.get(column, "") if column is not None else ""
        self.problems.append(problem_at(self.sheet, self.row.number, code, remedy, column, spelled))

    def merged(self, name: str) -> bool:
        column = self.header.columns.get(name)
        cells = self.row.cells
        return column is not None and column < len(cells) and isinstance(cells[column], Merged)


def read_row(
    sheet: str, header: Header, row: SheetRow, circumstances: Circumstances
) -> HolderDraft | NotEntitled | list[Problem]:
    """The holder's draft in a row, that the row is of nobody entitled, or all of its problems."""
    view = _Row(sheet, header, row)
    name = _name(view)
    id_number = _id_number(view, circumstances.today)
    phones = _phones(view)
    division_code = _division(view, circumstances)
    eligibilities = _eligibilities(view, circumstances)
    if isinstance(eligibilities, NotEntitled):
        return eligibilities
    number = id_number.number if id_number is not None else ""
    family = (*_family(view, circumstances.today, number), *_members(view, circumstances, number))
    if name is not None and id_number is not None:
        _known_name(view, name, circumstances.registered_name(id_number.number))
    if view.problems or name is None or id_number is None or division_code is None:
        return view.problems
    return HolderDraft(
        name=name,
        id_number=id_number,
        division_code=division_code,
        phone=BETWEEN.join(phones) or None,
        family=tuple(dict.fromkeys(family)),
        eligibilities=eligibilities,
    )


def read_members(
    sheet: str, header: Header, row: SheetRow, circumstances: Circumstances
) -> tuple[FamilyDraft, ...] | list[Problem]:
    """The family members of a row that has only those, or its problems."""
    view = _Row(sheet, header, row)
    members = _members(view, circumstances, "")
    return view.problems or members


def read_person(
    sheet: str, header: Header, row: SheetRow, circumstances: Circumstances
) -> FamilyDraft | list[Problem]:
    """The person of a row who only lives in a household, as a family member; or its problems."""
    view = _Row(sheet, header, row)
    name = _name(view)
    number = None
    if view.cell("id_number") is not None:
        number = _id_number(view, circumstances.today)
    if view.problems or name is None:
        return view.problems
    return FamilyDraft(name, relation_of(header, row), number.number if number else None)


def relation_of(header: Header, row: SheetRow) -> str:
    """What the row's person is to the head of the household, as written; "" if it is not said."""
    cell = _Row("", header, row).cell("relation")
    return without_blanks(str(cell)) if cell is not None else ""


def household_of(header: Header, row: SheetRow) -> str | None:
    """By what the row's household is known: its number, or the name of its head."""
    view = _Row("", header, row)
    for name in ("household", "head_name"):
        cell = view.cell(name)
        if cell is None and view.merged(name):
            cell = row.cells[header.columns[name]].value
        if cell is not None:
            return without_blanks(str(cell))
    return None


def only_lives_there(header: Header, row: SheetRow, given: Given) -> bool:
    """Whether the row's person is in a household without being entitled: 是否保障对象 is 否."""
    view = _Row("", header, row)
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
    view = _Row("", header, row)
    if view.cell("name") is not None or view.cell("id_number") is not None:
        return False
    return any(view.at(member.name) is not None for member in header.members)


def who_is_meant(header: Header, row: SheetRow, today: date) -> tuple[str | None, str | None]:
    """The name and the ID number in a refused row; None for what can't be read."""
    view = _Row("", header, row)
    id_number = _id_number(view, today)
    return _name(view), id_number.number if id_number is not None else None


def not_a_person(header: Header, row: SheetRow) -> str | None:
    """Why a row is nobody ("empty", "total", "note" or "header"), or None if it may be somebody."""
    if row.blank:
        return "empty"
    if header.repeated_in(row):
        return "header"
    view = _Row("", header, row)
    own = [c for c, cell in enumerate(row.cells) if not is_blank(cell)]
    first = row.cells[own[0]]
    words = without_blanks(str(first)) if isinstance(first, str) else ""
    number = view.cell("id_number")
    if number is not None and len(re.sub("[^0-9*]", "", str(number))) >= _TRUNCATED_DIGITS_MIN:
        return None
    if words and _AFTERWORDS.search(words):
        return "total"
    if view.cell("name") is not None:
        name = without_blanks(str(view.cell("name")))
        return "total" if number is None and _AFTERWORDS.search(name) else None
    if number is not None or view.merged("name"):
        return None
    serial = header.columns.get("serial")
    filled = [c for c in own if c != serial]
    if not filled:
        return "empty"
    # A row with a place and a kind is somebody whose name and number were forgotten.
    shared = [f for f in ("kind", "starts_on", "phone") if view.cell(f) is not None]
    return None if len(shared) > 1 else "note"


def without_dittos(header: Header, row: SheetRow, above: SheetRow | None) -> SheetRow:
    """The row with 同上 and 〃 replaced by what stands above, where that can be meant."""
    if above is None:
        return row
    cells = list(row.cells)
    for name in DITTO_FIELDS:
        column = header.columns.get(name)
        if column is None or column >= min(len(cells), len(above.cells)):
            continue
        cell = cells[column]
        if isinstance(cell, str) and DITTO.fullmatch(without_blanks(cell)):
            value = above.cells[column]
            cells[column] = value.value if isinstance(value, Merged) else value
    return replace(row, cells=tuple(cells))


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
    except NameProblem as error:
        view.refuse("name", "name_format", error.text)
        return None


def _known_name(view: _Row, name: str, registered: str | None) -> None:
    if registered is not None and not same_name(registered, name):
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
        return parse_id_number(_without_certificate(cell), today=today)
    except IdentityProblem as error:
        view.refuse("id_number", error.code, error.text)
    except (ValueError, OverflowError):  # nan and inf in a number cell
        view.refuse("id_number", "id_format", "身份证号码应为 18 位，请对照证件修改。")
    return None


def _without_certificate(cell: Any) -> Any:
    """The ID number in a disability certificate's number: two digits follow, kind and grade."""
    if isinstance(cell, str):
        digits = without_blanks(cell)
        if re.fullmatch("[0-9]{17}[0-9Xx][1-7][1-4](B[0-9])?", digits, re.ASCII):
            return digits[:18]
    return cell


def _phones(view: _Row) -> tuple[str, ...]:
    try:
        return read_phones(view.cell("phone"))
    except PhoneProblem:
        view.refuse(
            "phone",
            "phone",
            "电话号码应为 7 到 15 位数字，不能用星号遮住，请改正；没有可以空着。",
        )
        return ()


def _division(view: _Row, circumstances: Circumstances) -> str | None:
    texts = _place_texts(view, circumstances.given)
    if texts is None:
        return None
    places = circumstances.places
    try:
        if "village" in texts and "town" in texts:
            return places.village(texts["town"], texts["village"])
        if "village" in texts and (named := places.town_of(texts["village"])) is not None:
            return places.village(*named)
        if "place" in texts:
            return places.address(texts["place"], texts.get("town"))
    except PlaceProblem as error:
        view.refuse(error.field, "division", error.text)
        return None
    for name in ("town", "village"):
        if name not in texts:
            label = COLUMN_NAMES.text(name)
            view.refuse(name, "division", text("没有填写{field}，请补填。", field=label))
    return None


def _place_texts(view: _Row, given: Given) -> dict[str, str] | None:
    """What the row, or else the person who imports, says of town, village and address."""
    texts: dict[str, str] = {}
    for name, said in (("town", given.town), ("village", given.village), ("place", None)):
        cell = view.cell(name)
        if isinstance(cell, Formula):
            view.refuse(name, "division", FORMULA)
            return None
        if cell is not None:
            texts[name] = str(cell)
        elif said is not None:
            texts[name] = said
    return texts


def _eligibilities(
    view: _Row, circumstances: Circumstances
) -> tuple[EligibilityDraft, ...] | NotEntitled:
    """The eligibilities of a row: what it says of kind, first and last day, state and remarks."""
    ended = _ended(view)
    if ended is not None:
        return ended
    starts_on = _starts_on(view, circumstances)
    ends_on = _ends_on(view, circumstances)
    kinds = _kinds(view, circumstances.given)
    if isinstance(kinds, NotEntitled):
        return kinds
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        view.refuse_column(
            view.header.ends[0], "date", sentence("截止日期早于认定日期，请核对这两格。")
        )
        return ()
    if kinds is None or starts_on is None:
        return ()
    source = f"{circumstances.file_name} {view.sheet} 第 {view.row.number} 行"
    evidence = re.sub(r"\s+", " ", str(view.cell("kind") or "")).strip()[:EVIDENCE_CHARACTERS_MAX]
    return tuple(
        EligibilityDraft(
            kind=kind,
            starts_on=starts_on,
            ends_on=ends_on,
            source=source,
            evidence=evidence or None,
        )
        for kind in kinds
    )


def _ended(view: _Row) -> NotEntitled | None:
    """What state, flag or remark say of an end; a state that is not understood is a problem."""
    state = view.cell("state")
    if state is not None:
        reading = ended_by_state(str(state))
        if reading is UNKNOWN_STATE:
            view.refuse(
                "state",
                "state",
                "看不懂这里写的状态；请写“在保”“正常”，或“停保”“死亡”“注销”等。",
            )
        elif reading is not None:
            return reading
    for column in view.header.flags:
        flag = view.at(column)
        if flag is not None and re.match("是|已|[Yy√1]", without_blanks(str(flag))):
            return NotEntitled(sentence("这一行写明已经停保或已去世"))
    for column in view.header.remarks:
        remark = view.at(column)
        if isinstance(remark, str) and (reading := ended_by_remark(remark)) is not None:
            return reading
    return None


def _kinds(view: _Row, given: Given) -> tuple[str, ...] | NotEntitled | None:
    cell = view.cell("kind")
    if cell is None and given.kinds:
        return given.kinds
    reading = None
    if isinstance(cell, str):
        default = view.header.kind_implied or (given.kinds[0] if len(given.kinds) == 1 else None)
        reading = kind_reading(cell, default)
    if reading is None:
        remedy = text("保障类别应为{kinds}，请改正。", kinds=ALL_KINDS)
        view.refuse("kind", "kind", FORMULA if isinstance(cell, Formula) else remedy)
        return None
    if not reading.kinds:
        return NotEntitled(sentence("这一行写明不是、不再是或还不是保障对象"))
    return reading.kinds


def _starts_on(view: _Row, circumstances: Circumstances) -> date | None:
    cell = view.cell("starts_on")
    if cell is None and circumstances.given.starts_on is not None:
        return circumstances.given.starts_on
    if cell is None:
        view.refuse("starts_on", "date", "没有填写日期，请补填，例如 2023-03-01。")
        return None
    try:
        return _date(view, view.header.columns["starts_on"], cell, circumstances)
    except (ValueError, OverflowError):
        view.refuse(
            "starts_on", "date", "没有这一天或写法不对，请改成年月日俱全的日期，例如 2023-03-01。"
        )
        return None


def _ends_on(view: _Row, circumstances: Circumstances) -> date | None:
    """The first of the days on which the row says that the aid ends; None for no end."""
    days = []
    for column in view.header.ends:
        cell = view.at(column, "ends_on")
        if cell is None or (isinstance(cell, str) and _NO_END.fullmatch(without_blanks(cell))):
            continue
        try:
            days.append(_date(view, column, cell, circumstances, ends=True))
        except (ValueError, OverflowError):
            view.refuse_column(
                column,
                "date",
                sentence("没有这一天或写法不对，请改成 2026-12-31 这样的日期，长期写“长期”。"),
            )
    return min(days, default=None)


def _date(
    view: _Row, column: int, cell: Any, circumstances: Circumstances, *, ends: bool = False
) -> date:
    return read_date(
        cell,
        circumstances.today,
        month_counts=column in view.header.months,
        ends=ends,
        epoch=circumstances.epoch,
    )


def _family(view: _Row, today: date, holder_number: str) -> tuple[FamilyDraft, ...]:
    cell = view.cell("family")
    if isinstance(cell, Formula):
        view.refuse("family", "family", FORMULA)
        return ()
    try:
        return read_family(cell, today=today, holder_number=holder_number)
    except FamilyProblem as error:
        view.refuse("family", "family", error.text)
        return ()


def _members(
    view: _Row, circumstances: Circumstances, holder_number: str
) -> tuple[FamilyDraft, ...]:
    """The family members in columns of their own."""
    members = []
    for place, columns in enumerate(view.header.members, start=1):
        member = _member(view, columns, place, circumstances.today)
        if member is None or is_head(member.relation):
            continue
        if (member.id_number or "-") != holder_number:
            members.append(member)
    return tuple(members)


def _member(view: _Row, columns: MemberColumns, place: int, today: date) -> FamilyDraft | None:
    name = view.at(columns.name)
    relation = None if columns.relation is None else view.at(columns.relation)
    number = None if columns.id_number is None else view.at(columns.id_number, "id_number")
    if name is None and number is None:
        return None
    try:
        return member_in_columns(
            name,
            relation if relation is not None else columns.relation_word,
            number,
            place=place,
            today=today,
        )
    except FamilyProblem as error:
        view.refuse_column(columns.name, "family", error.text)
        return None
