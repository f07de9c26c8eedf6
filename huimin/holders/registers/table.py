"""The rows under one header, each put where it belongs: accepted, refused, repeated, left out.

A household may be one row, a row with family members below it, or a row for each of its people. Who
is entitled is a holder; everybody of a household who is read is a family member of its holders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from huimin.core.catalogue import sentence
from huimin.holders.people import FAMILY_MAX, FamilyDraft, HolderDraft
from huimin.holders.person_name import same_name
from huimin.holders.registers.being_entitled import NotEntitled
from huimin.holders.registers.cells import Merged, SheetRow, is_blank
from huimin.holders.registers.ended_list import begins_section, heading_of, is_ended_list
from huimin.holders.registers.family_cell import MEMBER
from huimin.holders.registers.header import Header
from huimin.holders.registers.household import (
    household_of,
    is_head,
    only_lives_there,
    only_members,
    relation_of,
)
from huimin.holders.registers.problem import Problem, file_problem, problem_at
from huimin.holders.registers.result import (
    AcceptedRow,
    LeftOut,
    RefusedRow,
    RegisterCheck,
    RepeatedRow,
)
from huimin.holders.registers.row import (
    not_a_person,
    read_members,
    read_person,
    read_row,
    who_is_meant,
)
from huimin.holders.registers.row_view import Circumstances, without_dittos

PEOPLE_MAX = 100_000
HEAD = "户主"
RELATIVE = re.compile("[夫妻配偶子女儿父母媳婿孙祖爷奶公婆兄弟姐妹侄甥岳]|其他|成员")
# What a household's first row says for all of its people.
HOUSEHOLD_FIELDS = ("town", "village", "place", "kind", "starts_on", "ends_on")
WHY_LEFT_OUT = {
    "total": sentence("合计、签字或说明"),
    "note": sentence("没有姓名和身份证号码的标题或说明"),
    "empty": sentence("只有序号"),
    "header": sentence("重复的表头"),
}
HIDDEN = sentence("隐藏或被筛选掉的行；需要导入请先取消隐藏和筛选")
STRUCK = sentence("划了删除线的行；仍享受保障请先去掉删除线")
BEYOND = sentence("只有第 256 列（IV 列）右边有内容的行，没有读；请把内容移到前面的列")
ABOVE = sentence("表头上面的行，没有读；请放到表头下面")
NOT_ENTITLED = sentence("这一行写明不是、不再是或还不是保障对象")
IN_ENDED_SECTION = sentence("在写明停保、退出或还没有审批通过的一段里；仍享受保障请移出这一段")
FAMILY = sentence("家庭成员，已随本户登记")
NO_HOLDER = sentence("家庭成员；这一户没有可导入的保障对象")


@dataclass
class _Household:
    """The people of one household so far: holders by their place in `accepted`, and the others."""

    key: str | None = None
    first: SheetRow | None = None
    # (place in accepted, whether it is the household's head)
    holders: list[tuple[int, bool]] = field(default_factory=list)
    # (the person as the head's family member, whether it is the head, the row if only living there)
    people: list[tuple[FamilyDraft, bool, int | None]] = field(default_factory=list)


class Table:
    """Takes the rows under one header in order, and adds what comes of each to the check.

    `seen` are the places in `check.accepted` by ID number, over all sheets.
    """

    def __init__(
        self,
        sheet: str,
        header: Header,
        circumstances: Circumstances,
        check: RegisterCheck,
        seen: dict[str, int],
    ) -> None:
        self.sheet, self.header, self.circumstances = sheet, header, circumstances
        self.check, self.seen = check, seen
        self._household = _Household()
        self._above: SheetRow | None = None
        # Whether the heading above says that these people's aid is not in force: 二、停发人员.
        self._over = False
        # Where the last person stands in `accepted`; None if that row was not taken.
        self._last: int | None = None
        names = ("relation", "household", "head_name")
        self._in_households = any(name in header.columns for name in names)

    def has_person(self, row: SheetRow) -> bool:
        """Whether the row has a name or a number in this table's columns."""
        return not_a_person(self.header, row) is None and any(
            self.header.columns[name] < len(row.cells)
            and row.cells[self.header.columns[name]] is not None
            for name in ("name", "id_number")
        )

    def take(self, row: SheetRow) -> None:
        """Put one row where it belongs."""
        if not row.holds_anything:
            return
        if (unread := self._why_unread(row)) is not None:
            self._leave_out(row, unread, lost=True)
            return
        if (heading := heading_of(row)) is not None and begins_section(heading):
            self._over = is_ended_list(heading)
        row = without_dittos(self.header, row, self._above)
        self._above = row
        if only_members(self.header, row):
            self._take_members(row)
            return
        why = not_a_person(self.header, row)
        if why is not None:
            self._leave_out(row, WHY_LEFT_OUT[why])
            return
        if self._over:
            self._leave_out(row, IN_ENDED_SECTION, lost=True)
            return
        if len(self.check.accepted) + len(self.check.refused) >= PEOPLE_MAX:
            raise file_problem(
                "名册超过 {people_max:,} 人，请拆成几个文件导入。", people_max=PEOPLE_MAX
            )
        self._begin_household(row)
        row = self._with_household(row)
        if only_lives_there(self.header, row, self.circumstances.supplement):
            if self._in_households:
                self._take_housemate(row)
            else:
                self._leave_out(row, NOT_ENTITLED)
        else:
            self._take_person(row)

    def _why_unread(self, row: SheetRow) -> str | None:
        if row.beyond:
            return BEYOND
        if row.hidden:
            return HIDDEN
        return STRUCK if self._crossed_out(row) else None

    def end_household(self) -> None:
        """Give each holder of the household that ends the others as family members."""
        household, self._household = self._household, _Household()
        several = len(household.people) <= FAMILY_MAX
        for place, is_its_head in household.holders:
            accepted = self.check.accepted[place]
            others = [
                person if is_its_head else replace(person, relation=HEAD if head else MEMBER)
                for person, head, _ in household.people
                if person.id_number != accepted.draft.id_number.number
            ]
            if others and several:
                family = _with(accepted.draft.family, others)
                self.check.accepted[place] = replace(
                    accepted, draft=replace(accepted.draft, family=family)
                )
        for _, _, number in household.people:
            if number is not None:
                entered = bool(household.holders) and several
                words = FAMILY if entered else NO_HOLDER
                self.check.left_out.append(LeftOut(self.sheet, number, words, lost=not entered))

    def _with_household(self, row: SheetRow) -> SheetRow:
        """The row with what stands once for its household, where each person is told apart."""
        household = self._household
        if not self._in_households or "entitled" not in self.header.columns:
            return row
        if household.first is None:
            household.first = row
            return row
        cells = list(row.cells)
        for name in HOUSEHOLD_FIELDS:
            column = self.header.columns.get(name)
            if column is None or column >= len(household.first.cells):
                continue
            cells.extend([None] * (column + 1 - len(cells)))
            if is_blank(cells[column]) and not isinstance(cells[column], Merged):
                cells[column] = household.first.cells[column]
        return replace(row, cells=tuple(cells))

    def _crossed_out(self, row: SheetRow) -> bool:
        return any(self.header.columns[name] in row.struck for name in ("name", "id_number"))

    def _begin_household(self, row: SheetRow) -> None:
        if not self._in_households:
            return
        key = household_of(self.header, row)
        head = is_head(relation_of(self.header, row))
        if head or key is None or key != self._household.key:
            has_head = any(is_its_head for _, is_its_head, _ in self._household.people)
            if key is None and not head and has_head and _is_relative(self.header, row):
                return  # the household is known by the row of its head, above
            self.end_household()
            self._household.key = key

    def _take_person(self, row: SheetRow) -> None:
        self._last = None
        result = read_row(self.sheet, self.header, row, self.circumstances)
        if isinstance(result, NotEntitled):
            self._leave_out(row, result.why)
            return
        if isinstance(result, list):
            self._refuse(row, result)
            return
        place = self._accept(row, result)
        self._last = place
        if place is None or not self._in_households:
            return
        relation = relation_of(self.header, row)
        head = is_head(relation) or result.name == self._household.key
        person = FamilyDraft(
            result.name, HEAD if head else relation or MEMBER, result.id_number.number
        )
        self._household.holders.append((place, head))
        self._household.people.append((person, head, None))

    def _take_housemate(self, row: SheetRow) -> None:
        result = read_person(self.sheet, self.header, row, self.circumstances)
        if isinstance(result, list):
            self._refuse(row, result)
            return
        head = is_head(result.relation)
        relation = HEAD if head else result.relation or MEMBER
        self._household.people.append((replace(result, relation=relation), head, row.number))

    def _take_members(self, row: SheetRow) -> None:
        result = read_members(self.sheet, self.header, row, self.circumstances)
        if isinstance(result, list):
            self._refuse(row, result)
        elif self._last is None:
            self._leave_out(row, NO_HOLDER, lost=True)
        else:
            accepted = self.check.accepted[self._last]
            family = _with(accepted.draft.family, result)
            self.check.accepted[self._last] = replace(
                accepted, draft=replace(accepted.draft, family=family)
            )
            self._leave_out(row, FAMILY)

    def _accept(self, row: SheetRow, draft: HolderDraft) -> int | None:
        """The place of the person's row in `accepted`; None if two rows name them differently."""
        number = draft.id_number.number
        place = self.seen.get(number)
        if place is None:
            self.seen[number] = len(self.check.accepted)
            self.check.accepted.append(AcceptedRow(self.sheet, row.number, draft))
            return self.seen[number]
        earlier = self.check.accepted[place]
        if not same_name(earlier.draft.name, draft.name):
            self._refuse_both(row, place, earlier)
            return None
        merged, added = _merged(earlier.draft, draft)
        self.check.accepted[place] = replace(earlier, draft=merged)
        self.check.repeated.append(
            RepeatedRow(
                self.sheet,
                row.number,
                number,
                earlier.sheet,
                earlier.row,
                _content(draft) != _content(earlier.draft),
                added,
            )
        )
        return place

    def _refuse_both(self, row: SheetRow, place: int, earlier: AcceptedRow) -> None:
        """Two names under one number: nobody can tell here whose it is."""
        column = self.header.columns["name"]
        remedy = sentence("同一个身份证号码写了两个姓名，两行都没有导入；请核对是谁的号码。")
        spelled = self.header.spelled.get(column, "")
        problem = problem_at(self.sheet, row.number, "name_conflict", remedy, column, spelled)
        self._refuse(row, [problem])
        if place not in self.check.withdrawn:
            self.check.withdrawn.add(place)
            first = problem_at(earlier.sheet, earlier.row, "name_conflict", remedy)
            name, number = earlier.draft.name, earlier.draft.id_number.number
            self.check.refused.append(
                RefusedRow(earlier.sheet, earlier.row, (), (first,), name, number)
            )

    def _refuse(self, row: SheetRow, problems: list[Problem]) -> None:
        name, number = who_is_meant(self.header, row, self.circumstances.today)
        self.check.refused.append(
            RefusedRow(self.sheet, row.number, row.cells, tuple(problems), name, number)
        )

    def _leave_out(self, row: SheetRow, why: str, *, lost: bool = False) -> None:
        self.check.left_out.append(LeftOut(self.sheet, row.number, why, lost))


