"""The third signature closes the month; an administrator can open it again, with a reason.

Approval draws the report once more, holds every row that is being written, and locks the month only
if its sums are still those of that report, whose figures must be those that were prepared: a row
written meanwhile is in the frozen report, or it counts in the next month. The files are made, the
report drawn and the public figures counted before, so that no till waits; the files are written
after.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Unpack

from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal
from huimin.core.words import CLOSING_STATES
from huimin.ledger.lock_month import hold_all_rows, lock_month, locked_at, unlock_month
from huimin.months import queries
from huimin.months.checks import require_over
from huimin.months.closes import close_by_version
from huimin.months.files import digests, make_files
from huimin.months.sign import (
    Drawn,
    Signer,
    end_close,
    lock_close,
    note,
    require_other_signer,
    require_same_figures,
)
from huimin.publication.counts import MonthCounts
from huimin.publication.publish import publish_month, withdraw_month
from huimin.reports.closed_month import read_closed
from huimin.settlement.make import DAYS, make_settlements, void_settlements
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

Contents = Mapping[str, bytes]


def files_to_approve(
    tx: Transaction, folder: Path, month: str, version: int, *, signer: Signer, now: datetime
) -> dict[str, bytes]:
    """The files as this signer's approval would make them. Raises Refusal `not_found`."""
    close = close_by_version(tx, month, version)
    # What can't be approved is refused there, with its reason; here nothing is made of it.
    if close["state"] != "reviewed":
        return {}
    signed = {**close, "approved_name": signer.name, "approved_at": instant_text(now)}
    return make_files(tx, folder, signed, read_closed(signed).report)


def approve_close(
    tx: Transaction,
    month: str,
    version: int,
    *,
    files: Contents,
    signer: Signer,
    now: datetime,
    settlement_days: int = DAYS,
    counted: MonthCounts | None = None,
    drawn: Drawn | None = None,
) -> Row:
    """Sign as 负责人 and close the month; `files` are those of files_to_approve. The row.

    `counted` is that of count_to_publish and `drawn` that of draw_report, so that no sale waits
    while every card is read.

    The merchants' settlements are made with it (`settlement_days` are theirs to confirm in), and
    what everybody may read of the month is published.

    Raises Refusal: not_found, month_not_over, month_step_wrong, month_same_signer, month_closed,
    month_figures_changed.
    """
    # First of all: what is read after this is what the lock locks.
    hold_all_rows(tx)
    require_over(month, now)
    close = _to_approve(tx, month, version, files=files, signer=signer, drawn=drawn)
    lock_month(tx, month, now=now)
    signature = {"at": instant_text(now), "by": signer.username, "name": signer.name}
    queries.approve_close(tx, id=close["id"], **signature)
    signed = _keep_digests(tx, close, files)
    of_close = {"close_id": close["id"], "now": now}
    make_settlements(tx, month, actor=signer.username, days=settlement_days, **of_close)
    publish_month(tx, month, counted=counted, **of_close)
    note(tx, close, "approved", now=now, actor=signer.username, **signed)
    return close_by_version(tx, month, version)


def _to_approve(
    tx: Transaction,
    month: str,
    version: int,
    *,
    files: Contents,
    signer: Signer,
    drawn: Drawn | None,
) -> Row:
    close = lock_close(tx, month, version, "reviewed")
    require_other_signer(close, signer)
    if not files:  # it was reviewed only since they were asked for
        raise Refusal("month_step_wrong", state=CLOSING_STATES.text("prepared"))
    if locked_at(tx, month) is not None:
        raise Refusal("month_closed")
    require_same_figures(tx, close, drawn)
    return close


def _keep_digests(tx: Transaction, close: Row, files: Contents) -> dict[str, str]:
    """Keep what proves the files; the same as the audit record names it."""
    digest_of_form = digests(files)
    for form, (sha256, size) in digest_of_form.items():
        queries.insert_file(
            tx, id=new_id(), close_id=close["id"], form=form, sha256=sha256, size_bytes=size
        )
    return {f"sha256_{form}": sha256 for form, (sha256, _size) in digest_of_form.items()}


def reopen_month(
    tx: Transaction, month: str, version: int, *, reason: str, **by: Unpack[By]
) -> None:
    """Open a closed month again: rows may count in it, and its next closing is the next version.

    What came late meanwhile stays where it was counted, and what was signed stays to be read.
    Raises Refusal: not_found, month_step_wrong; FieldProblems on `reason`.
    """
    close = lock_close(tx, month, version, "approved")
    end_close(tx, close, "reopened", reason=reason, **by)
    unlock_month(tx, month)
    void_settlements(tx, close_id=close["id"], reason=reason.strip(), **by)
    withdraw_month(tx, month, close_id=close["id"], now=by["now"])
