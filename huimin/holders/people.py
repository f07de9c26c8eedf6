"""Holders and their families: written with checked data, and masked for tills.

An ID number is encrypted and found by its keyed hash, which the database requires to be unique.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.identity import IdNumber, mask_name
from huimin.core.name_form import name_form
from huimin.core.refusals import Refusal, field_problem
from huimin.core.words import ELIGIBILITIES
from huimin.divisions.lives import living_code
from huimin.divisions.within import division_parameters
from huimin.holders import queries
from huimin.holders.entitled_days import note_entitled_days
from huimin.holders.name_grams import add_name_grams
from huimin.holders.person_name import NAME_MAX
from huimin.holders.relations import UNSAID_RELATION, one_relation
from huimin.keys.personal_data import UNREADABLE, PersonalData
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

FAMILY_MAX = 20
SELF = "本人"


@dataclass(frozen=True, slots=True)
class FamilyDraft:
    """A family member to add; the ID number may be unknown."""

    name: str
    relation: str
    id_number: str | None = None


@dataclass(frozen=True, slots=True)
class EligibilityDraft:
    """An eligibility to add, with its county days and the register or paper that proves it."""

    kind: str
    starts_on: date
    source: str
    ends_on: date | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class HolderDraft:
    """A person with checked data, ready to write."""

    name: str
    id_number: IdNumber
    division_code: str
    phone: str | None = None
    family: tuple[FamilyDraft, ...] = ()
    eligibilities: tuple[EligibilityDraft, ...] = ()


def one_family(family: Iterable[FamilyDraft], holder_number: str) -> tuple[FamilyDraft, ...]:
    """The family with relations of the list, without the holder, and nobody twice."""
    members: list[FamilyDraft] = []
    for member in family:
        member = replace(member, relation=one_relation(member.relation))
        if member.id_number != holder_number and not any(same_member(member, m) for m in members):
            members.append(member)
    return tuple(members)


def same_member(one: FamilyDraft, other: FamilyDraft) -> bool:
    """Whether both are one person: by number; or by name and relation, if either has no number."""
    if one.id_number and other.id_number:
        return one.id_number == other.id_number
    relations = {one_relation(one.relation), one_relation(other.relation)}
    same = name_form(one.name) == name_form(other.name)
    return same and len(relations - {UNSAID_RELATION}) <= 1


def add_holder(
    tx: Transaction, personal_data: PersonalData, draft: HolderDraft, **by: Unpack[By]
) -> str:
    """Write a person with family and eligibilities; returns the holder's id.

    Raises FieldProblems when the ID number is already known or the draft is invalid.
    """
    holder_id = enter_holder(tx, personal_data, draft, now=by["now"])
    if holder_id is None:
        raise field_problem("id_number", "这个身份证号码已登记过，请查找原有的持卡人。")
    record(
        tx,
        "holder.added",
        holder_id,
        new={"division_code": draft.division_code, "family_members": len(draft.family)},
        **by,
    )
    return holder_id


def enter_holder(
    tx: Transaction, personal_data: PersonalData, draft: HolderDraft, *, now: datetime
) -> str | None:
    """Write a person and return the id, or write nothing if the ID number is already known.

    Raises FieldProblems when the draft is invalid. The caller must write the audit record.
    """
    draft = replace(draft, family=one_family(draft.family, draft.id_number.number))
    _require_fit(draft)
    # The unique hash finds nobody whose row a rotation of keys has not reached yet.
    number = draft.id_number.number
    if personal_data.rotating and find_by_id_number(tx, personal_data, number) is not None:
        return None
    inserted = queries.insert_holder(
        tx,
        id=new_id(),
        name=draft.name,
        gender=draft.id_number.gender,
        birth_date=draft.id_number.birth_date.isoformat(),
        **personal_data.columns("holder.id_number", number),
        **personal_data.phone_columns(draft.phone),
        # A list that was read before a change of divisions may be written after it.
        division_code=living_code(tx, draft.division_code),
        created_at=instant_text(now),
    )
    if inserted is None:
        return None
    holder_id = str(inserted["id"])
    add_name_grams(tx, holder_id, [draft.name, *(member.name for member in draft.family)])
    for member in draft.family:
        _insert_member(tx, personal_data, holder_id, member, now=now)
    for eligibility in draft.eligibilities:
        add_eligibility(tx, holder_id, eligibility, now=now)
    return holder_id


def add_family_member(
    tx: Transaction,
    personal_data: PersonalData,
    holder_id: str,
    member: FamilyDraft,
    *,
    now: datetime,
) -> None:
    """Add a family member who may present the holder's card."""
    _insert_member(tx, personal_data, holder_id, member, now=now)
    add_name_grams(tx, holder_id, [member.name])


def _insert_member(
    tx: Transaction,
    personal_data: PersonalData,
    holder_id: str,
    member: FamilyDraft,
    *,
    now: datetime,
) -> None:
    queries.insert_family_member(
        tx,
        id=new_id(),
        holder_id=holder_id,
        name=member.name,
        relation=member.relation,
        **personal_data.columns("family_member.id_number", member.id_number),
        added_at=instant_text(now),
    )


