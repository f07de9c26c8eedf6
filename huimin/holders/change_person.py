"""Change a holder's data; each change is recorded with actor, reason, old and new values.

The audit record has names and phones only masked, and whether they changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Unpack

from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.core.identity import mask_name, mask_phone
from huimin.core.phone import BETWEEN, PhoneProblem, read_phones
from huimin.core.refusals import Problems, Refusal, field_problem
from huimin.core.words import ELIGIBILITIES
from huimin.divisions.find import find as find_division
from huimin.divisions.within import required_within
from huimin.holders import queries
from huimin.holders.family import TypedMember, read_member, refuse_twins
from huimin.holders.name_grams import renew_name_grams
from huimin.holders.people import (
    FAMILY_MAX,
    EligibilityDraft,
    FamilyDraft,
    add_eligibility,
    add_family_member,
    family_of,
    set_last_day,
)
from huimin.holders.person_name import checked_name
from huimin.holders.registers.dates import AHEAD_DAYS_MAX
from huimin.keys.personal_data import PersonalData
from huimin.storage.engine import Row, Transaction

# A form's fields of a family member.
FAMILY_FIELDS = {
    "name": "family_name",
    "relation": "relation",
    "words": "relation_words",
    "id_number": "family_id_number",
}


def person(tx: Transaction, holder_id: str, *, within: str | None = None) -> Row:
    """The holder's row. Raises Refusal `not_found` if erased or outside `within`.

    `within` is the division that the reader is limited to; None for the whole county.
    """
    row: Row | None = queries.holder_by_id(tx, id=holder_id)
    if row is None or row["erased_at"] is not None:
        raise Refusal("not_found")
    return required_within(row, within)


def change_details(
    tx: Transaction,
    personal_data: PersonalData,
    holder: Mapping[str, Any],
    *,
    name: str,
    phone: str | None,
    division_code: str,
    reason: str,
    **by: Unpack[By],
) -> None:
    """Correct name, phone and division; does nothing if nothing differs.

    `division_code` is a village's or town's. Raises FieldProblems on name, phone, division_code
    or reason.
    """
    problems = Problems()
    reason = problems.read(_reason, "reason", reason)
    old_phone = personal_data.readable_value(holder, "holder.phone")
    if old_phone is None and holder["phone_cipher"] is not None:
        old_phone = ""  # of a key that is gone: whatever takes its place is a change
    # What is not changed is not judged: it may come from an older register or form.
    if name != holder["name"]:
        name = problems.read(checked_name, "name", name)
    if phone != old_phone:
        phone = problems.read(_phone, "phone", phone or "")
    if division_code != holder["division_code"]:
        division = find_division(tx, division_code)
        if division is None or division["level"] == "county":
            problems.refuse("division_code", "请选择镇街和村社。")
    problems.finish()
    changed = {
        "name_corrected": name != holder["name"],
        "phone_changed": phone != old_phone,
        "division_code": division_code,
    }
    same_place = division_code == holder["division_code"]
    if not changed["name_corrected"] and not changed["phone_changed"] and same_place:
        return
    queries.correct_holder(
        tx,
        id=holder["id"],
        name=name,
        division_code=division_code,
        **personal_data.phone_columns(phone),
        updated_at=instant_text(by["now"]),
    )
    if changed["name_corrected"]:
        renew_name_grams(tx, holder["id"])
    record(
        tx,
        "holder.changed",
        holder["id"],
        reason=reason,
        old={
            "division_code": holder["division_code"],
            "name": mask_name(holder["name"]),
            "phone": mask_phone(old_phone),
        },
        new={**changed, "name": mask_name(name), "phone": mask_phone(phone)},
        **by,
    )


def add_family(
    tx: Transaction,
    personal_data: PersonalData,
    holder_id: str,
    typed: TypedMember,
    *,
    today: date,
    **by: Unpack[By],
) -> None:
    """Add a family member who may present the card.

    Raises FieldProblems on family_name, relation, relation_words or family_id_number: every problem
    of what is typed, the holder's own number, a member who is there already, FAMILY_MAX of them.
    """
    problems = Problems()
    member = read_member(problems, typed, FAMILY_FIELDS.__getitem__, today)
    family = family_of(tx, holder_id)
    if len(family) >= FAMILY_MAX:
        problems.refuse(
            "family_name", "家庭成员最多 {family_max} 人，请先结束一位。", family_max=FAMILY_MAX
        )
    problems.finish()
    if member is None:
        raise Refusal("not_found")
    holder = queries.holder_by_id(tx, id=holder_id)
    others = [_member_draft(personal_data, row) for row in family]
    number = personal_data.value(holder, "holder.id_number") or ""
    refuse_twins(problems, member, others, number, FAMILY_FIELDS.__getitem__)
    problems.finish()
    add_family_member(tx, personal_data, holder_id, member, now=by["now"])
    record(tx, "holder.family_added", holder_id, new={"relation": member.relation}, **by)


def _member_draft(personal_data: PersonalData, row: Row) -> FamilyDraft:
    number = personal_data.value(row, "family_member.id_number")
    return FamilyDraft(row["name"], row["relation"], number)


def end_family(
    tx: Transaction, holder_id: str, member_id: str, *, reason: str, **by: Unpack[By]
) -> None:
    """End a family member's right to present the card. Raises FieldProblems, or `not_found`."""
    reason = checked_reason(reason)
    ended = queries.end_family_member(
        tx, id=member_id, holder_id=holder_id, ended_at=instant_text(by["now"])
    )
    if ended is None:
        # Pressed twice, or in another window: that is what was wanted.
        if any(row["id"] == member_id for row in queries.all_family_of(tx, holder_id=holder_id)):
            return
        raise Refusal("not_found")
    renew_name_grams(tx, holder_id)
    record(
        tx, "holder.family_ended", holder_id, reason=reason, old={"family_member": member_id}, **by
    )


