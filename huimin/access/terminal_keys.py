"""Terminals and their keys: a key is made once, shown once and stored as a hash.

Whichever way a terminal is found, it is described alike: `Terminal`, with its outlet and merchant.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TypedDict

from huimin.access import queries
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction

KEY_PREFIX = "hmt_"
KEY_LENGTH_MAX = 128


class Terminal(TypedDict):
    """A terminal with its outlet and merchant; `-- part: terminal` of queries.sql selects it."""

    terminal_id: str
    terminal_state: str
    terminal_code: str
    terminal_label: str
    outlet_id: str
    outlet_name: str
    outlet_kind: str
    outlet_state: str
    outlet_division_code: str
    outlet_opening_hours: str | None
    merchant_id: str
    merchant_name: str
    merchant_state: str


class TerminalStates(TypedDict):
    """What decides whether a terminal may sell."""

    terminal_state: str
    outlet_state: str
    merchant_state: str


def new_key(prefix: str = KEY_PREFIX) -> str:
    """A fresh key of 256 random bits: the prefix and 43 URL-safe characters."""
    return prefix + secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    """SHA-256 in hex. The key is random, so a slow hash would add nothing but time at each sale."""
    return hashlib.sha256(key.encode()).hexdigest()


def terminal_of_key(tx: Transaction, key: str) -> Terminal:
    """The open terminal with that key.

    Raises Refusal: `unauthorized`, `terminal_disabled`, `outlet_suspended`.
    """
    terminal = terminal_with_key(tx, key)
    require_open(terminal)
    return terminal


def terminal_with_key(tx: Transaction, key: str) -> Terminal:
    """The terminal with that key, in any state. Raises Refusal `unauthorized`."""
    if not key.startswith(KEY_PREFIX) or len(key) > KEY_LENGTH_MAX:
        raise Refusal("unauthorized")
    terminal: Terminal | None = queries.terminal_of_key(tx, key_hash=hash_key(key))
    if terminal is None:
        raise Refusal("unauthorized")
    return terminal


def terminal_by_id(tx: Transaction, terminal_id: str) -> Terminal:
    """The terminal with that id, in any state. Raises Refusal `not_found`."""
    terminal: Terminal | None = queries.terminal_by_id(tx, terminal_id=terminal_id)
    if terminal is None:
        raise Refusal("not_found")
    return terminal


def terminals_of(
    tx: Transaction, *, outlet_id: str | None, merchant_id: str | None
) -> list[Terminal]:
    """The active terminals of an outlet (a cashier's) or of a merchant (its manager's), by code."""
    if outlet_id is not None:
        terminals = queries.terminals_of_outlet(tx, outlet_id=outlet_id)
    else:
        terminals = queries.terminals_of_merchant(tx, merchant_id=merchant_id or "")
    return [terminal for terminal in terminals if terminal["terminal_state"] == "active"]


def require_open(states: Terminal | TerminalStates) -> None:
    """Raise Refusal `terminal_disabled` or `outlet_suspended` unless all three are active."""
    if states["terminal_state"] != "active":
        raise Refusal("terminal_disabled")
    if states["outlet_state"] != "active" or states["merchant_state"] != "active":
        raise Refusal("outlet_suspended")
