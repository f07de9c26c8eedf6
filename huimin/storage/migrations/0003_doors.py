"""Devices join by a code and are listed, who switched an account off is known, keys are revoked."""

from __future__ import annotations

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script

TABLES = """
CREATE TABLE till_join_code (
    id           TEXT PRIMARY KEY,
    terminal_id  TEXT NOT NULL REFERENCES terminal (id),
    code_hash    TEXT NOT NULL UNIQUE,
    made_at      TEXT NOT NULL,
    made_by      TEXT NOT NULL,
    made_side    TEXT NOT NULL CHECK (made_side IN ('county', 'merchant')),
    expires_at   TEXT NOT NULL,
    used_at      TEXT
);
CREATE INDEX till_join_code_terminal ON till_join_code (terminal_id);
CREATE TABLE till_device (
    id            TEXT PRIMARY KEY,
    terminal_id   TEXT NOT NULL REFERENCES terminal (id),
    join_code_id  TEXT UNIQUE REFERENCES till_join_code (id),
    joined_at     TEXT NOT NULL,
    joined_by     TEXT,
    user_agent    TEXT,
    app_version   TEXT,
    last_seen_at  TEXT NOT NULL,
    unsent_count  BIGINT NOT NULL CHECK (unsent_count >= 0),
    unsent_fen    BIGINT NOT NULL CHECK (unsent_fen >= 0),
    ended_at      TEXT,
    ended_by      TEXT,
    ended_side    TEXT CHECK (ended_side IN ('county', 'merchant')),
    ended_reason  TEXT,
    CHECK ((join_code_id IS NULL) = (joined_by IS NULL)),
    CHECK (ended_at IS NULL OR (ended_by IS NOT NULL AND ended_side IS NOT NULL))
);
CREATE INDEX till_device_terminal ON till_device (terminal_id);
CREATE INDEX till_device_unsent ON till_device (last_seen_at) WHERE unsent_count > 0;
CREATE TABLE revoked_card_key (
    id          TEXT PRIMARY KEY,
    key_id      BIGINT NOT NULL UNIQUE CHECK (key_id BETWEEN 0 AND 255),
    reason      TEXT NOT NULL,
    revoked_at  TEXT NOT NULL,
    revoked_by  TEXT NOT NULL
);
ALTER TABLE staff ADD COLUMN disabled_side TEXT
    CHECK (disabled_side IN ('county', 'merchant'));
"""
# Who switched an account off stands in the audit record; where it does not, it was the county.
SIDES = """
UPDATE staff SET disabled_side = CASE WHEN (
    SELECT switcher.role FROM audit_event
    JOIN staff AS switcher ON switcher.username = audit_event.actor
    WHERE audit_event.subject_kind = 'staff' AND audit_event.subject_id = staff.id
        AND audit_event.action = 'staff.disable'
    ORDER BY audit_event.id DESC LIMIT 1
) = 'merchant_manager' THEN 'merchant' ELSE 'county' END
WHERE state = 'disabled';
"""


def migrate(tx: Transaction) -> None:
    run_script(tx, TABLES)
    run_script(tx, SIDES)
    make_append_only(tx, ["revoked_card_key"])
