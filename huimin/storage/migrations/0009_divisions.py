"""Divisions are merged, renamed, moved, founded and dissolved by lists that another person
approves; what they were, and who went where, is kept.
"""

from __future__ import annotations

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script

ADDED = """
ALTER TABLE division ADD COLUMN valid_from TEXT NOT NULL DEFAULT '';
ALTER TABLE division ADD COLUMN valid_until TEXT;
ALTER TABLE division ADD COLUMN successor_code TEXT;
CREATE TABLE division_change_list (
    id               TEXT PRIMARY KEY,
    state            TEXT NOT NULL
        CHECK (state IN ('proposed', 'approved', 'rejected', 'withdrawn')),
    file_name        TEXT NOT NULL,
    file_sha256      TEXT NOT NULL CHECK (length(file_sha256) = 64),
    proposed_at      TEXT NOT NULL,
    proposed_by      TEXT NOT NULL,
    decided_at       TEXT,
    decided_by       TEXT,
    decision_reason  TEXT,
    CHECK ((state = 'proposed') = (decided_at IS NULL)),
    CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CHECK (state NOT IN ('rejected', 'withdrawn') OR decision_reason IS NOT NULL)
);
CREATE INDEX division_change_list_state ON division_change_list (state, id);
CREATE TABLE division_change (
    id            TEXT PRIMARY KEY,
    list_id       TEXT NOT NULL REFERENCES division_change_list (id),
    place         BIGINT NOT NULL CHECK (place >= 1),
    line          BIGINT NOT NULL CHECK (line >= 1),
    kind          TEXT NOT NULL
        CHECK (kind IN ('merged', 'renamed', 'moved', 'founded', 'dissolved')),
    level         TEXT NOT NULL CHECK (level IN ('town', 'village')),
    effective_on  TEXT NOT NULL,
    old_code      TEXT,
    old_name      TEXT,
    new_code      TEXT,
    new_name      TEXT,
    basis         TEXT NOT NULL,
    applied_at    TEXT,
    UNIQUE (list_id, place),
    CHECK ((old_code IS NULL) = (kind = 'founded')),
    CHECK ((new_code IS NULL) = (kind = 'dissolved')),
    CHECK ((old_code IS NULL) = (old_name IS NULL)),
    CHECK ((new_code IS NULL) = (new_name IS NULL))
);
CREATE INDEX division_change_old ON division_change (old_code, effective_on);
CREATE INDEX division_change_new ON division_change (new_code, effective_on);
CREATE INDEX division_change_due ON division_change (effective_on) WHERE applied_at IS NULL;
CREATE TABLE division_past (
    id              TEXT PRIMARY KEY,
    change_id       TEXT NOT NULL UNIQUE REFERENCES division_change (id),
    code            TEXT NOT NULL REFERENCES division (code),
    name            TEXT NOT NULL,
    valid_from      TEXT NOT NULL,
    valid_until     TEXT NOT NULL,
    successor_code  TEXT
);
CREATE INDEX division_past_code ON division_past (code, valid_until);
CREATE TABLE division_move (
    id            TEXT PRIMARY KEY,
    change_id     TEXT NOT NULL REFERENCES division_change (id),
    subject_kind  TEXT NOT NULL
        CHECK (subject_kind IN ('holder', 'outlet', 'staff', 'merchant_application')),
    subject_id    TEXT NOT NULL,
    effective_on  TEXT NOT NULL,
    old_code      TEXT NOT NULL,
    new_code      TEXT NOT NULL,
    UNIQUE (change_id, subject_kind, subject_id)
);
CREATE INDEX division_move_subject ON division_move (subject_id, effective_on);
"""


def migrate(tx: Transaction) -> None:
    run_script(tx, ADDED)
    make_append_only(tx, ("division_past", "division_move"))
