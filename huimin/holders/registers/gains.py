"""What a register's row changes of a known person, and what it leaves because a hand corrected it.

A register adds eligibilities and family members, and renews the place and the phone. What a person
at the office has corrected stands: only a register that is later than the correction, and that the
office says shall count, changes it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from huimin.core.days import county_day
from huimin.core.identity import mask_name, mask_phone
from huimin.core.json_text import read_json
from huimin.core.phone import BETWEEN
from huimin.divisions.lives import living_code
from huimin.holders import queries
from huimin.holders.people import (
    EligibilityDraft,
    FamilyDraft,
    HolderDraft,
    eligibilities_of,
    one_family,
)
from huimin.holders.person_name import same_name
from huimin.holders.relations import UNSAID_RELATION, one_relation
from huimin.keys.personal_data import PersonalData
from huimin.storage.engine import Row, Transaction


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a row changes, masked: "eligibility", "end" (of one), "ended" (one that is
    over), "family", "family_number", "place" or "phone".

    Eligibilities are kinds with their days, places are codes of divisions. `kept` if the old value
    stands: somebody corrected it by hand, or a person must decide.
    """

    field: str
    old: str | None
    new: str
    kept: bool = False


@dataclass
class Gains:
    """What a register's row adds to a known person."""

    eligibilities: list[EligibilityDraft] = field(default_factory=list)
    family: list[FamilyDraft] = field(default_factory=list)
    completed: list[tuple[str, str]] = field(default_factory=list)
    # (eligibility, kind, last day so far, new last day)
    renewals: list[tuple[str, str, str, date]] = field(default_factory=list)
    division_code: str | None = None
    phone: str | None = None
    # What the register says otherwise, and a hand has corrected.
    stands: list[Change] = field(default_factory=list)
    old_place: str = ""
    old_phone: str | None = None

    def __bool__(self) -> bool:
        return bool(
            self.eligibilities
            or self.family
            or self.completed
            or self.renewals
            or self.division_code
            or self.phone
        )

    @property
    def changes(self) -> list[Change]:
        """Old and new of everything that the row changes, and what it leaves."""
        changes = [
            Change("eligibility", None, _days_of(eligibility)) for eligibility in self.eligibilities
        ]
        changes += [
            Change("family", None, f"{mask_name(member.name)} {member.relation}")
            for member in self.family
        ]
        changes += [Change("family_number", None, "") for _ in self.completed]
        changes += [
            Change("end", f"{kind} {old}", new.isoformat()) for _, kind, old, new in self.renewals
        ]
        if self.division_code:
            changes.append(Change("place", self.old_place, self.division_code))
        if self.phone:
            changes.append(
                Change("phone", mask_phone(self.old_phone), mask_phone(self.phone) or "")
            )
        return changes + self.stands

    def as_rows(self) -> list[dict[str, Any]]:
        """The changes as a job or a JSON answer keeps them."""
        return [asdict(change) for change in self.changes]


def gains_of(
    tx: Transaction,
    personal_data: PersonalData,
    holder: Row,
    draft: HolderDraft,
    today: date,
    register_date: date | None = None,
) -> Gains:
    """What the draft adds to a known person on a county day.

    With a `register_date` (a county day) it also changes what was corrected by hand before it.
    """
    gains = Gains(old_place=holder["division_code"])
    recorded = eligibilities_of(tx, holder["id"])
    for eligibility in draft.eligibilities:
        _compare_eligibility(recorded, eligibility, today, gains)
    _compare_family(
        tx, personal_data, holder, one_family(draft.family, draft.id_number.number), gains
    )
    _compare_details(tx, personal_data, holder, draft, gains)
    if gains.division_code or gains.phone:
        _leave_corrected(tx, holder["id"], gains, register_date)
    return gains


def _compare_details(
    tx: Transaction, personal_data: PersonalData, holder: Row, draft: HolderDraft, gains: Gains
) -> None:
    if draft.division_code != holder["division_code"]:
        place = living_code(tx, draft.division_code)
        gains.division_code = None if place == holder["division_code"] else place
    if not draft.phone:
        return
    old = personal_data.value(holder, "holder.phone")
    # A register that has but one of two known numbers takes the other from nobody.
    if not set(draft.phone.split(BETWEEN)) <= set((old or "").split(BETWEEN)):
        gains.old_phone, gains.phone = old, draft.phone


