"""The transitions between states of outlets and merchants: one table for both.

`ended` is final, so that a number on an old statement never comes to mean another shop.
"""

from __future__ import annotations

from collections.abc import Mapping

from huimin.core.refusals import field_problem

STATES = ("active", "suspended", "ended")
STATE_WORDS = {
    "active": ("正常", "active"),
    "suspended": ("已暂停", "suspended"),
    "ended": ("已终止", "ended"),
}
# change → (allowed states before, state after)
CHANGES: Mapping[str, tuple[frozenset[str], str]] = {
    "suspended": (frozenset({"active"}), "suspended"),
    "resumed": (frozenset({"suspended"}), "active"),
    "ended": (frozenset({"active", "suspended"}), "ended"),
}
CHANGE_WORDS = {
    "suspended": ("暂停", "suspended"),
    "resumed": ("恢复", "resumed"),
    "ended": ("终止", "ended"),
}
SUBJECT_WORDS = {"merchant": ("商户", "merchant"), "outlet": ("网点", "outlet")}


def next_state(subject_kind: str, change: str, state: str) -> str:
    """The state after `change`. Raises FieldProblems when it is not allowed from `state`."""
    allowed, new_state = CHANGES[change]
    if state in allowed:
        return new_state
    subject_zh, subject_en = SUBJECT_WORDS[subject_kind]
    state_zh, state_en = STATE_WORDS[state]
    change_zh, change_en = CHANGE_WORDS[change]
    hint_zh, hint_en = "", ""
    if state == "ended":
        hint_zh, hint_en = (
            "如需重新加入，请另行登记。",
            " Enrol it anew if it is to take part.",
        )
    raise field_problem(
        subject_kind,
        f"这个{subject_zh}现在{state_zh}，不能{change_zh}。{hint_zh}",
        f"This {subject_en} is {state_en}; it cannot be {change_en}.{hint_en}",
    )