def grant_eligibility(
    tx: Transaction, holder_id: str, draft: EligibilityDraft, **by: Unpack[By]
) -> None:
    """Add an eligibility. Raises FieldProblems for an unknown kind, bad dates or a duplicate."""
    problems = Problems()
    if draft.kind not in ELIGIBILITIES:
        problems.refuse("kind", "请选择保障类别。")
    if draft.starts_on > county_day(by["now"]) + timedelta(days=AHEAD_DAYS_MAX):
        problems.refuse("starts_on", "这一天还没有到；请核对认定日期。")
    if draft.ends_on is not None and draft.ends_on < draft.starts_on:
        problems.refuse("ends_on", "结束日期不能早于开始日期。")
    problems.finish()
    if not add_eligibility(tx, holder_id, draft, now=by["now"]):
        raise field_problem("starts_on", "从这一天起的这项保障已有记录。")
    new = {"kind": draft.kind, "starts_on": draft.starts_on.isoformat(), "source": draft.source}
    record(tx, "holder.eligibility_added", holder_id, new=new, **by)


def end_eligibility(
    tx: Transaction,
    holder_id: str,
    eligibility_id: str,
    *,
    ends_on: date,
    reason: str,
    **by: Unpack[By],
) -> None:
    """Set an eligibility's last day. Raises FieldProblems, or Refusal `not_found`."""
    problems = Problems()
    reason = problems.read(_reason, "reason", reason)
    old = queries.eligibility_by_id(tx, id=eligibility_id)
    if old is None or old["holder_id"] != holder_id:
        raise Refusal("not_found")
    if ends_on.isoformat() < old["starts_on"]:
        problems.refuse("ends_on", "结束日期不能早于开始日期。")
    problems.finish()
    set_last_day(tx, holder_id, eligibility_id, ends_on)
    record(
        tx,
        "holder.eligibility_ended",
        holder_id,
        reason=reason,
        old={"kind": old["kind"], "ends_on": old["ends_on"]},
        new={"kind": old["kind"], "ends_on": ends_on.isoformat()},
        **by,
    )


def verify_holder(
    tx: Transaction, holder_id: str, *, today: date, reason: str, **by: Unpack[By]
) -> None:
    """Record that the entitlement was verified today, and how. Raises FieldProblems."""
    reason = checked_reason(reason)
    queries.set_verified(tx, id=holder_id, verified_on=today.isoformat())
    new = {"verified_on": today.isoformat()}
    record(tx, "holder.verified", holder_id, reason=reason, new=new, **by)


def unmask(
    tx: Transaction,
    personal_data: PersonalData,
    holder: Mapping[str, Any],
    *,
    reason: str,
    **by: Unpack[By],
) -> dict[str, str | None]:
    """Name, ID number and phone in clear, recorded with the reason; None for what no key opens.

    Raises FieldProblems.
    """
    reason = checked_reason(reason)
    unmasked = {"fields": ["name", "id_number", "phone"]}
    record(tx, "holder.unmasked", holder["id"], reason=reason, new=unmasked, **by)
    return {
        "name": holder["name"],
        "id_number": personal_data.readable_value(holder, "holder.id_number"),
        "phone": personal_data.readable_value(holder, "holder.phone"),
    }


def _reason(_field: str, typed: str) -> str:
    return checked_reason(typed)


def _phone(_field: str, typed: str) -> str | None:
    return checked_phone(typed)


def checked_phone(phone: str | None) -> str | None:
    """Phone numbers in the form that they have everywhere; None if there is none.

    Raises FieldProblems on `phone`.
    """
    try:
        return BETWEEN.join(read_phones(phone)) or None
    except PhoneProblem as error:
        raise field_problem("phone", error.text) from error
