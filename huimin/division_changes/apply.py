"""Do what is due: divisions begin, end and get names; people, outlets and accounts go along.

One list's changes of a day are one transaction. Ledger rows stay as they are; what a division was
and who went where is written beside (division_past, division_move).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.core.refusals import FieldProblems
from huimin.division_changes import queries
from huimin.division_changes.change_lists import (
    add_later_villages,
    planned_of,
    require_still_fits,
)
from huimin.division_changes.county_copy import Planned
from huimin.divisions.find import town_of
from huimin.divisions.lives import FOUNDED, lives_of
from huimin.storage.engine import Engine, Row, Transaction
from huimin.storage.ids import new_id

# Who acts when a day comes and nobody is there.
ON_ITS_DAY = "system"
MOVED = ("holder", "outlet", "staff", "merchant_application")


def apply_due(engine: Engine, *, now: datetime) -> list[str]:
    """Apply every approved change whose day has come; the ids of the lists that did not fit.

    Such a list waits, and its page says why. Called by the server twice a minute, by
    `huimin divisions apply`, and when a list is approved.
    """
    today = county_day(now).isoformat()
    waiting = []
    for row in engine.read(lambda tx: list(queries.due_lists(tx, today=today))):
        apply_one = partial(apply_list, list_id=row["id"], now=now, actor=ON_ITS_DAY)
        try:
            engine.write(apply_one)
        except FieldProblems:
            waiting.append(row["id"])
    return waiting


def apply_list(tx: Transaction, list_id: str, **by: Unpack[By]) -> int:
    """Apply what is due of an approved list; how many changes. Raises FieldProblems on `file`."""
    today = county_day(by["now"])
    due = {"list_id": list_id, "today": today.isoformat()}
    rows = list(queries.due_changes(tx, **due))
    if not rows:
        return 0
    add_later_villages(tx, list_id, rows, require_still_fits(tx, list_id, rows))
    rows = list(queries.due_changes(tx, **due))
    for row in rows:
        _apply(tx, row, **by)
        queries.mark_applied(tx, id=row["id"], now=instant_text(by["now"]))
    queries.forget_reach_of_day(tx, day=today.isoformat())
    return len(rows)


def _apply(tx: Transaction, row: Row, **by: Unpack[By]) -> None:
    change = planned_of(row)
    counts: dict[str, int] = {}
    if change.only_name:
        _keep_past(tx, row, change, change.new_code)
        queries.rename_division(
            tx, code=change.old_code, name=change.new_name, valid_from=row["effective_on"]
        )
    else:
        if change.new_code is not None:
            _begin(tx, change)
        if change.old_code is not None:
            counts = _go_along(tx, row, change)
            _keep_past(tx, row, change, change.new_code)
            queries.end_division(
                tx,
                code=change.old_code,
                valid_until=_day_before(change.effective_on),
                successor_code=change.new_code,
            )
    if change.kind == FOUNDED:
        counts = _come_back(tx, row, change)
    record(
        tx,
        f"division.{change.kind}",
        str(change.old_code or change.new_code),
        reason=change.basis,
        old={"code": change.old_code, "name": change.old_name} if change.old_code else None,
        new={
            **({"code": change.new_code, "name": change.new_name} if change.new_code else {}),
            "starts_on": row["effective_on"],
            **counts,
        },
        **by,
    )


def _begin(tx: Transaction, change: Planned) -> None:
    """The division that follows, if it does not live already."""
    code, day = str(change.new_code), change.effective_on.isoformat()
    target = queries.division_row(tx, code=code)
    if target is None:
        before = queries.division_row(tx, code=change.old_code) if change.old_code else None
        place = before if before and change.kind in ("renamed", "moved") else {}
        queries.insert_division(
            tx,
            code=code,
            name=change.new_name,
            level=change.level,
            parent_code=town_of(code) if change.level == "village" else f"{code[:6]}000000",
            valid_from=day,
            latitude_microdegrees=place.get("latitude_microdegrees"),
            longitude_microdegrees=place.get("longitude_microdegrees"),
        )
    elif target["valid_until"] is not None:
        queries.revive_division(tx, code=code, name=change.new_name, valid_from=day)


def _go_along(tx: Transaction, row: Row, change: Planned) -> dict[str, int]:
    """Everything under the old code; how many of each kind."""
    counts: dict[str, int] = {}
    if change.new_code is None:
        return counts
    for kind, listed in (
        ("holder", queries.holders_in),
        ("outlet", queries.outlets_in),
        ("staff", queries.staff_in),
        ("merchant_application", queries.merchant_applications_in),
    ):
        ids = [one["id"] for one in listed(tx, code=change.old_code)]
        counts[kind] = _move(
            tx, row, kind, ids, str(change.old_code), change.new_code, everybody=True
        )
    return _said(counts)


def _come_back(tx: Transaction, row: Row, change: Planned) -> dict[str, int]:
    """What went with the division when it ended, and is still where it went."""
    code, counts = str(change.new_code), dict.fromkeys(MOVED, 0)
    went = [(one["subject_kind"], one["subject_id"]) for one in queries.went_from(tx, code=code)]
    if not went:
        return {}
    followed = _followed_by(tx, code)
    if followed is None:
        return {}
    there = {
        (one["subject_kind"], one["subject_id"]) for one in queries.subjects_at(tx, code=followed)
    }
    for kind in ("holder", "outlet", "staff"):
        ids = [subject for one, subject in went if one == kind and (kind, subject) in there]
        counts[kind] = _move(tx, row, kind, ids, followed, code, everybody=False)
    return _said(counts)


def _followed_by(tx: Transaction, code: str) -> str | None:
    """The living division to which the last end of a division led."""
    past = [life for life in lives_of(tx).by_code[code] if life.valid_until is not None]
    if not past or past[-1].successor_code in (None, code):
        return None
    return lives_of(tx).now(str(past[-1].successor_code))


def _move(
    tx: Transaction,
    row: Row,
    kind: str,
    ids: Iterable[str],
    old_code: str,
    new_code: str,
    *,
    everybody: bool,
) -> int:
    """Move these, which are everybody under the old code or some of them; how many."""
    moves: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "change_id": row["id"],
            "subject_kind": kind,
            "subject_id": subject_id,
            "effective_on": row["effective_on"],
            "old_code": old_code,
            "new_code": new_code,
        }
        for subject_id in ids
    ]
    if moves:
        queries.insert_move(tx, moves)
        if kind == "holder" and everybody:
            queries.move_all_holder(tx, old_code=old_code, new_code=new_code)
        else:
            getattr(queries, f"move_{kind}")(tx, moves)
    return len(moves)


def _keep_past(tx: Transaction, row: Row, change: Planned, successor: str | None) -> None:
    before = queries.division_row(tx, code=change.old_code)
    queries.insert_past(
        tx,
        id=new_id(),
        change_id=row["id"],
        code=change.old_code,
        name=before["name"],
        valid_from=before["valid_from"],
        valid_until=_day_before(change.effective_on),
        successor_code=successor,
    )


def _said(counts: dict[str, int]) -> dict[str, int]:
    """The counts under the names of the audit record."""
    names = {"holder": "people", "outlet": "outlets", "staff": "accounts"}
    return {names[kind]: count for kind, count in counts.items() if kind in names and count}


def _day_before(day: date) -> str:
    return (day - timedelta(days=1)).isoformat()
