"""Whether a terminal, its outlet and its merchant had begun and were open at a past instant.

Their rows know only how they are now; how they were is told by the record of acts, which is never
changed (audit/record.py).
"""

from __future__ import annotations

from datetime import datetime

from huimin.access.terminal_keys import Terminal
from huimin.audit.record import events_of
from huimin.checkout import queries
from huimin.core.days import instant_text
from huimin.core.json_text import read_json
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction

OPEN = "active"


def require_open_then(tx: Transaction, terminal: Terminal, at: datetime) -> None:
    """Require a terminal that could sell at that instant. Raises Refusal: offline_not_begun,
    offline_not_open.
    """
    begun = queries.place_begun(tx, terminal_id=terminal["terminal_id"])
    for kind in ("terminal", "outlet", "merchant"):
        if begun[f"{kind}_at"] > instant_text(at):
            raise Refusal("offline_not_begun")
        if _state_at(tx, kind, terminal[f"{kind}_id"], at) != OPEN:  # type: ignore[literal-required]
            raise Refusal("offline_not_open")


def _state_at(tx: Transaction, kind: str, subject_id: str, at: datetime) -> str:
    """The state after the last act before the instant; open until the first act that says so."""
    state = OPEN
    for event in events_of(tx, kind, subject_id):
        if event["at"] > instant_text(at):
            break
        if not event["action"].startswith(f"{kind}."):
            continue  # it is recorded with the place, but about something else
        changed = read_json(event["new_json"]) if event["new_json"] else {}
        state = changed.get("state", state)
    return state
