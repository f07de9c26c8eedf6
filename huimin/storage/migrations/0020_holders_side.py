"""The holder's side: who may look at their own card, by which code and in which browser.

The tables of one issue, in parts by room; all of them are only added to.
"""

from __future__ import annotations

from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script

# My card: codes, sign-ins, the phone that shows the changing code, who of the family may look.
MY_CARD = """
CREATE TABLE my_code (
    id          TEXT PRIMARY KEY,
    holder_id   TEXT NOT NULL REFERENCES holder (id),
    member_id   TEXT REFERENCES family_member (id),
    code_hash   TEXT NOT NULL,
    way         TEXT NOT NULL CHECK (way IN ('counter', 'message')),
    made_at     TEXT NOT NULL,
    made_by     TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    used_at     TEXT
);
CREATE INDEX my_code_person ON my_code (holder_id, expires_at);
CREATE TABLE my_session (
    id_hash     TEXT PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    holder_id   TEXT NOT NULL REFERENCES holder (id),
    member_id   TEXT REFERENCES family_member (id),
    card_id     TEXT NOT NULL REFERENCES card (id),
    opened_by   TEXT,
    created_at  TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    address     TEXT,
    user_agent  TEXT,
    ended_at    TEXT
);
CREATE INDEX my_session_person ON my_session (holder_id, expires_at);
CREATE TABLE my_device (
    id            TEXT PRIMARY KEY,
    holder_id     TEXT NOT NULL REFERENCES holder (id),
    card_id       TEXT NOT NULL REFERENCES card (id),
    public_key    TEXT NOT NULL,
    user_agent    TEXT,
    added_at      TEXT NOT NULL,
    last_used_on  TEXT,
    ended_at      TEXT
);
CREATE UNIQUE INDEX my_device_only ON my_device (holder_id) WHERE ended_at IS NULL;
CREATE TABLE my_member_view (
    id          TEXT PRIMARY KEY,
    holder_id   TEXT NOT NULL REFERENCES holder (id),
    member_id   TEXT NOT NULL REFERENCES family_member (id),
    allowed_at  TEXT NOT NULL,
    allowed_by  TEXT NOT NULL,
    ended_at    TEXT
);
CREATE UNIQUE INDEX my_member_view_only ON my_member_view (member_id) WHERE ended_at IS NULL;
"""


def migrate(tx: Transaction) -> None:
    """Make the tables of each part."""
    run_script(tx, MY_CARD)
