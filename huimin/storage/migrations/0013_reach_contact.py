"""Contacts with people who are not reached are noted, and a session may show full names."""

from __future__ import annotations

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script

ADDED = """
CREATE TABLE reach_contact (
    id            TEXT PRIMARY KEY,
    holder_id     TEXT NOT NULL REFERENCES holder (id),
    contacted_on  TEXT NOT NULL,
    result        TEXT NOT NULL
        CHECK (result IN ('reached', 'no_answer', 'wrong_number', 'moved_away', 'declined', 'died',
            'other')),
    next_on       TEXT,
    note_cipher   TEXT,
    noted_at      TEXT NOT NULL,
    noted_by      TEXT NOT NULL
);
CREATE INDEX reach_contact_holder ON reach_contact (holder_id, id);
ALTER TABLE staff_session ADD COLUMN full_names_at TEXT;
"""


def migrate(tx: Transaction) -> None:
    """Make the table, which is only added to, and the column."""
    run_script(tx, ADDED)
    make_append_only(tx, ("reach_contact",))
