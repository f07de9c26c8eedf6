"""A person entered by hand: the same checks as for a register's row, reported by field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from huimin.core.catalogue import sentence
from huimin.core.refusals import FieldProblem, FieldProblems, Problems, field_problem
from huimin.holders.family import refuse_twins
from huimin.holders.people import FamilyDraft, HolderDraft
from huimin.holders.registers.being_entitled import NotEntitled
from huimin.holders.registers.cells import SheetRow
from huimin.holders.registers.family_cell import HOLDER_WORDS, members_as_written
from huimin.holders.registers.header import COLUMN_NAMES, Header
from huimin.holders.registers.places import Places
from huimin.holders.registers.row import read_row
from huimin.holders.registers.row_view import Circumstances

FIELDS = (
    *("name", "id_number", "phone", "town", "village", "kind", "starts_on", "ends_on", "family"),
)
OPTIONS = {"starts_on": "since", "ends_on": "until"}
BY_HAND = sentence("窗口登记")
HOLDER_AS_MEMBER = sentence("持卡人本人不用写进家庭成员，请去掉。")


@dataclass(frozen=True, slots=True)
class HandDraft:
    """A person's data as typed; towns and villages by name."""

    name: str
    id_number: str
    town: str
    village: str
    kind: str
    since: str
    phone: str | None = None
    family: str | None = None
    until: str | None = None


def draft_of(typed: HandDraft, places: Places, today: date) -> HolderDraft:
    """The checked draft. Raises FieldProblems with every field that needs a change."""
    values = [getattr(typed, OPTIONS.get(field, field)) for field in FIELDS]
    header = Header(
        row_number=0,
        columns={field: column for column, field in enumerate(FIELDS)},
        spelled={column: COLUMN_NAMES[field] for column, field in enumerate(FIELDS)},
        families=(FIELDS.index("family"),),
        ends=(FIELDS.index("ends_on"),),
    )
    circumstances = Circumstances(places, today, BY_HAND)
    result = read_row(BY_HAND, header, SheetRow(1, tuple(values)), circumstances)
    if isinstance(result, HolderDraft):
        _refuse_strange_family(typed, result, today)
        # Of a form there is no sheet and no row to name.
        aid = tuple(replace(one, source=BY_HAND) for one in result.eligibilities)
        return replace(result, eligibilities=aid)
    if isinstance(result, NotEntitled):
        raise field_problem("kind", result.why)
    problems = []
    for problem in result:
        column = ord(problem.column or "A") - ord("A")
        field = OPTIONS.get(FIELDS[column], FIELDS[column])
        problems.append(FieldProblem(field, problem.remedy))
    raise FieldProblems(problems)


def _refuse_strange_family(typed: HandDraft, draft: HolderDraft, today: date) -> None:
    """Refuse what a register's cell may say and a person who types it must know: the holder among
    the members, or a member twice."""
    problems = Problems()
    members: list[FamilyDraft] = []
    for member in members_as_written(typed.family, today=today):
        if member.relation in HOLDER_WORDS:
            problems.refuse("family", HOLDER_AS_MEMBER)
        else:
            refuse_twins(problems, member, members, draft.id_number.number, lambda _: "family")
        members.append(member)
    problems.finish()
