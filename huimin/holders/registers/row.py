"""Turn one row of a register into a checked draft of a holder, or into all of its problems.

A row is accepted as a whole or not at all. What can be corrected without guessing is corrected
(blanks, full-width digits, 15-digit numbers); everything else is reported with the remedy. A row
that says itself that the aid has ended, or never was, is no problem and no person: `NotEntitled`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from huimin.core.catalogue import sentence, text
from huimin.core.identity import IdentityProblem, IdNumber, mask_name, parse_id_number
from huimin.core.phone import BETWEEN, PhoneProblem, read_phones
from huimin.core.visible_text import without_blanks
from huimin.divisions.within import lies_within
from huimin.holders.people import FamilyDraft, HolderDraft
from huimin.holders.person_name import NameProblem, read_name, same_name
from huimin.holders.registers.being_entitled import NotEntitled
from huimin.holders.registers.cells import Formula, SheetRow, is_blank
from huimin.holders.registers.family_cell import (
    FamilyProblem,
    member_in_columns,
    read_family,
)
from huimin.holders.registers.header import COLUMN_NAMES, Header, MemberColumns
from huimin.holders.registers.household import is_head, relation_of
from huimin.holders.registers.places import PlaceProblem
from huimin.holders.registers.problem import Problem
from huimin.holders.registers.row_entitlement import eligibilities_in
from huimin.holders.registers.row_view import FORMULA, Circumstances, RowView
from huimin.holders.registers.supplement import Supplement

_TRUNCATED_DIGITS_MIN = 6
_AFTERWORDS = re.compile(
    "^(合计|总计|小计|共计|累计|以上|以下|本页|户数|人数|第[0-9]+页|制表|填报|填表|审核|审批|负责|经办|分管|复核|单位|主管|联系"
    "|日期|注|说明|备注|盖章)|(小计|合计|总计|签字|签名|盖章|空白)[:：]?$"
)


def read_row(
    sheet: str, header: Header, row: SheetRow, circumstances: Circumstances
) -> HolderDraft | NotEntitled | list[Problem]:
    """The holder's draft in a row, that the row is of nobody entitled, or all of its problems."""
    view = RowView(sheet, header, row)
    name = _name(view)
    id_number = _id_number(view, circumstances.today)
    phones = _phones(view)
    division_code = _division(view, circumstances)
    eligibilities = eligibilities_in(view, circumstances)
    if isinstance(eligibilities, NotEntitled):
        return eligibilities
    number = id_number.number if id_number is not None else ""
    family = (*_family(view, circumstances.today, number), *_members(view, circumstances, number))
    if name is not None and id_number is not None:
        _known_name(view, name, circumstances.registered_name(id_number.number))
        _within_scope(view, id_number.number, division_code, circumstances)
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


def _within_scope(
    view: RowView, id_number: str, division_code: str | None, circumstances: Circumstances
) -> None:
    """Refuse somebody whom the sender may not enter or change: of another town, now or so far."""
    only_town = circumstances.supplement.only_town
    if only_town is None or division_code is None:
        return
    field = "village" if "village" in view.header.columns else "place"
    if not lies_within(division_code, only_town):
        remedy = sentence("这个人不在密钥所限的乡镇（街道），没有收；请由那个乡镇（街道）送来。")
        view.refuse(field, "town_outside_scope", remedy)
        return
    registered = circumstances.registered_division(id_number)
    if registered is not None and not lies_within(registered, only_town):
        remedy = sentence("这个人登记在别的乡镇（街道），这个密钥不能改动；请先由县里办理迁入。")
        view.refuse(field, "person_outside_scope", remedy)


def read_members(
    sheet: str, header: Header, row: SheetRow, circumstances: Circumstances
) -> tuple[FamilyDraft, ...] | list[Problem]:
    """The family members of a row that has only those, or its problems."""
    view = RowView(sheet, header, row)
    members = _members(view, circumstances, "")
    return view.problems or members


def read_person(
    sheet: str, header: Header, row: SheetRow, circumstances: Circumstances
) -> FamilyDraft | list[Problem]:
    """The person of a row who only lives in a household, as a family member; or its problems."""
    view = RowView(sheet, header, row)
    name = _name(view)
    number = None
    if view.cell("id_number") is not None:
        number = _id_number(view, circumstances.today)
    if view.problems or name is None:
        return view.problems
    return FamilyDraft(name, relation_of(header, row), number.number if number else None)


def who_is_meant(header: Header, row: SheetRow, today: date) -> tuple[str | None, str | None]:
    """The name and the ID number in a refused row; None for what can't be read."""
    view = RowView("", header, row)
    id_number = _id_number(view, today)
    return _name(view), id_number.number if id_number is not None else None


def not_a_person(header: Header, row: SheetRow) -> str | None:
    """Why a row is nobody ("empty", "total", "note" or "header"), or None if it may be somebody."""
    if row.blank:
        return "empty"
    if header.repeated_in(row):
        return "header"
    view = RowView("", header, row)
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
        return "empty" if re.search("[0-9]|^第?[一二三四五六七八九十]+$", str(first)) else "note"
    # A row with a place and a kind is somebody whose name and number were forgotten.
    shared = [f for f in ("kind", "starts_on", "phone") if view.cell(f) is not None]
    return None if len(shared) > 1 else "note"


def _name(view: RowView) -> str | None:
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


def _known_name(view: RowView, name: str, registered: str | None) -> None:
    if registered is not None and not same_name(registered, name):
        view.refuse(
            "name",
            "name_conflict",
            text(
                "系统里这个身份证号码登记的姓名是“{name}”，与本行不同；请核对是谁的号码。",
                name=mask_name(registered),
            ),
        )


def _id_number(view: RowView, today: date) -> IdNumber | None:
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


def _phones(view: RowView) -> tuple[str, ...]:
    try:
        return read_phones(view.cell("phone"))
    except PhoneProblem as error:
        view.refuse("phone", "phone", error.text)
        return ()


def _division(view: RowView, circumstances: Circumstances) -> str | None:
    texts = _place_texts(view, circumstances.supplement)
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


def _place_texts(view: RowView, supplement: Supplement) -> dict[str, str] | None:
    """What the row, or else the person who imports, says of town, village and address."""
    texts: dict[str, str] = {}
    for name, supplied in (
        ("town", supplement.town),
        ("village", supplement.village),
        ("place", None),
    ):
        cell = view.cell(name)
        if isinstance(cell, Formula):
            view.refuse(name, "division", FORMULA)
            return None
        if cell is not None:
            texts[name] = str(cell)
        elif supplied is not None:
            texts[name] = supplied
    return texts


def _family(view: RowView, today: date, holder_number: str) -> tuple[FamilyDraft, ...]:
    members: list[FamilyDraft] = []
    for column in view.header.families:
        cell = view.at(column, "family")
        if isinstance(cell, Formula):
            view.refuse_column(column, "family", FORMULA)
            continue
        try:
            members += read_family(cell, today=today, holder_number=holder_number)
        except FamilyProblem as error:
            view.refuse_column(column, "family", error.text)
    return tuple(members)


def _members(
    view: RowView, circumstances: Circumstances, holder_number: str
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


def _member(view: RowView, columns: MemberColumns, place: int, today: date) -> FamilyDraft | None:
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