def _is_relative(header: Header, row: SheetRow) -> bool:
    return bool(RELATIVE.search(relation_of(header, row)))


def _merged(earlier: HolderDraft, later: HolderDraft) -> tuple[HolderDraft, tuple[str, ...]]:
    """One person on two rows: the eligibilities and the family of both; and the kinds added."""
    known = {eligibility.kind for eligibility in earlier.eligibilities}
    added = tuple(e for e in later.eligibilities if e.kind not in known)
    merged = replace(
        earlier,
        phone=earlier.phone or later.phone,
        family=_with(earlier.family, later.family),
        eligibilities=(*earlier.eligibilities, *added),
    )
    return merged, tuple(eligibility.kind for eligibility in added)


def _with(
    family: tuple[FamilyDraft, ...], more: list[FamilyDraft] | tuple[FamilyDraft, ...]
) -> tuple[FamilyDraft, ...]:
    """The family with those of `more` who are new: by number, or by name where one has none."""
    members = list(family)
    for member in more:
        known = any(
            member.id_number == one.id_number
            if member.id_number and one.id_number
            else member.name == one.name
            for one in members
        )
        if not known and len(members) < FAMILY_MAX:
            members.append(member)
    return tuple(members)


def _content(draft: HolderDraft) -> tuple[object, ...]:
    """A row's data about a person, without their source."""
    kinds = [(e.kind, e.starts_on, e.ends_on) for e in draft.eligibilities]
    return (draft.name, draft.division_code, draft.phone, draft.family, tuple(kinds))
