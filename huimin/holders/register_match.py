"""A register against the county's people: who is new, who gains, whose eligibility is not in it any
more, and who is entitled without a card (免申即享).

Nothing is written here but by `propose` and `end_missing`, a hundred people to a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from huimin.core.identity import mask_name
from huimin.core.refusals import FieldProblems
from huimin.divisions.find import town_of
from huimin.holders.applications import submit_application
from huimin.holders.change_person import end_eligibility
from huimin.holders.check_register import AcceptedRow, RegisterCheck
from huimin.holders.holder_queries import queries
from huimin.holders.people import Row, division_bounds, find_by_id_number
from huimin.holders.personal_data import PersonalData
from huimin.holders.register_import import gains_of
from huimin.storage.engine import Engine, Transaction

CHUNK = 100


@dataclass
class Match:
    """Rows of each group, masked: name_masked, division_code, and what the group needs beside."""

    new: list[Row] = field(default_factory=list)
    gaining: list[Row] = field(default_factory=list)
    unchanged: list[Row] = field(default_factory=list)
    missing: list[Row] = field(default_factory=list)
    without_card: list[Row] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The groups by name."""
        return asdict(self)


def match_register(
    tx: Transaction, personal_data: PersonalData, check: RegisterCheck, today: date
) -> Match:
    """Compare the accepted rows with the people who are enrolled. Reads only."""
    match, seen = Match(), set()
    for row in check.accepted:
        draft = row.draft
        shown = {
            "name_masked": mask_name(draft.name),
            "division_code": draft.division_code,
            "sheet": row.sheet,
            "row": row.row,
        }
        holder = find_by_id_number(tx, personal_data, draft.id_number.number)
        if holder is None:
            match.new.append(shown)
            match.without_card.append(shown)
            continue
        seen.add(holder["id"])
        shown["holder_id"] = holder["id"]
        gains = gains_of(tx, personal_data, holder, draft)
        (match.gaining if gains else match.unchanged).append(shown)
        if _needs_application(tx, holder["id"]):
            match.without_card.append(shown)
    match.missing = _missing(tx, check, seen, today)
    return match


def propose(
    engine: Engine,
    personal_data: PersonalData,
    rows: Sequence[AcceptedRow],
    *,
    now: datetime,
    actor: str,
    today: date,
    told: Any,
) -> int:
    """Verify the register's people and apply for those without card or open application.

    Runs after the import, so that all of them are enrolled; `told(done, total)` counts rows. The
    number of applications.
    """
    proposed = 0
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]

        def work(tx: Transaction, chunk: Sequence[AcceptedRow] = chunk) -> int:
            return _propose(tx, personal_data, chunk, now=now, actor=actor, today=today)

        proposed += engine.write(work)
        told(start + len(chunk), len(rows))
    return proposed


def end_missing(
    engine: Engine,
    missing: Iterable[Row],
    *,
    last_day: date,
    reason: str,
    now: datetime,
    actor: str,
) -> int:
    """Give the eligibilities that the register no longer holds their last day; how many."""
    ended = 0
    for row in missing:

        def work(tx: Transaction, row: Row = row) -> None:
            end_eligibility(
                tx,
                row["holder_id"],
                row["eligibility_id"],
                ends_on=max(last_day, date.fromisoformat(row["starts_on"])),
                reason=reason,
                now=now,
                actor=actor,
            )

        engine.write(work)
        ended += 1
    return ended


def _propose(
    tx: Transaction,
    personal_data: PersonalData,
    chunk: Sequence[AcceptedRow],
    *,
    now: datetime,
    actor: str,
    today: date,
) -> int:
    proposed = 0
    for row in chunk:
        holder = find_by_id_number(tx, personal_data, row.draft.id_number.number)
        if holder is None or holder["erased_at"] is not None:
            continue
        queries.set_verified(tx, id=holder["id"], verified_on=today.isoformat())
        if _needs_application(tx, holder["id"]):
            try:
                submit_application(
                    tx, holder_id=holder["id"], now=now, actor=actor, source="register"
                )
            except FieldProblems:
                continue  # somebody else applied in between
            proposed += 1
    return proposed


def _needs_application(tx: Transaction, holder_id: str) -> bool:
    return queries.card_or_application(tx, holder_id=holder_id) is None


def _missing(tx: Transaction, check: RegisterCheck, seen: set[str], today: date) -> list[Row]:
    """People with a live card, an eligibility of the register's kinds, in its towns, not in it."""
    kinds = {one.kind for row in check.accepted for one in row.draft.eligibilities}
    towns = {town_of(row.draft.division_code) for row in check.accepted}
    found = []
    for kind in sorted(kinds):
        for town in sorted(towns):
            first, last = division_bounds(town)
            rows = queries.entitled_with_card(
                tx, kind=kind, today=today.isoformat(), division_first=first, division_last=last
            )
            found += [
                {
                    "holder_id": row["holder_id"],
                    "eligibility_id": row["id"],
                    "kind": kind,
                    "starts_on": row["starts_on"],
                    "name_masked": mask_name(row["name"]),
                    "division_code": row["division_code"],
                }
                for row in rows
                if row["holder_id"] not in seen
            ]
    return found
