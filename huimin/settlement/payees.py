"""A merchant's payee is proposed by one person and decided by another; rows tell its history.

A changed bank account is the classic fraud: whoever proposes never approves, a settlement is paid
to the account that was in force when it was confirmed (unless the approval says otherwise), and
every proposal and approval is told to the office and to the merchant. Content is encrypted with
the keys of personal data; whoever sees it whole says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

from huimin.audit.record import GROUNDS, checked_reason, record
from huimin.core.acting import By
from huimin.core.days import county_start, instant_text
from huimin.core.permissions import Side
from huimin.core.refusals import Refusal, field_problem
from huimin.keys.personal_data import PersonalData
from huimin.merchants.merchants import merchant_by_id
from huimin.settlement import queries
from huimin.settlement.answer import TIME, time_confirms_on
from huimin.settlement.payee_fields import Payee
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

RECORDED = ("state", "proposed_side", "covers_unpaid")


@dataclass(frozen=True, slots=True)
class PayeeRow:
    """A row with its content decrypted; what a page shows of it is `payee.masked()`.

    `payee` is None where these keys don't open it: the row still says who decided what.
    """

    row: Row
    payee: Payee | None


def propose_payee(
    tx: Transaction,
    personal_data: PersonalData,
    merchant_id: str,
    payee: Payee,
    *,
    reason: str,
    side: Side,
    **by: Unpack[By],
) -> Row:
    """Propose an account for a merchant; it is in force once another person approves it.

    Raises FieldProblems on `reason`, or on `account` where it is in force or another waits; Refusal
    `not_found`.
    """
    checked = checked_reason(reason)
    merchant_by_id(tx, merchant_id)
    current = payee_in_force(tx, personal_data, merchant_id)
    if current is not None and current.payee == payee:
        raise field_problem("account", "与现在的收款账户完全一样，不用再提。")
    row: Row | None = queries.insert_payee(
        tx,
        id=new_id(),
        merchant_id=merchant_id,
        content_cipher=personal_data.encrypt(payee.sealed(), "merchant_payee"),
        reason=checked,
        proposed_at=instant_text(by["now"]),
        proposed_by=by["actor"],
        proposed_side=side,
    )
    if row is None:
        raise field_problem("account", "已有一份收款账户在等审批；请先审批或撤回那一份。")
    _record(tx, "proposed", row, reason=checked, **by)
    return row


def approve_payee(
    tx: Transaction,
    personal_data: PersonalData,
    payee_id: str,
    *,
    reason: str,
    covers_unpaid: bool,
    **by: Unpack[By],
) -> Row:
    """Put somebody else's proposal in force; `reason` says how it was verified.

    With `covers_unpaid` settlements that were confirmed before and are not paid in full go there
    too. Raises FieldProblems on `reason`, Refusal: not_found, payee_decided, payee_own,
    payee_unreadable.
    """
    checked = checked_reason(reason, GROUNDS)
    old = _open(tx, payee_id)
    if old["proposed_by"] == by["actor"]:
        raise Refusal("payee_own")
    if _unsealed(personal_data, old).payee is None:  # nobody can have seen what it is
        raise Refusal("payee_unreadable")
    return _decide(tx, old, "approved", checked, covers_unpaid=covers_unpaid, **by)


def reject_payee(tx: Transaction, payee_id: str, *, reason: str, **by: Unpack[By]) -> Row:
    """Turn somebody else's proposal down. Raises what `approve_payee` raises."""
    checked = checked_reason(reason, GROUNDS)
    old = _open(tx, payee_id)
    if old["proposed_by"] == by["actor"]:
        raise Refusal("payee_own")
    return _decide(tx, old, "rejected", checked, **by)


def withdraw_payee(tx: Transaction, payee_id: str, *, side: Side, **by: Unpack[By]) -> Row:
    """Take a proposal back, by the side that made it. Raises Refusal: not_found, payee_decided."""
    old = _open(tx, payee_id)
    if old["proposed_side"] != side:
        raise Refusal("not_found")
    return _decide(tx, old, "withdrawn", None, **by)


def reveal_payee(
    tx: Transaction, personal_data: PersonalData, payee_id: str, *, reason: str, **by: Unpack[By]
) -> PayeeRow:
    """The account whole, for a reason that is recorded. Raises FieldProblems on `reason`, Refusal
    `payee_unreadable`, with nothing recorded.
    """
    checked = checked_reason(reason)
    row = _row(tx, payee_id)
    whole = _unsealed(personal_data, row)
    if whole.payee is None:
        raise Refusal("payee_unreadable")
    _record(tx, "revealed", row, reason=checked, **by)
    return whole


def payee_in_force(
    tx: Transaction, personal_data: PersonalData, merchant_id: str
) -> PayeeRow | None:
    """The one that was approved last, or None."""
    approved = _approved(tx, merchant_id)
    return _unsealed(personal_data, approved[0]) if approved else None


def payee_waiting(
    tx: Transaction, personal_data: PersonalData, merchant_id: str
) -> PayeeRow | None:
    """The proposal that waits for a decision, or None."""
    row = queries.payee_proposed(tx, merchant_id=merchant_id)
    return None if row is None else _unsealed(personal_data, row)


