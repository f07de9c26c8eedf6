"""A code by which one browser becomes a till: made in the console, short-lived, used once.

Only the newest code of a terminal counts, and only its hash is stored. Where the county ended a
device of a terminal, the county makes the next code for it.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Unpack

from huimin.access import queries
from huimin.access.terminal_keys import Terminal, require_open, terminal_by_id
from huimin.access.till_device import USER_AGENT_MAX
from huimin.access.till_devices import KEY_RENEWED
from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.permissions import COUNTY_SIDE, Side
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id

# Digits alone pass a scanner behind an input method unharmed.
CODE_DIGITS = 10
CODE_MINUTES = 10


def make_join_code(tx: Transaction, terminal_id: str, *, side: Side, **by: Unpack[By]) -> str:
    """A fresh code of CODE_DIGITS digits for CODE_MINUTES; earlier ones of the terminal are void.

    Raises Refusal: not_found, terminal_disabled, outlet_suspended, `ended_by_county`.
    """
    require_open(terminal_by_id(tx, terminal_id))
    if side != COUNTY_SIDE and _ended_by_county(tx, terminal_id):
        raise Refusal("ended_by_county")
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    now, until = by["now"], by["now"] + timedelta(minutes=CODE_MINUTES)
    queries.void_join_codes(tx, terminal_id=terminal_id, now=instant_text(now))
    queries.insert_join_code(
        tx,
        id=new_id(),
        terminal_id=terminal_id,
        code_hash=_hash(code),
        made_at=instant_text(now),
        made_by=by["actor"],
        made_side=side,
        expires_at=instant_text(until),
    )
    record(tx, "terminal.join_code", terminal_id, **by)
    return code


def join(
    tx: Transaction, code: str, *, user_agent: str | None, before: str | None, now: datetime
) -> tuple[Terminal, str]:
    """Make a browser the till of that code; returns its terminal and the device's id.

    `before` is the device that the browser was until now: it ends, and what it has not yet sent is
    the new one's. Raises Refusal `join_code_unknown`, terminal_disabled, outlet_suspended; the code
    then stays as it is.
    """
    used = queries.use_join_code(tx, code_hash=_hash(code), now=instant_text(now))
    if used is None:
        raise Refusal("join_code_unknown")
    terminal = terminal_by_id(tx, used["terminal_id"])
    require_open(terminal)
    device_id, actor = new_id(), used["made_by"]
    queries.insert_device(
        tx,
        id=device_id,
        terminal_id=used["terminal_id"],
        join_code_id=used["id"],
        joined_by=actor,
        now=instant_text(now),
        user_agent=(user_agent or "")[:USER_AGENT_MAX] or None,
    )
    if before is not None:
        queries.take_over_unsent(tx, id=device_id, before=before)
        queries.end_replaced_device(
            tx, id=before, now=instant_text(now), ended_by=actor, ended_side=used["made_side"]
        )
    record(
        tx,
        "terminal.till_set_up",
        used["terminal_id"],
        now=now,
        actor=actor,
        new={"device": device_id},
    )
    return terminal, device_id


def _hash(code: str) -> str:
    return hashlib.sha256(f"join:{code}".encode()).hexdigest()


def _ended_by_county(tx: Transaction, terminal_id: str) -> bool:
    ended = queries.county_ended_last(tx, terminal_id=terminal_id, key_renewed=KEY_RENEWED)
    return ended is not None
