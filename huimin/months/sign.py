"""The signatures: 填报 prepares, 审核 reviews, by two administrators; either can be returned.

A signature is for the figures that were checked: where they have changed since, it is refused and
says which. The last signature, which closes the month, stands in approve.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Unpack

from huimin.audit.record import GROUNDS, checked_reason, record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.json_text import canonical_json, read_json
from huimin.core.refusals import FieldProblem, FieldProblems, Refusal
from huimin.core.words import CLOSING_STATES
from huimin.months import queries
from huimin.months.changed_figures import changed_figures
from huimin.months.checks import Check, require_over
from huimin.months.closes import read_close
from huimin.months.words import TITLES, titles_of
from huimin.reports.month_sums import MonthSums, month_sums
from huimin.reports.monthly import monthly_report
from huimin.storage.engine import Row, Transaction

REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the account, and the name for the signature line."""

    username: str
    name: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A month's report as it was drawn just before a signature, so that no till waits for that:
    its figures, and the sums of the ledger that they were drawn from."""

    figures: Mapping[str, Any]
    sums: MonthSums


def draw_report(tx: Transaction, month: str) -> Drawn:
    """The month's report now."""
    return Drawn(monthly_report(tx, month).as_dict(), month_sums(tx, month))


def prepare_close(
    tx: Transaction,
    month: str,
    version: int,
    *,
    reasons: Mapping[str, str],
    signer: Signer,
    now: datetime,
    drawn: Drawn | None = None,
) -> None:
    """Sign as 填报人; `reasons` (by the check's code) say why one goes on over each warning.

    Raises Refusal: not_found, month_not_over, month_step_wrong, month_check_stops,
    month_figures_changed; FieldProblems on `reason-<code>`.
    """
    require_over(month, now)
    close = lock_close(tx, month, version, "draft")
    checks = [Check(**check) for check in close["checks"]]
    stops = [check.code for check in checks if check.level == "stop"]
    if stops:
        raise Refusal("month_check_stops", checks=titles_of(stops))
    accepted = [
        replace(check, reason=reasons.get(check.code, "").strip() or None)
        if check.level == "warning"
        else check
        for check in checks
    ]
    _require_reasons(accepted)
    require_same_figures(tx, close, drawn)
    text = canonical_json([check.as_dict() for check in accepted]).decode()
    queries.prepare_close(tx, id=close["id"], checks_json=text, **_signature(signer, now))
    note(tx, close, "prepared", now=now, actor=signer.username)


def review_close(
    tx: Transaction,
    month: str,
    version: int,
    *,
    signer: Signer,
    now: datetime,
    drawn: Drawn | None = None,
) -> None:
    """Sign as 审核人.

    Raises Refusal: not_found, month_not_over, month_step_wrong, month_same_signer,
    month_figures_changed.
    """
    require_over(month, now)
    close = lock_close(tx, month, version, "prepared")
    require_other_signer(close, signer)
    require_same_figures(tx, close, drawn)
    queries.review_close(tx, id=close["id"], **_signature(signer, now))
    note(tx, close, "reviewed", now=now, actor=signer.username)


def return_close(
    tx: Transaction, month: str, version: int, *, reason: str, **by: Unpack[By]
) -> None:
    """Give back what was prepared or reviewed; the next draft is the next version.

    Raises Refusal: not_found, month_step_wrong; FieldProblems on `reason`.
    """
    close = lock_close(tx, month, version, "prepared", "reviewed")
    end_close(tx, close, "returned", reason=reason, **by)


def lock_close(tx: Transaction, month: str, version: int, *states: str) -> Row:
    """The closing, locked, in one of the states. Raises Refusal: not_found, month_step_wrong."""
    row = queries.lock_close(tx, month=month, version=version)
    if row is None:
        raise Refusal("not_found")
    if row["state"] not in states:
        raise Refusal("month_step_wrong", state=CLOSING_STATES.text(row["state"]))
    return read_close(row)


def require_other_signer(close: Row, signer: Signer) -> None:
    """Pass who has not signed this version. Raises Refusal `month_same_signer`."""
    if signer.username in (close["prepared_by"], close["reviewed_by"]):
        raise Refusal("month_same_signer")


def require_same_figures(tx: Transaction, close: Row, drawn: Drawn | None) -> None:
    """Pass when the report still has the figures that were checked. Raises Refusal
    `month_figures_changed`, which names them.

    It is drawn now, unless it was `drawn` just before and no row has been added since.
    """
    month = close["month"]
    if drawn is not None and month_sums(tx, month) == drawn.sums:
        report = drawn.figures
    else:
        report = monthly_report(tx, month).as_dict()
    what = changed_figures(read_json(close["report_json"]), report)
    if what:
        raise Refusal("month_figures_changed", what=what)


def end_close(tx: Transaction, close: Row, state: str, *, reason: str, **by: Unpack[By]) -> None:
    """Write that a closing was returned or reopened, and why. Raises FieldProblems on `reason`."""
    reason = checked_reason(reason, GROUNDS)
    queries.end_close(
        tx, id=close["id"], state=state, at=instant_text(by["now"]), by=by["actor"], reason=reason
    )
    note(tx, close, state, reason=reason, **by)


def note(
    tx: Transaction,
    close: Row,
    state: str,
    *,
    now: datetime,
    actor: str,
    reason: str | None = None,
    **more: Any,
) -> None:
    """Write a step of a closing to the audit record."""
    record(
        tx,
        f"month.{state}",
        close["month"],
        now=now,
        actor=actor,
        reason=reason,
        old={"state": close["state"]},
        new={
            "state": state,
            "version": close["version"],
            "report_sha256": close["report_sha256"],
            **more,
        },
    )


def _require_reasons(checks: list[Check]) -> None:
    problems = [
        FieldProblem(
            f"reason-{check.code}",
            "“{check}”没有通过，请写明为什么可以继续，不超过 {most} 字。",
            check=TITLES.text(check.code),
            most=REASON_MAX,
        )
        for check in checks
        if check.level == "warning" and not 1 <= len(check.reason or "") <= REASON_MAX
    ]
    if problems:
        raise FieldProblems(problems)


def _signature(signer: Signer, now: datetime) -> dict[str, str]:
    return {"at": instant_text(now), "by": signer.username, "name": signer.name}