def payee_history(tx: Transaction, personal_data: PersonalData, merchant_id: str) -> list[PayeeRow]:
    """Every row of a merchant, the newest first."""
    rows = queries.payees_of_merchant(tx, merchant_id=merchant_id)
    return [_unsealed(personal_data, row) for row in rows]


def payee_for(
    tx: Transaction, personal_data: PersonalData, settlement: Mapping[str, Any]
) -> PayeeRow | None:
    """The account that a settlement is paid to: the one in force when it was confirmed, the first
    one since where there was none, or a later one whose approval covers what was unpaid.
    """
    row = _row_for(_approved(tx, settlement["merchant_id"]), settlement)
    return None if row is None else _unsealed(personal_data, row)


def payees_for(
    tx: Transaction, personal_data: PersonalData, settlements: Iterable[Mapping[str, Any]]
) -> list[PayeeRow | None]:
    """The same for many settlements, in their order."""
    approved: dict[str, list[Row]] = {}
    for row in queries.all_payees_approved(tx):
        approved.setdefault(row["merchant_id"], []).append(row)
    rows = (_row_for(approved.get(one["merchant_id"], []), one) for one in settlements)
    return [None if row is None else _unsealed(personal_data, row) for row in rows]


def merchants_unreadable(
    tx: Transaction, personal_data: PersonalData, settlements: Iterable[Mapping[str, Any]]
) -> set[str]:
    """The ids of the merchants whose account for one of these settlements no key opens."""
    accounts = payees_for(tx, personal_data, settlements)
    return {one.row["merchant_id"] for one in accounts if one is not None and one.payee is None}


def merchants_with_account(tx: Transaction) -> set[str]:
    """The ids of the merchants that have an account in force."""
    return {row["merchant_id"] for row in queries.merchants_of_payees(tx)}


def payee_row(tx: Transaction, payee_id: str, merchant_id: str) -> Row:
    """The row, if it is that merchant's. Raises Refusal `not_found`."""
    row = _row(tx, payee_id)
    if row["merchant_id"] != merchant_id:
        raise Refusal("not_found")
    return row


def changed_since(tx: Transaction, merchant_id: str, since: datetime) -> list[Row]:
    """The proposals and approvals of an account since an instant, the newest first."""
    return list(queries.payees_since(tx, merchant_id=merchant_id, since=instant_text(since)))


def _row_for(approved: Sequence[Row], settlement: Mapping[str, Any]) -> Row | None:
    """Of a merchant's approved rows, newest first, the one that a settlement is paid to."""
    until = _confirmed_at(settlement)
    for row in approved:
        if until is None or row["decided_at"] <= until or row["covers_unpaid"]:
            return row
    return approved[-1] if approved else None


def _confirmed_at(settlement: Mapping[str, Any]) -> str | None:
    """The instant at which it was confirmed, or None. What the time confirms is confirmed when the
    day after begins, however much later that is noticed: an account changed between the two is for
    later settlements.
    """
    if settlement["state"] == "open" or settlement["confirmed_how"] == TIME:
        return instant_text(county_start(time_confirms_on(settlement)))
    at: str | None = settlement["confirmed_at"]
    return at


def _approved(tx: Transaction, merchant_id: str) -> list[Row]:
    """Newest first."""
    return list(queries.payees_approved(tx, merchant_id=merchant_id))


def _unsealed(personal_data: PersonalData, row: Row) -> PayeeRow:
    content = personal_data.readable(row["content_cipher"], "merchant_payee")
    plain = {name: value for name, value in row.items() if name != "content_cipher"}
    return PayeeRow(plain, None if content is None else Payee.unsealed(content))


def _row(tx: Transaction, payee_id: str) -> Row:
    row: Row | None = queries.payee_by_id(tx, id=payee_id)
    if row is None:
        raise Refusal("not_found")
    return row


def _open(tx: Transaction, payee_id: str) -> Row:
    """The proposal, locked until the commit."""
    row: Row | None = queries.lock_payee(tx, id=payee_id)
    if row is None:
        raise Refusal("not_found")
    if row["state"] != "proposed":
        raise Refusal("payee_decided")
    return row


def _decide(
    tx: Transaction,
    old: Row,
    state: str,
    reason: str | None,
    *,
    covers_unpaid: bool = False,
    **by: Unpack[By],
) -> Row:
    row: Row = queries.decide_payee(
        tx,
        id=old["id"],
        state=state,
        covers_unpaid=int(covers_unpaid),
        decided_at=instant_text(by["now"]),
        decided_by=by["actor"],
        decision_reason=reason,
    )
    _record(tx, state, row, reason=reason, **by)
    return row


def _record(tx: Transaction, event: str, row: Row, *, reason: str | None, **by: Unpack[By]) -> None:
    record(
        tx,
        f"payee.{event}",
        row["merchant_id"],
        reason=reason,
        new=row,
        only=RECORDED,
        **by,
    )
