"""The transitions between states of outlets and merchants: one table for both.

`ended` is final, so that a number on an old statement never comes to mean another shop.
"""

from __future__ import annotations

from collections.abc import Mapping

from huimin.core.catalogue import Words, text
from huimin.core.refusals import field_problem

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


def next_state(subject_kind: str, change: str, state: str) -> str:
    """The state after `change`. Raises FieldProblems when it is not allowed from `state`."""
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
