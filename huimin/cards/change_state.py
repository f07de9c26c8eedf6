"""Change a card's state: replace, suspend, report lost, resume, revoke, expire.

Each change is one compare-and-set on the state the decision was based on, and one event with actor
and reason, in the caller's transaction. `replaced`, `expired` and `revoked` are final.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Unpack

from huimin.audit.record import checked_reason
from huimin.cards import queries
from huimin.cards.events import record_event, record_expired
from huimin.cards.find import card_by_id
from huimin.cards.issue import issue_card
from huimin.core.acting import By
from huimin.core.catalogue import SOURCE, Text, Words, text
from huimin.core.days import county_day
from huimin.core.recorded_reasons import REASONS
from huimin.core.refusals import FieldProblems, field_problem
from huimin.storage.engine import Row, Transaction

# event → (allowed states before, state after)
TRANSITIONS: Mapping[str, tuple[frozenset[str], str]] = {
    "suspended": (frozenset({"active"}), "suspended"),
    "lost": (frozenset({"active", "suspended"}), "lost"),
    "resumed": (frozenset({"suspended", "lost"}), "active"),
    # Not from suspended: that card is under inquiry, and a new copy would end the suspension.
    "replaced": (frozenset({"active", "lost"}), "replaced"),
    "revoked": (frozenset({"active", "suspended", "lost"}), "revoked"),
}
# States that set `ended_on`; an expired card ended on its own last day.
ENDING_STATES = frozenset({"replaced", "revoked"})
STATE_WORDS = Words(
    "card_is",
    {
        "active": "正常",
        "suspended": "已暂停",
        "lost": "已挂失",
        "replaced": "已补卡（旧卡作废）",
        "expired": "已过期",
        "revoked": "已注销",
    },
)
EVENT_WORDS = Words(
    "card_event",
    {"suspended": "暂停", "lost": "挂失", "resumed": "恢复", "replaced": "补卡", "revoked": "注销"},
)


def suspend_card(tx: Transaction, *, card_id: str, reason: str, **by: Unpack[By]) -> Row:
    """Suspend an active card. Returns the changed row."""
    return _change(tx, "suspended", card_id=card_id, reason=reason, **by)


def report_lost(tx: Transaction, *, card_id: str, reason: str, **by: Unpack[By]) -> Row:
    """Stop a card that its holder has lost. Returns the changed row."""
    return _change(tx, "lost", card_id=card_id, reason=reason, **by)


def resume_card(tx: Transaction, *, card_id: str, reason: str, **by: Unpack[By]) -> Row:
    """Reactivate a suspended or lost card. Returns the changed row."""
    return _change(tx, "resumed", card_id=card_id, reason=reason, **by)


def revoke_card(tx: Transaction, *, card_id: str, reason: str, **by: Unpack[By]) -> Row:
    """End a card for good. Returns the changed row."""
    return _change(tx, "revoked", card_id=card_id, reason=reason, **by)


def replace_card(
    tx: Transaction,
    *,
    card_id: str,
    key_id: int,
    reason: str,
    expires_on: date | str | None = None,
    **by: Unpack[By],
) -> Row:
    """End the old card and issue a new one, both or neither. Returns the new card's row."""
    old = _change(tx, "replaced", card_id=card_id, reason=reason, **by)
    because = REASONS.say("card_replaced", SOURCE, reason=reason.strip())[:200]
    new = {"holder_id": old["holder_id"], "key_id": key_id, "expires_on": expires_on}
    return issue_card(tx, reason=because, **new, **by)


def expire_due(tx: Transaction, today: date, *, now: datetime, actor: str = "system") -> list[Row]:
    """Mark every live card whose last day is before `today` as expired; returns their rows.

    An out-of-date card is refused whether marked or not; the mark only tidies lists and allows the
    holder a new card.
    """
    expired: list[Row] = list(queries.expire_due(tx, today=today.isoformat()))
    record_expired(tx, expired, now=now, actor=actor)
    return expired


def _change(tx: Transaction, event: str, *, card_id: str, reason: str, **by: Unpack[By]) -> Row:
    reason = checked_reason(reason)
    allowed, new_state = TRANSITIONS[event]
    card = card_by_id(tx, card_id)
    if card["state"] not in allowed:
        raise _not_from(card, event)
    ended_on = county_day(by["now"]).isoformat() if new_state in ENDING_STATES else None
    changed: Row | None = queries.change_state(
        tx, id=card_id, old_state=card["state"], new_state=new_state, ended_on=ended_on
    )
    if changed is None:
        # Another transaction changed it in between (PostgreSQL): report its state now.
        raise _not_from(card_by_id(tx, card_id), event)
    old = card["state"]
    record_event(tx, card_id, event, reason=reason, old=old, new=new_state, **by)
    return changed


def _not_from(card: Row, event: str) -> FieldProblems:
    hint: Text | str = ""
    if event == "replaced" and card["state"] == "suspended":
        hint = text("请先恢复或注销。")
    elif card["state"] in ("replaced", "expired", "revoked"):
        hint = text("如持卡人仍符合条件，请重新发卡。")
    return field_problem(
        "card",
        "这张卡{state}，不能{event}。{hint}",
        state=STATE_WORDS.text(card["state"]),
        event=EVENT_WORDS.text(event),
        hint=hint,
    )
