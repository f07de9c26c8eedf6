"""Write a checked register to the database: new people, and additions for known people.

It is written in short parts that give way to tills (storage/giving_way.py). Each row is written
completely in one part, and writing it again changes nothing; so an interrupted import is finished
by running it again, and importing a file twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.holders import queries
from huimin.holders.people import (
    add_eligibility,
    add_family_member,
    enter_holder,
    find_by_id_number,
    set_last_day,
)
from huimin.holders.registers.as_shown import Prints, needs_application, print_of
from huimin.holders.registers.check_register import Progress
from huimin.holders.registers.gains import Gains, gains_of
from huimin.holders.registers.result import AcceptedRow, RegisterCheck
from huimin.keys.personal_data import UNREADABLE, PersonalData
from huimin.storage.engine import Engine, Row, StorageProblem, Transaction
from huimin.storage.giving_way import in_parts
from huimin.storage.ids import new_id

# So many rows are written together at the most; as a rule their time is over first.
CHUNK_ROWS = 200


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """Numbers of people by what the register changed, or would change in a dry run."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    proposed: int = 0
    # Rows that were not written, because something has changed since it was shown.
    passed: int = 0

    def __add__(self, other: ImportCounts) -> ImportCounts:
        return ImportCounts(
            self.new + other.new,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.proposed + other.proposed,
            self.passed + other.passed,
        )

    @property
    def changed(self) -> bool:
        """Whether the register changed anything."""
        return bool(self.new or self.updated or self.proposed)


Propose = Callable[[Transaction, Sequence[AcceptedRow]], int]
Tell = Callable[[AcceptedRow, Gains], None]


def import_register(
    engine: Engine,
    personal_data: PersonalData,
    check: RegisterCheck,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    propose: Propose | None = None,
    register_date: date | None = None,
    tell: Tell | None = None,
    shown: Prints | None = None,
    **by: Unpack[By],
) -> ImportCounts:
    """Write the accepted rows, or only read in a dry run. `progress(done, total)` counts rows.

    `tell(row, gains)` hears of each known person whom the register changes; `register_date` lets
    it change what was corrected by hand before that day.

    With `shown` a row is only written if it does exactly what its check has shown.

    `propose(tx, rows)` applies for cards in the transaction that writes the rows, so that nobody
    is entered without an application; it returns their number. An import that has changed anything
    is recorded, even if `progress` raises because somebody stopped it.
    """
    today, counts, done = county_day(by["now"]), ImportCounts(), 0

    def write(tx: Transaction, row: AcceptedRow) -> ImportCounts:
        if shown is not None and not _is_as_shown(
            tx, personal_data, row, shown, today, register_date
        ):
            return ImportCounts(passed=1)
        written = _written(
            tx,
            personal_data,
            row,
            dry_run=dry_run,
            register_date=register_date,
            tell=tell,
            **by,
        )
        return replace(written, proposed=propose(tx, [row]) if propose else 0)

    def tried() -> Iterator[list[ImportCounts]]:
        for start in range(0, len(check.accepted), CHUNK_ROWS):
            rows = check.accepted[start : start + CHUNK_ROWS]
            yield engine.read(lambda tx, rows=rows: [write(tx, row) for row in rows])  # type: ignore[misc]

    written = in_parts(engine, check.accepted, write, items_max=CHUNK_ROWS)
    try:
        for part in tried() if dry_run else written:
            counts, done = sum(part, counts), done + len(part)
            if progress is not None:
                progress(done, len(check.accepted))
    finally:
        if counts.changed and not dry_run:
            engine.write(lambda tx: _record_import(tx, check, counts, **by))
    return counts


def require_fitting_keys(tx: Transaction, personal_data: PersonalData) -> None:
    """Raise StorageProblem when the key file does not belong to this database.

    Otherwise, after the loss of a key file, everybody would silently be entered a second time.
    """
    row = queries.any_holder(tx)
    if row is None:
        return
    try:
        number = personal_data.decrypt(row["id_number_cipher"], "holder.id_number")
        fits = row["id_number_hash"] in personal_data.lookup_hashes(number)
    except UNREADABLE:
        fits = False
    if not fits:
        raise StorageProblem(
            "个人信息密钥文件 personal_keys.json 与数据库不配，请从备份恢复这个文件。"
        )