def add_eligibility(
    tx: Transaction, holder_id: str, eligibility: EligibilityDraft, *, now: datetime
) -> bool:
    """Write an eligibility; False if the same one already exists."""
    written: int = queries.insert_eligibility(
        tx,
        id=new_id(),
        holder_id=holder_id,
        kind=eligibility.kind,
        starts_on=eligibility.starts_on.isoformat(),
        ends_on=eligibility.ends_on.isoformat() if eligibility.ends_on else None,
        evidence=eligibility.evidence,
        source=eligibility.source,
        recorded_at=instant_text(now),
    )
    if written:
        note_entitled_days(tx, holder_id)
    return written == 1


def set_last_day(
    tx: Transaction, holder_id: str, eligibility_id: str, ends_on: date | None
) -> None:
    """Set the last day of one of the holder's eligibilities; None for no end."""
    last_day = ends_on.isoformat() if ends_on is not None else None
    queries.end_eligibility(tx, id=eligibility_id, ends_on=last_day)
    note_entitled_days(tx, holder_id)


def holder_by_id(tx: Transaction, holder_id: str) -> Row | None:
    """The holder's row, with encrypted numbers, or None."""
    row: Row | None = queries.holder_by_id(tx, id=holder_id)
    return row


def has_holders(tx: Transaction) -> bool:
    """Whether there is any holder whose data is not erased."""
    return queries.any_holder(tx) is not None


def keys_fit(tx: Transaction, personal_data: PersonalData) -> bool:
    """Whether these are the keys of this county: they open an ID number, and find it again."""
    row = queries.any_holder(tx)
    if row is None or row["id_number_cipher"] is None:
        return True
    try:
        number = personal_data.decrypt(row["id_number_cipher"], "holder.id_number")
    except UNREADABLE:
        return False
    return row["id_number_hash"] in personal_data.lookup_hashes(number)


def find_by_id_number(tx: Transaction, personal_data: PersonalData, number: str) -> Row | None:
    """The holder with that 18-character ID number, or None."""
    row: Row | None = queries.holder_by_id_number(
        tx, **personal_data.sought("id_number_hash", number)
    )
    return row


def family_of(tx: Transaction, holder_id: str) -> list[Row]:
    """The family members who may present the card today, in order of entry."""
    return list(queries.family_of(tx, holder_id=holder_id))


def presenters_of(tx: Transaction, holder_id: str) -> list[Row]:
    """Who may present the card: the holder first (relation 本人), then the family.

    Each with id, kind, name, name_masked and relation; the holder with division_code as well.
    """
    return [
        {
            "id": row["id"],
            "kind": row["kind"],
            "name": row["name"],
            "name_masked": mask_name(row["name"]),
            "relation": row["relation"] or SELF,
            "division_code": row["division_code"],
        }
        for row in queries.presenters(tx, holder_id=holder_id)
    ]


def presenter_of(tx: Transaction, holder_id: str, person_id: str) -> Row:
    """Who presents the card: `presenters_of`'s row of that id, with the holder's division_code.

    Raises Refusal `presenter_unknown`.
    """
    people = presenters_of(tx, holder_id)
    for person in people:
        if person["id"] == person_id:
            return {**person, "division_code": people[0]["division_code"]}
    raise Refusal("presenter_unknown")


def family_at(tx: Transaction, holder_id: str, at: datetime) -> list[str]:
    """The ids of the family members at a past instant."""
    return [row["id"] for row in queries.family_at(tx, holder_id=holder_id, at=instant_text(at))]


def eligibilities_on(tx: Transaction, holder_id: str, day: date) -> list[str]:
    """The kinds of eligibility that the holder has on that county day."""
    return [
        row["kind"]
        for row in queries.eligibilities_on(tx, holder_id=holder_id, day=day.isoformat())
    ]


def may_come(tx: Transaction, holder_id: str, today: date) -> bool:
    """Whether the holder has an eligibility that is in force on that county day or later."""
    last = today.isoformat()
    rows = queries.eligibilities_of(tx, holder_id=holder_id)
    return any(row["ends_on"] is None or row["ends_on"] >= last for row in rows)


def eligibilities_of(tx: Transaction, holder_id: str) -> list[Row]:
    """Every eligibility the holder has or had, oldest first."""
    return list(queries.eligibilities_of(tx, holder_id=holder_id))


def list_holders(
    tx: Transaction, *, division_code: str | None = None, after: str = "", count: int = 50
) -> list[Row]:
    """Up to `count` holders behind the id `after`; of a county's, town's or village's code."""
    return list(
        queries.list_holders(tx, **division_parameters(division_code), after=after, count=count)
    )


def _require_fit(draft: HolderDraft) -> None:
    require_name("name", draft.name)
    if len(draft.family) > FAMILY_MAX:
        raise field_problem("family", "家庭成员最多 {family_max} 人。", family_max=FAMILY_MAX)
    for member in draft.family:
        require_name("family", member.name)
    for eligibility in draft.eligibilities:
        require_eligibility_kind("eligibility", eligibility.kind)


def require_eligibility_kind(field: str, kind: str) -> None:
    """Raise FieldProblems on `field` for an unknown kind."""
    if kind not in ELIGIBILITIES:
        raise field_problem(field, "保障类别应为低保、特困、重大疾病、残疾、孤儿或其他。")


def require_name(field: str, name: str) -> None:
    """Raise FieldProblems on `field` for a text that can't be a name."""
    if not name.strip() or len(name) > NAME_MAX or not name.isprintable():
        raise field_problem(field, "姓名须为 1 到 {name_max} 个字。", name_max=NAME_MAX)
