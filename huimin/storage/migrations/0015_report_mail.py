"""Reports go out by mail to named addresses, and each attempt to deliver a notice is on record."""

from __future__ import annotations

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script

ADDED = """
CREATE TABLE notice_attempt (
    id           TEXT PRIMARY KEY,
    delivery_id  TEXT NOT NULL REFERENCES notice_delivery (id),
    at           TEXT NOT NULL,
    problem      TEXT
);
CREATE INDEX notice_attempt_delivery ON notice_attempt (delivery_id, id);
CREATE TABLE report_recipient (
    id               TEXT PRIMARY KEY,
    name             TEXT NOT NULL,
    address          TEXT NOT NULL,
    purpose          TEXT NOT NULL,
    form             TEXT NOT NULL CHECK (form IN ('pdf', 'xlsx')),
    schedule         TEXT NOT NULL CHECK (schedule IN ('closed', 'day')),
    day_of_month     BIGINT CHECK (day_of_month BETWEEN 1 AND 28),
    state            TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'ended')),
    proposed_at      TEXT NOT NULL,
    proposed_by      TEXT NOT NULL,
    decided_at       TEXT,
    decided_by       TEXT,
    decision_reason  TEXT,
    ended_at         TEXT,
    ended_by         TEXT,
    end_reason       TEXT,
    CHECK ((schedule = 'day') = (day_of_month IS NOT NULL)),
    CHECK (decided_by <> proposed_by),
    CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CHECK (state <> 'approved' OR decided_at IS NOT NULL),
    CHECK (state <> 'rejected' OR (decided_at IS NOT NULL AND decision_reason IS NOT NULL)),
    CHECK ((state = 'ended') =
        (ended_at IS NOT NULL AND ended_by IS NOT NULL AND end_reason IS NOT NULL))
);
CREATE UNIQUE INDEX report_recipient_once ON report_recipient (address, form, schedule)
    WHERE state IN ('proposed', 'approved');
CREATE INDEX report_recipient_state ON report_recipient (state, id);
CREATE TABLE report_mail (
    id            TEXT PRIMARY KEY,
    recipient_id  TEXT NOT NULL REFERENCES report_recipient (id),
    period        TEXT NOT NULL,
    month         TEXT NOT NULL,
    as_of         TEXT NOT NULL,
    address       TEXT NOT NULL,
    file_name     TEXT NOT NULL,
    sha256        TEXT NOT NULL CHECK (length(sha256) = 64),
    size_bytes    BIGINT NOT NULL CHECK (size_bytes > 0),
    notice_id     TEXT NOT NULL UNIQUE REFERENCES notice (id),
    made_at       TEXT NOT NULL,
    UNIQUE (recipient_id, period)
);
"""


def migrate(tx: Transaction) -> None:
    """Make the tables; two of them are only added to."""
    run_script(tx, ADDED)
    make_append_only(tx, ("notice_attempt", "report_mail"))
