"""Compare a register with the county's people: who is new, who gains something, whose eligibility
is missing from it, and who is entitled but has no card (免申即享).

Only `propose` writes, in the transaction that writes the rows. Whose aid is to end is another act
(holders/endings/).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Unpack

from huimin.core.acting import By
from huimin.core.days import county_day
from huimin.core.identity import mask_name
from huimin.divisions.find import town_of
from huimin.divisions.within import division_parameters
from huimin.holders import queries
from huimin.holders.applications import submit_application
from huimin.holders.people import find_by_id_number
from huimin.holders.registers.as_shown import needs_application, print_of
from huimin.holders.registers.check_register import Progress
from huimin.holders.registers.gains import gains_of
from huimin.holders.registers.result import AcceptedRow, RegisterCheck
from huimin.keys.personal_data import PersonalData
from huimin.storage.engine import Row, Transaction
from huimin.storage.giving_way import give_way

CHUNK = 100


@dataclass
class Match:
    """Masked rows by group: name_masked, division_code, and the group's own fields."""

    new: list[Row] = field(default_factory=list)
    gaining: list[Row] = field(default_factory=list)
    unchanged: list[Row] = field(default_factory=list)
    missing: list[Row] = field(default_factory=list)
    without_card: list[Row] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The groups by name; their rows are not copied, which would hold up tills."""
        return vars(self)


def match_register(
    tx: Transaction,
    personal_data: PersonalData,
    check: RegisterCheck,
    today: date,
    progress: Progress = lambda done, total: None,
    register_date: date | None = None,
) -> Match:
    """Compare the accepted rows with the enrolled people; reads only."""
    match, seen = Match(), _holders_of_refused(tx, personal_data, check)
    for count, row in enumerate(check.accepted, start=1):
        give_way()
        draft = row.draft
        listed = {
            "name_masked": mask_name(draft.name),
            "division_code": draft.division_code,
            "sheet": row.sheet,
            "row": row.row,
        }
        gains, applies = None, True
        holder = find_by_id_number(tx, personal_data, draft.id_number.number)
        if holder is None:
            match.new.append(listed)
            match.without_card.append(listed)
        else:
            seen.add(holder["id"])
            listed["holder_id"] = holder["id"]
            gains = gains_of(tx, personal_data, holder, draft, today, register_date)
            if gains.changes:
                listed["changes"] = gains.as_rows()
            (match.gaining if gains else match.unchanged).append(listed)
            applies = needs_application(tx, holder["id"])
            if applies:
                match.without_card.append(listed)
        listed["print"] = print_of(personal_data, draft, gains, applies)
        if count % CHUNK == 0:
            progress(count, len(check.accepted))
    match.missing = _missing(tx, check, seen, today)
    return match


def propose(
    tx: Transaction, personal_data: PersonalData, rows: Sequence[AcceptedRow], **by: Unpack[By]
) -> int:
    """Verify a register's people, and apply for a card for those without card or application.

    They are already enrolled. Returns the number of applications.
    """
    proposed, today = 0, county_day(by["now"]).isoformat()
    for row in rows:
        holder = find_by_id_number(tx, personal_data, row.draft.id_number.number)
        if holder is None or holder["erased_at"] is not None:
            continue
        queries.set_verified(tx, id=holder["id"], verified_on=today)
        if needs_application(tx, holder["id"]):
            submit_application(tx, holder_id=holder["id"], source="register", **by)
            proposed += 1
    return proposed


def _holders_of_refused(
    tx: Transaction, personal_data: PersonalData, check: RegisterCheck
) -> set[str]:
    """Ids of people whose row was refused: they are in the register nevertheless."""
    holder_ids = set()
    for row in check.refused:
        if row.id_number is not None:
            holder = find_by_id_number(tx, personal_data, row.id_number)
            if holder is not None:
                holder_ids.add(str(holder["id"]))
    return holder_ids


def _missing(tx: Transaction, check: RegisterCheck, seen: set[str], today: date) -> list[Row]:
    """People in the register's towns with a live card and one of its eligibilities, but not in it.

    Anybody whose name is in a row with an unreadable number is left out: it may be that row.
    """
    unclear = {row.name for row in check.refused if row.id_number is None}
    kinds = {one.kind for row in check.accepted for one in row.draft.eligibilities}
    towns = {town_of(row.draft.division_code) for row in check.accepted}
    missing = []
    for kind in sorted(kinds):
        for town in sorted(towns):
            rows = queries.entitled_with_card(
                tx, kind=kind, today=today.isoformat(), **division_parameters(town)
            )
            missing += [
                {
                    "holder_id": row["holder_id"],
                    "eligibility_id": row["id"],
                    "kind": kind,
                    "starts_on": row["starts_on"],
                    "name_masked": mask_name(row["name"]),
                    "division_code": row["division_code"],
                }
                for row in rows
                if row["holder_id"] not in seen and row["name"] not in unclear
            ]
    return missing