def _leave_corrected(
    tx: Transaction, holder_id: str, gains: Gains, register_date: date | None
) -> None:
    """Take back what would undo a correction by hand, and name it."""
    corrected = _corrected_on(tx, holder_id)
    for name, old, new in (
        ("place", gains.old_place, gains.division_code),
        ("phone", mask_phone(gains.old_phone), mask_phone(gains.phone)),
    ):
        day = corrected.get(name)
        if not new or day is None or (register_date is not None and register_date > day):
            continue
        gains.stands.append(Change(name, old, new, kept=True))
        if name == "place":
            gains.division_code = None
        else:
            gains.phone = None


def _corrected_on(tx: Transaction, holder_id: str) -> dict[str, date]:
    """The county day on which place and phone were corrected, where nothing changed them since."""
    days: dict[str, date] = {}
    for event in queries.details_changed(tx, holder_id=holder_id):
        old, new = read_json(event["old_json"] or "{}"), read_json(event["new_json"] or "{}")
        changed = {
            "place": old.get("division_code") != new.get("division_code"),
            "phone": bool(new.get("phone_changed")),
        }
        for name in [name for name, has in changed.items() if has]:
            if event["action"] == "holder.changed":
                days[name] = county_day(datetime.fromisoformat(event["at"]))
            else:
                days.pop(name, None)
    return days


def _days_of(eligibility: EligibilityDraft) -> str:
    last = eligibility.ends_on.isoformat() if eligibility.ends_on else ""
    return f"{eligibility.kind} {eligibility.starts_on.isoformat()}" + (
        f" – {last}" if last else ""
    )


def _compare_eligibility(
    recorded: Sequence[Row], draft: EligibilityDraft, today: date, gains: Gains
) -> None:
    """A new eligibility, a renewal of one in force, or a difference that a person must decide.

    A register does not end an aid and does not bring back one that has ended: it is named.
    """
    first = draft.starts_on.isoformat()
    last = draft.ends_on.isoformat() if draft.ends_on else None
    same = [
        row
        for row in recorded
        if row["kind"] == draft.kind
        and row["starts_on"] <= first
        and (row["ends_on"] is None or row["ends_on"] >= first)
    ]
    if not same:
        gains.eligibilities.append(draft)
        return
    row = max(same, key=lambda one: one["ends_on"] or "9")
    old = row["ends_on"]
    if old is not None and old < today.isoformat():
        if last is None or last > old:
            gains.stands.append(Change("ended", f"{draft.kind} {old}", last or "", kept=True))
    elif last is not None and (old is None or last < old):
        gains.stands.append(Change("end", f"{draft.kind} {old or ''}", last, kept=True))
    elif last is not None and old is not None and last > old:
        gains.renewals.append((row["id"], draft.kind, old, draft.ends_on or today))


def _compare_family(
    tx: Transaction,
    personal_data: PersonalData,
    holder: Row,
    family: Sequence[FamilyDraft],
    gains: Gains,
) -> None:
    unmatched = list(queries.all_family_of(tx, holder_id=holder["id"]))
    for member in family:
        hashes = personal_data.lookup_hashes(member.id_number) if member.id_number else ()
        match = _matching(unmatched, member, hashes)
        if match is None:
            gains.family.append(member)
            continue
        unmatched.remove(match)
        if member.id_number and match["id_number_hash"] is None and match["ended_at"] is None:
            gains.completed.append((match["id"], member.id_number))


def _matching(
    rows: Sequence[Row], member: FamilyDraft, number_hashes: Collection[str]
) -> Row | None:
    """The recorded member: by number, or by name and relation (unless one is not said) if either
    has no number.
    """
    for row in rows:
        if row["id_number_hash"] in number_hashes:
            return row
    for row in rows:
        if number_hashes and row["id_number_hash"] is not None:
            continue
        relations = {one_relation(row["relation"]), member.relation}
        if same_name(row["name"], member.name) and len(relations - {UNSAID_RELATION}) <= 1:
            return row
    return None
