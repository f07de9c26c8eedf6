-- Aid ends by a proposal that another person approves and one step undoes.
CREATE TABLE aid_ending (
    id               TEXT PRIMARY KEY,
    state            TEXT NOT NULL CHECK (state IN ('draft', 'withdrawn', 'proposed', 'approved', 'rejected', 'undone')),
    source           TEXT NOT NULL CHECK (source IN ('register', 'list')),
    job_id           TEXT REFERENCES job (id),
    file_name        TEXT NOT NULL,
    unmatched_json   TEXT NOT NULL,
    drafted_at       TEXT NOT NULL,
    drafted_by       TEXT NOT NULL,
    reason           TEXT,
    proposed_at      TEXT,
    proposed_by      TEXT,
    decided_at       TEXT,
    decided_by       TEXT,
    decision_reason  TEXT,
    undone_at        TEXT,
    undone_by        TEXT,
    undo_reason      TEXT,
    CHECK (state IN ('draft', 'withdrawn') OR (reason IS NOT NULL AND proposed_at IS NOT NULL AND proposed_by IS NOT NULL)),
    CHECK (state IN ('draft', 'withdrawn', 'proposed') OR (decided_at IS NOT NULL AND decided_by IS NOT NULL)),
    CHECK (state <> 'rejected' OR decision_reason IS NOT NULL),
    CHECK ((state = 'undone') = (undone_at IS NOT NULL AND undone_by IS NOT NULL AND undo_reason IS NOT NULL))
);
CREATE INDEX aid_ending_state ON aid_ending (state, id);
CREATE UNIQUE INDEX aid_ending_one_open ON aid_ending (job_id)
    WHERE job_id IS NOT NULL AND state IN ('draft', 'proposed');

CREATE TABLE aid_ending_person (
    ending_id       TEXT NOT NULL REFERENCES aid_ending (id),
    place           BIGINT NOT NULL CHECK (place >= 1),
    holder_id       TEXT NOT NULL REFERENCES holder (id),
    eligibility_id  TEXT NOT NULL REFERENCES eligibility (id),
    cause           TEXT NOT NULL CHECK (cause IN ('missing', 'died', 'moved', 'twice', 'stopped')),
    list_row        TEXT,
    chosen          BIGINT NOT NULL CHECK (chosen IN (0, 1)),
    last_day        TEXT,
    had_last_day    TEXT,
    state           TEXT NOT NULL CHECK (state IN ('listed', 'ended', 'passed', 'restored', 'kept')),
    PRIMARY KEY (ending_id, place),
    UNIQUE (ending_id, eligibility_id),
    CHECK (state = 'listed' OR last_day IS NOT NULL)
);
CREATE INDEX aid_ending_person_state ON aid_ending_person (ending_id, state, place);
CREATE INDEX aid_ending_person_eligibility ON aid_ending_person (eligibility_id);
