"""The ledger is anchored outside once a day, and what timers ran is on record."""

from __future__ import annotations

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script

ADDED = """
CREATE TABLE timer_run (
    id          TEXT PRIMARY KEY,
    what        TEXT NOT NULL,
    started_at  TEXT NOT NULL,
    ended_at    TEXT NOT NULL,
    outcome     TEXT NOT NULL CHECK (outcome IN ('well', 'attention', 'failed')),
    detail      TEXT NOT NULL
);
CREATE INDEX timer_run_newest ON timer_run (what, id);
CREATE TABLE anchor (
    id          TEXT PRIMARY KEY,
    day         TEXT UNIQUE,
    made_at     TEXT NOT NULL,
    size        BIGINT NOT NULL CHECK (size >= 0),
    root        TEXT NOT NULL CHECK (length(root) = 64),
    frontier    TEXT NOT NULL,
    checkpoint  TEXT,
    note        TEXT NOT NULL,
    sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
    CHECK ((day IS NULL) = (checkpoint IS NULL))
);
CREATE TABLE tree_block (
    id      TEXT PRIMARY KEY,
    number  BIGINT NOT NULL UNIQUE CHECK (number >= 0),
    hash    TEXT NOT NULL CHECK (length(hash) = 64)
);
"""


def migrate(tx: Transaction) -> None:
    """Make the tables; all of them are only added to."""
    run_script(tx, ADDED)
    make_append_only(tx, ("timer_run", "anchor", "tree_block"))
