"""The words of complaints are encrypted and apart, their results counted once; rows found by index.

No key is at hand here: the words that are there stay in clear, and readable, until the day's timer
or a rotation of the keys seals them in parts (privacy/plain_words.py).
"""

from __future__ import annotations

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script

ADDED = """
CREATE INDEX complaint_step_plain ON complaint_step (id) WHERE text IS NOT NULL;
CREATE TABLE complaint_words (
    id           TEXT PRIMARY KEY REFERENCES complaint_step (id),
    text_cipher  TEXT NOT NULL
);
CREATE TABLE publication_result (
    id              TEXT PRIMARY KEY,
    first_month     TEXT NOT NULL,
    last_month      TEXT NOT NULL,
    kinds           TEXT NOT NULL,
    upheld          BIGINT NOT NULL CHECK (upheld >= 0),
    upheld_in_part  BIGINT NOT NULL CHECK (upheld_in_part >= 0),
    not_upheld      BIGINT NOT NULL CHECK (not_upheld >= 0),
    unclear         BIGINT NOT NULL CHECK (unclear >= 0),
    made_at         TEXT NOT NULL,
    UNIQUE (last_month, kinds),
    CHECK (last_month >= first_month)
);
CREATE INDEX complaint_closed ON complaint (closed_at, id) WHERE state = 'closed';
CREATE INDEX picture_there ON picture (id) WHERE removed_at IS NULL;
CREATE INDEX rating_stars ON rating (stars, id);
CREATE INDEX complaint_by_due ON complaint (due_on, id);
CREATE INDEX message_attempts ON message (attempts, id);
CREATE INDEX holder_request_by_due ON holder_request (due_on, id);
CREATE INDEX holder_request_state ON holder_request (state, id);
CREATE INDEX holder_request_said ON holder_request (answered_at, id)
    WHERE words_cipher IS NOT NULL OR answer_cipher IS NOT NULL;
"""


def migrate(tx: Transaction) -> None:
    """Let a step be without a text of its own, and add the rest."""
    if tx.engine == "sqlite":
        from huimin.storage.sqlite_tables import transform

        transform(tx, "complaint_step", not_null={"text": False})
    else:
        tx.connection.execute("ALTER TABLE complaint_step ALTER COLUMN text DROP NOT NULL")
    run_script(tx, ADDED)
    make_append_only(tx, ("publication_result",))
