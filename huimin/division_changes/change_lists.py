"""Propose, decide and withdraw a list of changes; and what it would do.

Whoever proposed a list never approves it while four eyes are set. A proposed list changes nothing.
What was checked when it was proposed is checked again when it is approved and on each day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Unpack

from huimin.audit.record import GROUNDS, checked_reason, record
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.core.identity import mask_name
from huimin.core.refusals import FieldProblems, Problems, Refusal, field_problem
from huimin.division_changes import queries
from huimin.division_changes.county_copy import Planned
from huimin.division_changes.plan import plan_changes, refuse
from huimin.division_changes.read_list import read_change_list
from huimin.divisions.lives import DISSOLVED, lives_of
from huimin.holders.registers.sheets import Opener, open_sheets
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id
from huimin.storage.list_query import ListQuery

# What stands under a division and goes with it, in the order in which it is said.
OCCUPANTS = (
    *("people", "family", "unprinted", "applications"),
    *("outlets", "staff", "merchant_applications"),
)
# What must be gone before a division is dissolved.
HOLDING = ("people", "outlets", "staff", "merchant_applications")


@dataclass(frozen=True, slots=True)
class ListCriteria:
    """What to list; None does not filter."""

    state: str | None = None


lists_before = ListQuery[ListCriteria](queries, "lists_before")


def check_list(
    tx: Transaction, path: Path, *, today: date, opened: Opener = open_sheets
) -> list[Planned]:
    """The changes that a file comes to; for a read. Raises FieldProblems on `file`, one a line."""
    problems = Problems()
    lines = read_change_list(path, problems, today=today, opened=opened)
    return checked_changes(tx, lines, problems)


def checked_changes(
    tx: Transaction, lines: Sequence[Any], problems: Problems, but: str = ""
) -> list[Planned]:
    """The changes of lines, none of which is wrong. Raises FieldProblems on `file`.

    `but` is the list that the lines are of.
    """
    planned = plan_changes(
        lines,
        lives_of(tx),
        problems,
        locked_months={row["month"] for row in queries.locked_months(tx)},
        undone_codes={row["code"] for row in queries.undone_codes(tx, but=but)},
    )
    if any(change.kind == DISSOLVED for change in planned):
        _require_emptied(tx, planned, problems)
    problems.sort(key=lambda one: int(one.text.params.get("line") or 0))
    problems.finish()
    return planned


def effects_of(tx: Transaction, changes: Sequence[Planned]) -> list[Row]:
    """What each change would take along: the counts of OCCUPANTS, in the order of the changes."""
    return [dict(_occupants(tx, change)) for change in changes]


def total_of(effects: Sequence[Row]) -> Row:
    """All of them together."""
    return {name: sum(int(row[name]) for row in effects) for name in OCCUPANTS}


def people_of(tx: Transaction, changes: Sequence[Planned]) -> list[Row]:
    """Everybody who would move: masked name, last digits of the card, from where, to where."""
    rows = []
    for change in changes:
        if change.old_code is None or change.new_code is None:
            continue
        for row in queries.people_in(tx, code=change.old_code):
            rows.append(
                {
                    "holder_id": row["id"],
                    "name_masked": mask_name(row["name"]),
                    "card_end": row["card_number"][-4:] if row["card_number"] else None,
                    "old": change.old_name,
                    "new": change.new_name,
                    "effective_on": change.effective_on.isoformat(),
                }
            )
    return rows


def propose_list(
    tx: Transaction,
    planned: Sequence[Planned],
    *,
    file_name: str,
    file_sha256: str,
    **by: Unpack[By],
) -> str:
    """Keep a checked list for somebody to decide; its id. Raises FieldProblems on `file`."""
    # Between the check and now another list may have been proposed.
    checked_changes(tx, [change.as_line() for change in planned], Problems())
    list_id = new_id()
    queries.insert_list(
        tx,
        id=list_id,
        file_name=file_name,
        file_sha256=file_sha256,
        now=instant_text(by["now"]),
        actor=by["actor"],
    )
    _add_changes(tx, list_id, planned, first_place=1)
    new = {"file_name": file_name, "count": len(planned)}
    record(tx, "division_list.proposed", list_id, new=new, **by)
    return list_id


def list_by_id(tx: Transaction, list_id: str) -> Row:
    """The list. Raises Refusal `not_found`."""
    row: Row | None = queries.list_by_id(tx, id=list_id)
    if row is None:
        raise Refusal("not_found")
    return row


def changes_of(tx: Transaction, list_id: str) -> list[Row]:
    """Its changes, in their order."""
    return list(queries.changes_of(tx, list_id=list_id))


def approve_list(tx: Transaction, list_id: str, *, four_eyes: bool, **by: Unpack[By]) -> None:
    """Approve it; apply.py:apply_due then does what is due. Raises FieldProblems on `list` or
    `file`: what is wrong by now.
    """
    row = list_by_id(tx, list_id)
    if four_eyes and by["actor"] == row["proposed_by"]:
        raise field_problem("list", "这是您提出的，请由另一位工作人员审批。")
    _require(row, "proposed")
    require_still_fits(tx, list_id, changes_of(tx, list_id))
    _decide(tx, row, "approved", None, **by)


def reject_list(tx: Transaction, list_id: str, *, reason: str, **by: Unpack[By]) -> None:
    """Reject it with a reason; nothing changes. Raises FieldProblems."""
    row = list_by_id(tx, list_id)
    _require(row, "proposed")
    _decide(tx, row, "rejected", checked_reason(reason, GROUNDS), **by)


def withdraw_list(tx: Transaction, list_id: str, *, reason: str, **by: Unpack[By]) -> None:
    """Take it back before anything of it has taken effect. Raises FieldProblems."""
    row = list_by_id(tx, list_id)
    if row["state"] not in ("proposed", "approved"):
        _require(row, "proposed")
    _decide(tx, row, "withdrawn", checked_reason(reason), **by)


def require_still_fits(tx: Transaction, list_id: str, rows: Sequence[Row]) -> list[Planned]:
    """What its changes come to now. Raises FieldProblems on `file` if they can't be done."""
    lines = [planned_of(row).as_line() for row in rows]
    return checked_changes(tx, lines, Problems(), but=list_id)


