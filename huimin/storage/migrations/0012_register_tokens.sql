-- A civil-affairs system may send its register with a key of its own.
CREATE TABLE register_token (
    id             TEXT PRIMARY KEY,
    source         TEXT NOT NULL,
    division_code  TEXT REFERENCES division (code),
    may_import     BIGINT NOT NULL CHECK (may_import IN (0, 1)),
    key_hash       TEXT NOT NULL UNIQUE,
    reason         TEXT NOT NULL,
    made_at        TEXT NOT NULL,
    made_by        TEXT NOT NULL,
    expires_at     TEXT NOT NULL,
    last_used_at   TEXT,
    ended_at       TEXT,
    ended_by       TEXT,
    end_reason     TEXT,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL))
);
CREATE UNIQUE INDEX register_token_one_a_source ON register_token (source) WHERE ended_at IS NULL;

CREATE TABLE register_request (
    token_id     TEXT NOT NULL REFERENCES register_token (id),
    key          TEXT NOT NULL,
    fingerprint  TEXT NOT NULL,
    job_id       TEXT NOT NULL UNIQUE REFERENCES job (id),
    asked_at     TEXT NOT NULL,
    PRIMARY KEY (token_id, key)
);
