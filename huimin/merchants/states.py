"""Suspend, resume or end an outlet or a merchant: one table of transitions for both.

`ended` is final, so that a number on an old statement never comes to mean another shop.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.catalogue import Words, sentence, text
from huimin.core.refusals import field_problem
from huimin.merchants import queries
from huimin.storage.engine import Row, Transaction

STATES = ("active", "suspended", "ended")
STATE_WORDS = Words("merchant_is", {"active": "正常", "suspended": "已暂停", "ended": "已终止"})
# change → (allowed states before, state after)
CHANGES: Mapping[str, tuple[frozenset[str], str]] = {
    "suspended": (frozenset({"active"}), "suspended"),
    "resumed": (frozenset({"suspended"}), "active"),
    "ended": (frozenset({"active", "suspended"}), "ended"),
}
CHANGE_WORDS = Words("merchant_event", {"suspended": "暂停", "resumed": "恢复", "ended": "终止"})
SUBJECT_WORDS = Words("merchant_subject", {"merchant": "商户", "outlet": "示范点"})


MISSING = {
    "merchant": sentence("没有这个商户，请用 huimin merchants list 查看编号。"),
    "outlet": sentence("没有这个示范点，请用 huimin outlets list 查看编号。"),
}


def change_state(
    tx: Transaction,
    subject_kind: str,
    subject_id: str,
    change: str,
    *,
    reason: str,
    **by: Unpack[By],
) -> Row:
    """Carry out one of CHANGES on a "merchant" or an "outlet"; returns the changed row.

    Raises FieldProblems when there is none, or its state does not allow it.
    """
    reason = checked_reason(reason)
    old: Row | None = getattr(queries, f"lock_{subject_kind}")(tx, id=subject_id)
    if old is None:
        raise field_problem(subject_kind, MISSING[subject_kind])
    state = _next_state(subject_kind, change, old["state"])
    row: Row = getattr(queries, f"set_{subject_kind}_state")(tx, id=subject_id, state=state)
    action = f"{subject_kind}.{change}"
    record(tx, action, subject_id, reason=reason, old=old, new=row, **by)
    return row


def _next_state(subject_kind: str, change: str, state: str) -> str:
    allowed, new_state = CHANGES[change]
    if state in allowed:
        return new_state
    raise field_problem(
        subject_kind,
        "这个{subject}现在{state}，不能{change}。{hint}",
        subject=SUBJECT_WORDS.text(subject_kind),
        state=STATE_WORDS.text(state),
        change=CHANGE_WORDS.text(change),
        hint=text("如需重新加入，请另行登记。") if state == "ended" else "",
    )