def add_later_villages(
    tx: Transaction, list_id: str, rows: Sequence[Row], planned: Sequence[Planned]
) -> None:
    """Add to a list the villages that came to a renamed town after the list was proposed.

    `planned` is what `rows` come to now; such a village follows its town like the others.
    """
    in_list = {(row["old_code"], row["new_code"]) for row in rows}
    later = [change for change in planned if (change.old_code, change.new_code) not in in_list]
    last_place = max(row["place"] for row in changes_of(tx, list_id))
    _add_changes(tx, list_id, later, first_place=last_place + 1)


def planned_of(row: Row) -> Planned:
    """A recorded change."""
    return Planned(
        line=row["line"],
        kind=row["kind"],
        level=row["level"],
        effective_on=date.fromisoformat(row["effective_on"]),
        **{name: row[name] for name in ("old_code", "old_name", "new_code", "new_name", "basis")},
    )


def problem_of(tx: Transaction, row: Row, now: Any) -> FieldProblems | None:
    """Why an approved list could not take effect on a day that is over; None if all is well."""
    if row["state"] != "approved":
        return None
    due = list(queries.due_changes(tx, list_id=row["id"], today=county_day(now).isoformat()))
    try:
        if due:
            require_still_fits(tx, row["id"], due)
    except FieldProblems as error:
        return error
    return None


def _decide(tx: Transaction, row: Row, state: str, reason: str | None, **by: Unpack[By]) -> None:
    decided = queries.decide_list(
        tx,
        id=row["id"],
        state=state,
        reason=reason,
        now=instant_text(by["now"]),
        actor=by["actor"],
    )
    if decided is None:
        raise field_problem("list", "这份变更已经往下办了，请刷新后再看。")
    new = {"file_name": row["file_name"]}
    record(tx, f"division_list.{state}", row["id"], reason=reason, new=new, **by)


def _require(row: Row, state: str) -> None:
    if row["state"] != state:
        raise field_problem("list", "这份变更已经往下办了，请刷新后再看。")


def _add_changes(
    tx: Transaction, list_id: str, planned: Sequence[Planned], *, first_place: int
) -> None:
    queries.insert_change(
        tx,
        [
            {
                "id": new_id(),
                "list_id": list_id,
                "place": place,
                "line": change.line,
                "kind": change.kind,
                "level": change.level,
                "effective_on": change.effective_on.isoformat(),
                "old_code": change.old_code,
                "old_name": change.old_name,
                "new_code": change.new_code,
                "new_name": change.new_name,
                "basis": change.basis,
            }
            for place, change in enumerate(planned, first_place)
        ],
    )


def _require_emptied(tx: Transaction, planned: Sequence[Planned], problems: Problems) -> None:
    """Refuse to dissolve what holds anything by then: what is in it now and what changes before
    have brought there, without what they have taken away.
    """
    held: dict[str, dict[str, int]] = {}

    def held_in(code: str) -> dict[str, int]:
        if code not in held:
            row = queries.occupants(tx, code=code)
            held[code] = {name: int(row[name]) for name in HOLDING}
        return held[code]

    for change in planned:
        if change.old_code is None or change.only_name:
            continue
        leaving = held_in(change.old_code)
        if change.new_code is not None:
            there = held_in(change.new_code)
            held[change.new_code] = {name: there[name] + leaving[name] for name in HOLDING}
            held[change.old_code] = dict.fromkeys(HOLDING, 0)
        elif any(leaving.values()):
            _refuse_occupied(change, leaving, problems)


def _refuse_occupied(change: Planned, held: dict[str, int], problems: Problems) -> None:
    refuse(
        problems,
        change.line,
        "{name}还有 {people} 人、{outlets} 个示范点、{staff} 个登记员账号、"
        "{joining} 份加入申请，不能撤销；请写 撤并，写明并入哪里。",
        name=change.old_name,
        people=held["people"],
        outlets=held["outlets"],
        staff=held["staff"],
        joining=held["merchant_applications"],
    )


def _occupants(tx: Transaction, change: Planned) -> Row:
    if change.old_code is None or change.only_name:
        return dict.fromkeys(OCCUPANTS, 0)
    row: Row = queries.occupants(tx, code=change.old_code)
    return row