def _written(
    tx: Transaction,
    personal_data: PersonalData,
    row: AcceptedRow,
    *,
    dry_run: bool,
    register_date: date | None,
    tell: Tell | None,
    **by: Unpack[By],
) -> ImportCounts:
    draft = row.draft
    # Insert first and look up afterwards, so that simultaneous imports enter nobody twice.
    if not dry_run and enter_holder(tx, personal_data, draft, now=by["now"]) is not None:
        return ImportCounts(new=1)
    holder = find_by_id_number(tx, personal_data, draft.id_number.number)
    if holder is None:
        return ImportCounts(new=1)
    gains = gains_of(tx, personal_data, holder, draft, county_day(by["now"]), register_date)
    if tell is not None and gains.changes:
        tell(row, gains)
    if not gains:
        return ImportCounts(unchanged=1)
    if not dry_run:
        _apply_gains(tx, personal_data, holder, gains, row, **by)
    return ImportCounts(updated=1)


def _is_as_shown(
    tx: Transaction,
    personal_data: PersonalData,
    row: AcceptedRow,
    shown: Prints,
    today: date,
    register_date: date | None,
) -> bool:
    holder = find_by_id_number(tx, personal_data, row.draft.id_number.number)
    gains, applies = None, True
    if holder is not None:
        gains = gains_of(tx, personal_data, holder, row.draft, today, register_date)
        applies = needs_application(tx, holder["id"])
    print_now = print_of(personal_data, row.draft, gains, applies)
    return shown.get((row.sheet, row.row)) == print_now


def _apply_gains(
    tx: Transaction,
    personal_data: PersonalData,
    holder: Row,
    gains: Gains,
    row: AcceptedRow,
    **by: Unpack[By],
) -> None:
    for eligibility in gains.eligibilities:
        add_eligibility(tx, holder["id"], eligibility, now=by["now"])
    for eligibility_id, _, _, last_day in gains.renewals:
        set_last_day(tx, holder["id"], eligibility_id, last_day)
    for member in gains.family:
        add_family_member(tx, personal_data, holder["id"], member, now=by["now"])
    for member_id, number in gains.completed:
        columns = personal_data.columns("family_member.id_number", number)
        queries.complete_family_member(tx, id=member_id, **columns)
    if gains.division_code or gains.phone:
        _change_holder(tx, personal_data, holder, gains, now=by["now"])
    record(
        tx,
        "holder.updated_by_register",
        holder["id"],
        reason=row.draft.eligibilities[0].source if row.draft.eligibilities else None,
        old={"division_code": holder["division_code"]},
        new=_recorded(gains, holder),
        **by,
    )


def _change_holder(
    tx: Transaction, personal_data: PersonalData, holder: Row, gains: Gains, *, now: datetime
) -> None:
    phone = {name: holder[name] for name in ("phone_cipher", "phone_hash", "second_phone_hash")}
    if gains.phone:
        phone = personal_data.phone_columns(gains.phone)
    queries.change_holder(
        tx,
        id=holder["id"],
        division_code=gains.division_code or holder["division_code"],
        **phone,
        updated_at=instant_text(now),
    )


def _recorded(gains: Gains, holder: Row) -> dict[str, Any]:
    """The audit record's values: kinds and counts, and nothing that identifies anybody."""
    return {
        "division_code": gains.division_code or holder["division_code"],
        "eligibilities": [e.kind for e in gains.eligibilities],
        "renewed": [kind for _, kind, _, _ in gains.renewals],
        "family_added": len(gains.family),
        "family_completed": len(gains.completed),
        "phone_changed": gains.phone is not None,
    }


def _record_import(
    tx: Transaction, check: RegisterCheck, counts: ImportCounts, **by: Unpack[By]
) -> None:
    import_id = new_id()
    queries.insert_register_import(
        tx,
        id=import_id,
        file_name=check.file_name,
        file_sha256=check.file_sha256,
        accepted_count=len(check.accepted),
        refused_count=len(check.refused),
        duplicate_count=len(check.repeated),
        actor=by["actor"],
        imported_at=instant_text(by["now"]),
    )
    record(
        tx,
        "register.imported",
        import_id,
        subject_kind="register_import",
        new={
            "file_sha256": check.file_sha256,
            **asdict(counts),
            "refused": len(check.refused),
        },
        **by,
    )
