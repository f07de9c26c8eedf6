"""A county that is restored from a backup begins an epoch, so that no number is given out twice."""

from __future__ import annotations

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script

ADDED = """
CREATE TABLE epoch (
    id                  TEXT PRIMARY KEY,
    number              BIGINT NOT NULL UNIQUE CHECK (number >= 2),
    backup_id           TEXT NOT NULL,
    backup_at           TEXT NOT NULL,
    began_at            TEXT NOT NULL,
    began_by            TEXT NOT NULL,
    last_terminal_code  BIGINT NOT NULL CHECK (last_terminal_code >= 0)
);

CREATE TABLE epoch_chain (
    id             TEXT PRIMARY KEY,
    epoch          BIGINT NOT NULL REFERENCES epoch (number),
    terminal_id    TEXT NOT NULL REFERENCES terminal (id),
    sequence       BIGINT NOT NULL CHECK (sequence >= 0),
    hash           TEXT NOT NULL CHECK (length(hash) = 64),
    goes_on_after  BIGINT NOT NULL,
    UNIQUE (epoch, terminal_id),
    CHECK (goes_on_after > sequence)
);
CREATE INDEX epoch_chain_terminal ON epoch_chain (terminal_id);
"""


def migrate(tx: Transaction) -> None:
    """Make the tables; both are only added to."""
    run_script(tx, ADDED)
    make_append_only(tx, ("epoch", "epoch_chain"))
