-- Every table of huimin, once. This one file creates a SQLite or a PostgreSQL database.
-- Money is BIGINT fen, rates are BIGINT basis points, flags are BIGINT 0/1, ids are UUIDv7 text,
-- instants are UTC text (2026-10-31T04:05:06.789Z), days are county days (2026-10-31),
-- months are 2026-10. What one engine needs beyond this stands in that engine's file in huimin/storage/.

CREATE TABLE schema_migration (
    version      BIGINT PRIMARY KEY,
    name         TEXT NOT NULL,
    applied_at   TEXT NOT NULL,
    -- 64 hexadecimal digits: what the tables and indexes have been since this version.
    fingerprint  TEXT NOT NULL
);

-- ---------------------------------------------------------------- divisions
CREATE TABLE division (
    code         TEXT PRIMARY KEY CHECK (length(code) = 12),
    name         TEXT NOT NULL,
    level        TEXT NOT NULL CHECK (level IN ('county', 'town', 'village')),
    parent_code  TEXT REFERENCES division (code),
    -- WGS 84, in millionths of a degree; the county loads them where it has them.
    latitude_microdegrees   BIGINT CHECK (latitude_microdegrees BETWEEN 3000000 AND 54000000),
    longitude_microdegrees  BIGINT CHECK (longitude_microdegrees BETWEEN 73000000 AND 136000000),
    -- The first day of the name that it has now; '' if that is older than the system.
    valid_from      TEXT NOT NULL DEFAULT '',
    -- The last day of a division that is over (NULL: it lives), and the one that took its people in, if one did.
    valid_until     TEXT,
    successor_code  TEXT,
    CHECK ((latitude_microdegrees IS NULL) = (longitude_microdegrees IS NULL))
);
CREATE INDEX division_parent ON division (parent_code);

-- A list of changes that an office sent: merged, renamed, moved, founded and dissolved divisions. Another person than its
-- proposer approves it; then each change takes effect on its day. withdrawn: before any of them did.
CREATE TABLE division_change_list (
    id               TEXT PRIMARY KEY,
    state            TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'withdrawn')),
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

-- Its changes in the order in which they take effect. line: the line of the file; a village that follows its town has the
-- town's. applied_at: when it took effect, on effective_on or on the day of the approval if that was later.
CREATE TABLE division_change (
    id            TEXT PRIMARY KEY,
    list_id       TEXT NOT NULL REFERENCES division_change_list (id),
    place         BIGINT NOT NULL CHECK (place >= 1),
    line          BIGINT NOT NULL CHECK (line >= 1),
    kind          TEXT NOT NULL CHECK (kind IN ('merged', 'renamed', 'moved', 'founded', 'dissolved')),
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

-- What a division was until a day: its name then, and the code that followed it (its own, if only the name changed; NULL if
-- none did). Append-only.
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

-- Who and what went from one division to another by a change. Append-only.
CREATE TABLE division_move (
    id            TEXT PRIMARY KEY,
    change_id     TEXT NOT NULL REFERENCES division_change (id),
    subject_kind  TEXT NOT NULL CHECK (subject_kind IN ('holder', 'outlet', 'staff', 'merchant_application')),
    subject_id    TEXT NOT NULL,
    effective_on  TEXT NOT NULL,
    old_code      TEXT NOT NULL,
    new_code      TEXT NOT NULL,
    UNIQUE (change_id, subject_kind, subject_id)
);
CREATE INDEX division_move_subject ON division_move (subject_id, effective_on);

-- ---------------------------------------------------------------- merchants
CREATE TABLE merchant (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    credit_code    TEXT NOT NULL UNIQUE CHECK (length(credit_code) = 18),
    contact_name   TEXT,
    contact_phone  TEXT,
    -- Above this gross amount a reversal on the till page needs the manager; NULL = never.
    reversal_confirm_fen  BIGINT CHECK (reversal_confirm_fen >= 0),
    state          TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'ended')),
    created_at     TEXT NOT NULL
);

-- The bank account that a merchant is paid to, and whom to ask about it: encrypted, one proposal at a time, in force once
-- another person than its proposer has approved it. covers_unpaid: settlements confirmed earlier and not paid go there too.
CREATE TABLE merchant_payee (
    id               TEXT PRIMARY KEY,
    merchant_id      TEXT NOT NULL REFERENCES merchant (id),
    state            TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'withdrawn')),
    content_cipher   TEXT NOT NULL,
    reason           TEXT NOT NULL,
    proposed_at      TEXT NOT NULL,
    proposed_by      TEXT NOT NULL,
    proposed_side    TEXT NOT NULL CHECK (proposed_side IN ('county', 'merchant')),
    covers_unpaid    BIGINT NOT NULL CHECK (covers_unpaid IN (0, 1)),
    decided_at       TEXT,
    decided_by       TEXT,
    decision_reason  TEXT,
    CHECK ((state = 'proposed') = (decided_at IS NULL)),
    CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CHECK (state <> 'rejected' OR decision_reason IS NOT NULL),
    CHECK (state NOT IN ('approved', 'rejected') OR decided_by <> proposed_by)
);
CREATE UNIQUE INDEX merchant_payee_one_proposed ON merchant_payee (merchant_id) WHERE state = 'proposed';
CREATE INDEX merchant_payee_merchant ON merchant_payee (merchant_id, id);

CREATE TABLE outlet (
    id             TEXT PRIMARY KEY,
    merchant_id    TEXT NOT NULL REFERENCES merchant (id),
    name           TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('supermarket', 'pharmacy', 'hospital', 'school', 'other')),
    division_code  TEXT NOT NULL REFERENCES division (code),
    address        TEXT NOT NULL,
    opening_hours  TEXT,
    contact_name   TEXT,
    contact_phone  TEXT,
    latitude_microdegrees   BIGINT CHECK (latitude_microdegrees BETWEEN 3000000 AND 54000000),
    longitude_microdegrees  BIGINT CHECK (longitude_microdegrees BETWEEN 73000000 AND 136000000),
    state          TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'ended')),
    created_at     TEXT NOT NULL,
    -- 1: the tills say the sum to be paid aloud; NULL: nobody has decided, so they don't.
    speaks_payable BIGINT CHECK (speaks_payable IN (0, 1)),
    UNIQUE (merchant_id, name),
    CHECK ((latitude_microdegrees IS NULL) = (longitude_microdegrees IS NULL))
);

-- What a merchant that wants to take part sends by the public form; approval makes merchant and outlet.
CREATE TABLE merchant_application (
    id             TEXT PRIMARY KEY,
    state          TEXT NOT NULL CHECK (state IN ('submitted', 'approved', 'rejected')),
    merchant_name  TEXT NOT NULL,
    credit_code    TEXT NOT NULL CHECK (length(credit_code) = 18),
    contact_name   TEXT NOT NULL,
    contact_phone  TEXT NOT NULL,
    outlet_name    TEXT NOT NULL,
    outlet_kind    TEXT NOT NULL CHECK (outlet_kind IN ('supermarket', 'pharmacy', 'hospital', 'school', 'other')),
    division_code  TEXT NOT NULL REFERENCES division (code),
    address        TEXT NOT NULL,
    opening_hours  TEXT,
    submitted_at   TEXT NOT NULL,
    decided_at     TEXT,
    decided_by     TEXT,
    reason         TEXT,
    merchant_id    TEXT REFERENCES merchant (id),
    CHECK (state = 'submitted' OR (decided_at IS NOT NULL AND decided_by IS NOT NULL)),
    CHECK (state <> 'rejected' OR reason IS NOT NULL)
);
CREATE UNIQUE INDEX merchant_application_one_open ON merchant_application (credit_code, outlet_name) WHERE state = 'submitted';

CREATE TABLE terminal (
    id           TEXT PRIMARY KEY,
    outlet_id    TEXT NOT NULL REFERENCES outlet (id),
    code         TEXT NOT NULL UNIQUE CHECK (length(code) = 6),
    label        TEXT NOT NULL,
    key_hash     TEXT NOT NULL UNIQUE,
    state        TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    created_at   TEXT NOT NULL,
    disabled_at  TEXT
);
CREATE INDEX terminal_outlet ON terminal (outlet_id);

-- A code by which one browser becomes a till of that terminal. Only its hash is here.
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

-- A browser that is a till, and what it last said of the sales that it has not yet sent.
CREATE TABLE till_device (
    id            TEXT PRIMARY KEY,
    terminal_id   TEXT NOT NULL REFERENCES terminal (id),
    -- NULL: set up by the terminal's key, before devices joined by a code.
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

-- ---------------------------------------------------------------- staff
CREATE TABLE staff (
    id                    TEXT PRIMARY KEY,
    username              TEXT NOT NULL UNIQUE,
    name                  TEXT NOT NULL,
    role                  TEXT NOT NULL CHECK (role IN ('administrator', 'registrar', 'auditor', 'merchant_manager', 'cashier', 'price_recorder')),
    password_hash         TEXT NOT NULL,
    must_change_password  BIGINT NOT NULL CHECK (must_change_password IN (0, 1)),
    totp_cipher           TEXT,
    totp_step             BIGINT,
    division_code         TEXT REFERENCES division (code),
    merchant_id           TEXT REFERENCES merchant (id),
    outlet_id             TEXT REFERENCES outlet (id),
    state                 TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    failed_sign_ins       BIGINT NOT NULL,
    locked_until          TEXT,
    created_at            TEXT NOT NULL,
    -- Who switched the account off; only the same side switches it on again, and the county any.
    disabled_side         TEXT CHECK (disabled_side IN ('county', 'merchant')),
    CHECK (role <> 'registrar' OR division_code IS NOT NULL),
    CHECK (role <> 'merchant_manager' OR merchant_id IS NOT NULL),
    CHECK (role <> 'cashier' OR outlet_id IS NOT NULL)
);

-- One use each, for whoever has lost the device of the second factor.
CREATE TABLE staff_recovery_code (
    staff_id   TEXT NOT NULL REFERENCES staff (id),
    code_hash  TEXT NOT NULL,
    used_at    TEXT,
    PRIMARY KEY (staff_id, code_hash)
);

CREATE TABLE staff_session (
    id_hash       TEXT PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    staff_id      TEXT NOT NULL REFERENCES staff (id),
    created_at    TEXT NOT NULL,
    expires_at    TEXT NOT NULL,
    address       TEXT,
    user_agent    TEXT,
    ended_at      TEXT,
    -- Since when its lists show full names; NULL while names are masked.
    full_names_at TEXT
);
CREATE INDEX staff_session_staff ON staff_session (staff_id);

-- ---------------------------------------------------------------- audit
CREATE TABLE audit_event (
    id            TEXT PRIMARY KEY,
    at            TEXT NOT NULL,
    actor         TEXT NOT NULL,
    action        TEXT NOT NULL,
    subject_kind  TEXT NOT NULL,
    subject_id    TEXT NOT NULL,
    reason        TEXT,
    old_json      TEXT,
    new_json      TEXT,
    address       TEXT
);
CREATE INDEX audit_event_subject ON audit_event (subject_kind, subject_id);
CREATE INDEX audit_event_actor ON audit_event (actor, id);
CREATE INDEX audit_event_action ON audit_event (action, id);

-- Who looked at a card (POST /cards/verify); written in batches off the request's path.
CREATE TABLE card_lookup (
    id           TEXT PRIMARY KEY,
    at           TEXT NOT NULL,
    terminal_id  TEXT REFERENCES terminal (id),
    staff_id     TEXT REFERENCES staff (id),
    card_id      TEXT,
    outcome      TEXT NOT NULL
);
-- For the holder, who asks who looked.
CREATE INDEX card_lookup_card ON card_lookup (card_id, id) WHERE card_id IS NOT NULL;

-- ---------------------------------------------------------------- holders
CREATE TABLE holder (
    id                TEXT PRIMARY KEY,
    name              TEXT NOT NULL,
    gender            TEXT NOT NULL CHECK (gender IN ('male', 'female')),
    birth_date        TEXT NOT NULL,
    id_number_cipher  TEXT NOT NULL,
    id_number_hash    TEXT NOT NULL UNIQUE,
    phone_cipher      TEXT,
    phone_hash        TEXT,
    division_code     TEXT NOT NULL REFERENCES division (code),
    verified_on       TEXT,
    created_at        TEXT NOT NULL,
    updated_at        TEXT NOT NULL,
    erased_at         TEXT,
    -- The first and the last day of the last stretch of days without a gap on which the person has an eligibility; both ''
    -- for a person without one, 9999-12-31 where it has no end. Written with each eligibility, so that whoever has none on
    -- a day is found by an index.
    entitled_from     TEXT NOT NULL DEFAULT '',
    entitled_until    TEXT NOT NULL DEFAULT '',
    -- Of two numbers in phone_cipher, the second; phone_hash is the first.
    second_phone_hash TEXT
);
CREATE INDEX holder_entitled_from ON holder (entitled_from, id);
CREATE INDEX holder_entitled_until ON holder (entitled_until, id);
CREATE INDEX holder_division ON holder (division_code, id);
-- Whom the card reaches is counted, and a town's people are paged, from this index without their rows.
CREATE INDEX holder_town ON holder (substr(division_code, 1, 9), id, division_code, erased_at);
CREATE INDEX holder_phone ON holder (phone_hash);
CREATE INDEX holder_second_phone ON holder (second_phone_hash) WHERE second_phone_hash IS NOT NULL;
CREATE INDEX holder_verified ON holder (verified_on);
CREATE INDEX holder_never_verified ON holder (id) WHERE verified_on IS NULL;
-- How many people there are: all rows less these few.
CREATE INDEX holder_erased ON holder (id) WHERE erased_at IS NOT NULL;

-- Every run of one to eight characters of a name of the holder's household, for search by a part of it.
CREATE TABLE holder_name_gram (
    gram       TEXT NOT NULL,
    holder_id  TEXT NOT NULL REFERENCES holder (id),
    PRIMARY KEY (gram, holder_id)
);
CREATE INDEX holder_name_gram_holder ON holder_name_gram (holder_id);

-- A form that a member of staff has not finished: encrypted, seen by its author alone, deleted when it is sent.
CREATE TABLE holder_draft (
    id              TEXT PRIMARY KEY,
    staff_id        TEXT NOT NULL REFERENCES staff (id),
    content_cipher  TEXT NOT NULL,
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL
);
CREATE INDEX holder_draft_staff ON holder_draft (staff_id);

CREATE TABLE family_member (
    id                TEXT PRIMARY KEY,
    holder_id         TEXT NOT NULL REFERENCES holder (id),
    name              TEXT NOT NULL,
    relation          TEXT NOT NULL,
    id_number_cipher  TEXT,
    id_number_hash    TEXT,
    added_at          TEXT NOT NULL,
    ended_at          TEXT
);
CREATE INDEX family_member_holder ON family_member (holder_id);
CREATE INDEX family_member_id_number ON family_member (id_number_hash) WHERE id_number_hash IS NOT NULL;

CREATE TABLE register_import (
    id               TEXT PRIMARY KEY,
    file_name        TEXT NOT NULL,
    file_sha256      TEXT NOT NULL,
    accepted_count   BIGINT NOT NULL,
    refused_count    BIGINT NOT NULL,
    duplicate_count  BIGINT NOT NULL,
    actor            TEXT NOT NULL,
    imported_at      TEXT NOT NULL
);

CREATE TABLE eligibility (
    id           TEXT PRIMARY KEY,
    holder_id    TEXT NOT NULL REFERENCES holder (id),
    kind         TEXT NOT NULL CHECK (kind IN ('dibao', 'tekun', 'major_illness', 'disability', 'orphan', 'other')),
    starts_on    TEXT NOT NULL,
    ends_on      TEXT,
    evidence     TEXT,
    source       TEXT NOT NULL,
    recorded_at  TEXT NOT NULL,
    UNIQUE (holder_id, kind, starts_on),
    CHECK (ends_on IS NULL OR ends_on >= starts_on)
);
CREATE INDEX eligibility_kind ON eligibility (kind, holder_id);
CREATE INDEX eligibility_in_force ON eligibility (holder_id, starts_on, ends_on);
CREATE INDEX eligibility_end ON eligibility (ends_on, holder_id);

-- A returned application is over; what is mended is sent as a new one. fulfilled_at: the holder has had a card since.
CREATE TABLE application (
    id            TEXT PRIMARY KEY,
    holder_id     TEXT NOT NULL REFERENCES holder (id),
    state         TEXT NOT NULL CHECK (state IN ('submitted', 'returned', 'approved', 'rejected')),
    source        TEXT NOT NULL CHECK (source IN ('form', 'register', 'command')),
    submitted_at  TEXT NOT NULL,
    submitted_by  TEXT NOT NULL,
    decided_at    TEXT,
    decided_by    TEXT,
    reason        TEXT,
    fulfilled_at  TEXT,
    CHECK (state = 'submitted' OR (decided_at IS NOT NULL AND decided_by IS NOT NULL)),
    CHECK (state NOT IN ('returned', 'rejected') OR reason IS NOT NULL)
);
CREATE UNIQUE INDEX application_one_open ON application (holder_id) WHERE state = 'submitted';
CREATE INDEX application_state ON application (state, id);
-- Led by what is constant in it, so that the planner takes it before application_state.
CREATE INDEX application_to_fulfil ON application (state, fulfilled_at, holder_id) WHERE state = 'approved' AND fulfilled_at IS NULL;
CREATE INDEX application_holder ON application (holder_id);

-- Papers that prove an entitlement. The file itself is encrypted in the instance folder, named by the id.
CREATE TABLE evidence_file (
    id           TEXT PRIMARY KEY,
    holder_id    TEXT NOT NULL REFERENCES holder (id),
    file_name    TEXT NOT NULL,
    media_type   TEXT NOT NULL CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    size_bytes   BIGINT NOT NULL CHECK (size_bytes > 0),
    sha256       TEXT NOT NULL,
    uploaded_at  TEXT NOT NULL,
    uploaded_by  TEXT NOT NULL,
    removed_at   TEXT
);
CREATE INDEX evidence_file_holder ON evidence_file (holder_id);

-- Somebody who is entitled and not reached was called or visited: what came of it, and when to try again. Only added to.
CREATE TABLE reach_contact (
    id            TEXT PRIMARY KEY,
    holder_id     TEXT NOT NULL REFERENCES holder (id),
    contacted_on  TEXT NOT NULL,
    result        TEXT NOT NULL CHECK (result IN ('reached', 'no_answer', 'wrong_number', 'moved_away', 'declined', 'died', 'other')),
    next_on       TEXT,
    note_cipher   TEXT,
    noted_at      TEXT NOT NULL,
    noted_by      TEXT NOT NULL
);
CREATE INDEX reach_contact_holder ON reach_contact (holder_id, id);

-- Work that outlives a request: its progress, and what came of it. Files lie in the instance folder under jobs/<id>/.
CREATE TABLE job (
    id              TEXT PRIMARY KEY,
    kind            TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    step            TEXT NOT NULL,
    done_count      BIGINT NOT NULL,
    total_count     BIGINT NOT NULL,
    asked_json      TEXT NOT NULL,
    result_json     TEXT,
    cancel_asked    BIGINT NOT NULL CHECK (cancel_asked IN (0, 1)),
    created_at      TEXT NOT NULL,
    created_by      TEXT NOT NULL,
    heartbeat_at    TEXT,
    finished_at     TEXT
);
CREATE INDEX job_kind ON job (kind, created_at);

-- Append-only: what timers did (day run, month run, backups, rehearsals). A run that was cut off has no row: its age tells.
CREATE TABLE timer_run (
    id          TEXT PRIMARY KEY,
    what        TEXT NOT NULL,
    started_at  TEXT NOT NULL,
    ended_at    TEXT NOT NULL,
    outcome     TEXT NOT NULL CHECK (outcome IN ('well', 'attention', 'failed')),
    detail      TEXT NOT NULL
);
CREATE INDEX timer_run_newest ON timer_run (what, id);

-- A key by which a civil-affairs system sends the register of one source, for one town or (without a division) the county.
-- Only the key's hash is here.
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

-- What a register token has asked for: one key, one job.
CREATE TABLE register_request (
    token_id     TEXT NOT NULL REFERENCES register_token (id),
    key          TEXT NOT NULL,
    fingerprint  TEXT NOT NULL,
    job_id       TEXT NOT NULL UNIQUE REFERENCES job (id),
    asked_at     TEXT NOT NULL,
    PRIMARY KEY (token_id, key)
);

-- Aid that is to end: of the people whom a complete register lacks, or whom a list of deaths, removals or
-- double aid names. It begins as a draft; another person than its proposer decides; one step undoes it.
-- unmatched_json: the rows of the list that are nobody's here, each with the reason.
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
-- One check of a register has one open proposal.
CREATE UNIQUE INDEX aid_ending_one_open ON aid_ending (job_id)
    WHERE job_id IS NOT NULL AND state IN ('draft', 'proposed');

-- Each eligibility of it, in the order of the villages. had_last_day: its last day when the draft was made,
-- which undoing gives back. passed: something else had changed it, so it was left alone; kept: the same, when undone.
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

-- ---------------------------------------------------------------- cards
-- A row is one physical copy; copy_id is the 7-byte cti of its token, in hex. printed_at: when it was first printed;
-- ended_on: the day it was replaced or revoked; first_used_on: the day of its first redemption, kept by the ledger.
CREATE TABLE card (
    id          TEXT PRIMARY KEY,
    copy_id     TEXT NOT NULL UNIQUE CHECK (length(copy_id) = 14),
    number      TEXT NOT NULL UNIQUE CHECK (length(number) = 16),
    holder_id   TEXT NOT NULL REFERENCES holder (id),
    state       TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'lost', 'replaced', 'expired', 'revoked')),
    key_id      BIGINT NOT NULL CHECK (key_id BETWEEN 0 AND 255),
    issued_on   TEXT NOT NULL,
    expires_on  TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    printed_at  TEXT,
    ended_on    TEXT,
    first_used_on  TEXT
);
CREATE UNIQUE INDEX card_one_live_copy ON card (holder_id) WHERE state IN ('active', 'suspended', 'lost');
-- A holder's cards, whether one is valid and whether one was ever used, read from the index alone.
CREATE INDEX card_holder ON card (holder_id, state, expires_on, first_used_on, id);
CREATE INDEX card_state ON card (state, holder_id);
-- Led by what is constant in them, so that the planner takes them before card_state, with statistics or without.
CREATE INDEX card_expiry ON card (state, expires_on) WHERE state = 'active';
CREATE INDEX card_to_print ON card (printed_at, id) WHERE state = 'active' AND printed_at IS NULL;
-- How many cards there were, were new and had never been used, at the end of any day: each counts few of all.
CREATE INDEX card_issued ON card (issued_on);
CREATE INDEX card_ended ON card (ended_on) WHERE ended_on IS NOT NULL;
CREATE INDEX card_last_day ON card (expires_on, issued_on, ended_on);
-- The list of cards by last day and by state, a page at a time.
CREATE INDEX card_by_last_day ON card (expires_on, id);
CREATE INDEX card_by_state ON card (state, id) WHERE state <> 'active';
CREATE INDEX card_never_used ON card (issued_on, expires_on, ended_on) WHERE first_used_on IS NULL;
CREATE INDEX card_first_used ON card (first_used_on, issued_on, expires_on, ended_on) WHERE first_used_on IS NOT NULL;
-- The deny list of the offline pack, read from the index alone.
CREATE INDEX card_denied ON card (copy_id, expires_on, state) WHERE state <> 'active';

-- Signing keys that leaked: whatever they signed is refused for good. Append-only.
CREATE TABLE revoked_card_key (
    id          TEXT PRIMARY KEY,
    key_id      BIGINT NOT NULL UNIQUE CHECK (key_id BETWEEN 0 AND 255),
    reason      TEXT NOT NULL,
    revoked_at  TEXT NOT NULL,
    revoked_by  TEXT NOT NULL
);

CREATE TABLE card_event (
    id           TEXT PRIMARY KEY,
    card_id      TEXT NOT NULL REFERENCES card (id),
    event        TEXT NOT NULL CHECK (event IN ('issued', 'printed', 'suspended', 'lost', 'resumed', 'replaced', 'revoked', 'expired')),
    reason       TEXT NOT NULL,
    actor        TEXT NOT NULL,
    recorded_at  TEXT NOT NULL
);
CREATE INDEX card_event_card ON card_event (card_id);

-- Each PDF of cards that was made: which cards, by whom, and why again where a card had been printed before.
CREATE TABLE print_run (
    id           TEXT PRIMARY KEY,
    layout       TEXT NOT NULL CHECK (layout IN ('sheet', 'single')),
    card_count   BIGINT NOT NULL CHECK (card_count > 0),
    reason       TEXT NOT NULL,
    pdf_sha256   TEXT NOT NULL,
    printed_at   TEXT NOT NULL,
    printed_by   TEXT NOT NULL
);

CREATE TABLE print_run_card (
    print_run_id  TEXT NOT NULL REFERENCES print_run (id),
    card_id       TEXT NOT NULL REFERENCES card (id),
    PRIMARY KEY (print_run_id, card_id)
);
CREATE INDEX print_run_card_card ON print_run_card (card_id);

-- ---------------------------------------------------------------- policies
-- code names the line of succession; of one code, the highest published version that has started is in force.
CREATE TABLE policy (
    id                    TEXT PRIMARY KEY,
    code                  TEXT NOT NULL,
    version               BIGINT NOT NULL CHECK (version >= 1),
    name                  TEXT NOT NULL,
    state                 TEXT NOT NULL CHECK (state IN ('draft', 'approved', 'published', 'withdrawn')),
    scope                 TEXT NOT NULL CHECK (scope IN ('all', 'kind', 'eligibility', 'outlet')),
    scope_value           TEXT NOT NULL,
    starts_on             TEXT NOT NULL,
    ends_on               TEXT,
    rate_bp               BIGINT NOT NULL CHECK (rate_bp BETWEEN 1 AND 10000),
    rounding_unit_fen     BIGINT NOT NULL CHECK (rounding_unit_fen IN (1, 10)),
    minimum_spend_fen     BIGINT NOT NULL CHECK (minimum_spend_fen >= 0),
    cap_redemption_fen    BIGINT CHECK (cap_redemption_fen > 0),
    cap_card_day_fen      BIGINT CHECK (cap_card_day_fen > 0),
    cap_card_month_fen    BIGINT CHECK (cap_card_month_fen > 0),
    excluded_categories   TEXT NOT NULL,
    base                  TEXT NOT NULL CHECK (base IN ('market_price', 'after_insurance')),
    merchant_share_bp     BIGINT NOT NULL CHECK (merchant_share_bp BETWEEN 0 AND 10000),
    government_share_bp   BIGINT NOT NULL,
    -- How long a till without network may go on under this policy (0: not at all), for how much
    -- discount, and who bears what can't be entered afterwards.
    offline_hours                BIGINT NOT NULL CHECK (offline_hours BETWEEN 0 AND 168),
    offline_cap_redemption_fen   BIGINT CHECK (offline_cap_redemption_fen > 0),
    offline_cap_card_fen         BIGINT CHECK (offline_cap_card_fen > 0),
    offline_cap_terminal_fen     BIGINT CHECK (offline_cap_terminal_fen > 0),
    offline_bearer               TEXT NOT NULL CHECK (offline_bearer IN ('merchant', 'government')),
    offline_changing_code        BIGINT NOT NULL CHECK (offline_changing_code IN (0, 1)),
    created_at            TEXT NOT NULL,
    created_by            TEXT NOT NULL,
    approved_at           TEXT,
    approved_by           TEXT,
    published_at          TEXT,
    published_by          TEXT,
    -- How far a till's clock may be off, how many days after a sale it is entered without asking a person,
    -- and above which discount two people decide on a waiting sale.
    offline_clock_minutes        BIGINT NOT NULL CHECK (offline_clock_minutes BETWEEN 0 AND 30),
    offline_send_days            BIGINT NOT NULL CHECK (offline_send_days BETWEEN 1 AND 92),
    offline_two_people_fen       BIGINT NOT NULL CHECK (offline_two_people_fen >= 0),
    -- How much the government pays in all, NULL for no limit; and the version with which this budget began. A later
    -- version with the same number goes on with it.
    budget_fen                   BIGINT CHECK (budget_fen > 0),
    budget_version               BIGINT CHECK (budget_version >= 1),
    UNIQUE (code, version),
    CHECK (merchant_share_bp + government_share_bp = 10000),
    CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CHECK (offline_hours = 0 OR (offline_cap_redemption_fen IS NOT NULL
        AND offline_cap_card_fen IS NOT NULL AND offline_cap_terminal_fen IS NOT NULL))
);

-- ---------------------------------------------------------------- ledger
-- Append-only. A redemption's sums are positive, a reversal's negative, so that SUM is the net.
-- division_code and town_code are where the holder lived, eligibility why they were entitled, on that day.
-- month is the month in which the row counts: that of business_day, or the first that was not locked when it came.
-- adjusts_month names the earlier month that it belongs to: that of its day, or that of the redemption it takes back.
CREATE TABLE ledger (
    id                    TEXT PRIMARY KEY,
    kind                  TEXT NOT NULL CHECK (kind IN ('redemption', 'reversal')),
    reverses_id           TEXT REFERENCES ledger (id),
    receipt_no            TEXT NOT NULL UNIQUE,
    terminal_id           TEXT NOT NULL REFERENCES terminal (id),
    sequence              BIGINT NOT NULL CHECK (sequence >= 1),
    outlet_id             TEXT NOT NULL REFERENCES outlet (id),
    merchant_id           TEXT NOT NULL REFERENCES merchant (id),
    outlet_kind           TEXT NOT NULL,
    order_no              TEXT,
    card_id               TEXT NOT NULL REFERENCES card (id),
    holder_id             TEXT NOT NULL REFERENCES holder (id),
    presenter_kind        TEXT NOT NULL CHECK (presenter_kind IN ('holder', 'family_member')),
    presenter_id          TEXT NOT NULL,
    identity_checked      BIGINT NOT NULL CHECK (identity_checked IN (0, 1)),
    eligibility           TEXT NOT NULL,
    division_code         TEXT NOT NULL,
    town_code             TEXT NOT NULL,
    policy_id             TEXT NOT NULL REFERENCES policy (id),
    policy_code           TEXT NOT NULL,
    policy_version        BIGINT NOT NULL,
    rate_bp               BIGINT NOT NULL,
    amount_fen            BIGINT NOT NULL,
    insurance_fen         BIGINT NOT NULL,
    excluded_fen          BIGINT NOT NULL,
    eligible_fen          BIGINT NOT NULL,
    discount_fen          BIGINT NOT NULL,
    payable_fen           BIGINT NOT NULL,
    merchant_share_fen    BIGINT NOT NULL,
    government_share_fen  BIGINT NOT NULL,
    detail_json           TEXT NOT NULL,
    cashier               TEXT,
    staff_id              TEXT REFERENCES staff (id),
    channel               TEXT NOT NULL CHECK (channel IN ('online', 'offline', 'claim')),
    occurred_at           TEXT NOT NULL,
    recorded_at           TEXT NOT NULL,
    business_day          TEXT NOT NULL,
    month                 TEXT NOT NULL,
    adjusts_month         TEXT,
    reason                TEXT,
    previous_hash         TEXT NOT NULL,
    hash                  TEXT NOT NULL,
    UNIQUE (terminal_id, sequence),
    CHECK (amount_fen = discount_fen + payable_fen),
    CHECK (discount_fen = merchant_share_fen + government_share_fen),
    CHECK (adjusts_month IS NULL OR adjusts_month < month),
    CHECK ((kind = 'redemption' AND amount_fen > 0 AND discount_fen >= 0 AND reverses_id IS NULL AND order_no IS NOT NULL)
        OR (kind = 'reversal' AND amount_fen < 0 AND discount_fen <= 0 AND reverses_id IS NOT NULL AND reason IS NOT NULL))
);
CREATE UNIQUE INDEX ledger_order ON ledger (outlet_id, order_no) WHERE kind = 'redemption';
CREATE INDEX ledger_reverses ON ledger (reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX ledger_outlet_day ON ledger (outlet_id, business_day);
CREATE INDEX ledger_month ON ledger (month, id);
CREATE INDEX ledger_day ON ledger (business_day, id);
CREATE INDEX ledger_card ON ledger (card_id, occurred_at);

-- Every offline pack that a till was given, with what it allowed: a sale under any other is not entered. Append-only.
CREATE TABLE offline_pack (
    id                  TEXT PRIMARY KEY,
    terminal_id         TEXT NOT NULL REFERENCES terminal (id),
    -- The device that asked, where the till joined as one.
    device_id           TEXT REFERENCES till_device (id),
    policy_id           TEXT NOT NULL REFERENCES policy (id),
    -- Of its content without times: the same content is given again under the same id for a while.
    tag                 TEXT NOT NULL,
    deny_list_sha256    TEXT NOT NULL,
    cap_redemption_fen  BIGINT NOT NULL,
    cap_card_fen        BIGINT NOT NULL,
    cap_terminal_fen    BIGINT NOT NULL,
    issued_at           TEXT NOT NULL,
    valid_until         TEXT NOT NULL,
    CHECK (valid_until > issued_at)
);
CREATE INDEX offline_pack_terminal ON offline_pack (terminal_id, issued_at);

-- What tills without network gave and sent afterwards: one row for each item, never changed. A repeat
-- gets the same answer from it; the office sees what was refused, why, and who bears it.
CREATE TABLE offline_item (
    id                      TEXT PRIMARY KEY,
    terminal_id             TEXT NOT NULL REFERENCES terminal (id),
    client_id               TEXT NOT NULL CHECK (length(client_id) = 36),
    fingerprint             TEXT NOT NULL,
    status                  TEXT NOT NULL CHECK (status IN ('accepted', 'duplicate', 'refused', 'waiting')),
    code                    TEXT,
    refusal_json            TEXT,
    bearer                  TEXT CHECK (bearer IN ('merchant', 'government')),
    redemption_id           TEXT REFERENCES ledger (id),
    outlet_id               TEXT NOT NULL REFERENCES outlet (id),
    order_no                TEXT NOT NULL,
    card_id                 TEXT REFERENCES card (id),
    policy_id               TEXT,
    amount_fen              BIGINT NOT NULL,
    discount_fen            BIGINT NOT NULL,
    payable_fen             BIGINT NOT NULL,
    cashier                 TEXT,
    occurred_at             TEXT NOT NULL,
    business_day            TEXT NOT NULL,
    pack_issued_at          TEXT NOT NULL,
    device_clock_offset_ms  BIGINT NOT NULL,
    recorded_at             TEXT NOT NULL,
    -- NULL: the pack is of the time before packs were recorded, or is none that was ever given.
    pack_id                 TEXT REFERENCES offline_pack (id),
    UNIQUE (terminal_id, client_id),
    CHECK ((status IN ('refused', 'waiting') AND code IS NOT NULL AND redemption_id IS NULL AND bearer IS NOT NULL)
        OR (status IN ('accepted', 'duplicate') AND code IS NULL AND redemption_id IS NOT NULL))
);
CREATE INDEX offline_item_pack ON offline_item (terminal_id, pack_issued_at, card_id);
CREATE INDEX offline_item_terminal ON offline_item (terminal_id, occurred_at);
CREATE INDEX offline_item_refused ON offline_item (id) WHERE status = 'refused';
CREATE INDEX offline_item_waiting ON offline_item (business_day) WHERE status = 'waiting';
CREATE INDEX offline_item_order ON offline_item (outlet_id, order_no) WHERE status = 'waiting';

-- A waiting sale, under the id of its item: what was bought and the facts for and against it, as they were when it came. Append-only.
CREATE TABLE waiting_sale (
    id              TEXT PRIMARY KEY REFERENCES offline_item (id),
    purchase_json   TEXT NOT NULL,
    evidence_json   TEXT NOT NULL,
    two_people_fen  BIGINT NOT NULL,
    staff_id        TEXT REFERENCES staff (id)
);

-- What people said of a waiting sale. Nothing is decided until a row is final: the first, or above the amount the
-- one in which a second person agrees. Append-only.
CREATE TABLE waiting_decision (
    id             TEXT PRIMARY KEY,
    sale_id        TEXT NOT NULL REFERENCES waiting_sale (id),
    verdict        TEXT NOT NULL CHECK (verdict IN ('accepted', 'refused')),
    bearer         TEXT CHECK (bearer IN ('merchant', 'government')),
    reason         TEXT NOT NULL,
    is_final       BIGINT NOT NULL CHECK (is_final IN (0, 1)),
    redemption_id  TEXT UNIQUE REFERENCES ledger (id),
    decided_at     TEXT NOT NULL,
    decided_by     TEXT NOT NULL,
    CHECK ((verdict = 'refused') = (bearer IS NOT NULL)),
    CHECK ((verdict = 'accepted' AND is_final = 1) = (redemption_id IS NOT NULL))
);
CREATE INDEX waiting_decision_sale ON waiting_decision (sale_id);
CREATE UNIQUE INDEX waiting_decision_final ON waiting_decision (sale_id) WHERE is_final = 1;


-- The order number that the shop's own system gave a sale, as the till scanned it or as a person paired the two when
-- the day was compared. The newest row of a sale counts; NULL takes a pair back. Append-only.
CREATE TABLE shop_order (
    id             TEXT PRIMARY KEY,
    redemption_id  TEXT NOT NULL REFERENCES ledger (id),
    outlet_id      TEXT NOT NULL REFERENCES outlet (id),
    order_no       TEXT,
    source         TEXT NOT NULL CHECK (source IN ('till', 'person')),
    recorded_at    TEXT NOT NULL,
    recorded_by    TEXT NOT NULL,
    CHECK (order_no IS NOT NULL OR source = 'person')
);
CREATE INDEX shop_order_redemption ON shop_order (redemption_id, id);
CREATE INDEX shop_order_number ON shop_order (outlet_id, order_no) WHERE order_no IS NOT NULL;

-- Orders that a till gave up: nothing can be recorded under such a number any more, however late it arrives.
CREATE TABLE cancelled_order (
    outlet_id     TEXT NOT NULL REFERENCES outlet (id),
    order_no      TEXT NOT NULL,
    terminal_id   TEXT NOT NULL REFERENCES terminal (id),
    reason        TEXT NOT NULL,
    cancelled_at  TEXT NOT NULL,
    PRIMARY KEY (outlet_id, order_no)
);

CREATE TABLE chain_head (
    terminal_id  TEXT PRIMARY KEY REFERENCES terminal (id),
    sequence     BIGINT NOT NULL,
    hash         TEXT NOT NULL
);

-- What has been returned of a redemption so far (positive sums): the lock and the bound of its reversals.
CREATE TABLE reversal_total (
    redemption_id         TEXT PRIMARY KEY REFERENCES ledger (id),
    amount_fen            BIGINT NOT NULL,
    insurance_fen         BIGINT NOT NULL,
    excluded_fen          BIGINT NOT NULL,
    eligible_fen          BIGINT NOT NULL,
    discount_fen          BIGINT NOT NULL,
    merchant_share_fen    BIGINT NOT NULL
);

-- Discount used under one policy line in a period, net of reversals: a row for the day ("2026-10-31") and one for its
-- month ("2026-10"). Kept by holder, so that a new copy of the card gives no new allowance.
CREATE TABLE usage (
    holder_id    TEXT NOT NULL REFERENCES holder (id),
    policy_code  TEXT NOT NULL,
    period       TEXT NOT NULL,
    used_fen     BIGINT NOT NULL CHECK (used_fen >= 0),
    PRIMARY KEY (holder_id, policy_code, period)
);

-- What the government's shares under a policy's budget add up to, net of reversals: the lock and the bound of its sales.
CREATE TABLE policy_budget (
    policy_code     TEXT NOT NULL,
    budget_version  BIGINT NOT NULL,
    used_fen        BIGINT NOT NULL CHECK (used_fen >= 0),
    PRIMARY KEY (policy_code, budget_version)
);

-- Months in which no row can count any more. Written and removed by closing and reopening a month only.
CREATE TABLE month_lock (
    month      TEXT PRIMARY KEY,
    locked_at  TEXT NOT NULL
);

-- Net sums of a month by outlet and one dimension at a time; of each dimension but adjusts_month the keys add up to the
-- outlet's whole. town_and_kind is "512022100000 pharmacy": where the holder lived, what the outlet was. hour (0 to 23)
-- and weekday (1 = Monday) are county time, adjusts_month has rows of earlier months only.
CREATE TABLE rollup_month (
    month                 TEXT NOT NULL,
    dimension             TEXT NOT NULL CHECK (dimension IN ('town_and_kind', 'eligibility', 'policy_id',
        'presenter_kind', 'channel', 'hour', 'weekday', 'adjusts_month')),
    outlet_id             TEXT NOT NULL REFERENCES outlet (id),
    key                   TEXT NOT NULL,
    redemptions           BIGINT NOT NULL,
    reversals             BIGINT NOT NULL,
    amount_fen            BIGINT NOT NULL,
    discount_fen          BIGINT NOT NULL,
    merchant_share_fen    BIGINT NOT NULL,
    government_share_fen  BIGINT NOT NULL,
    PRIMARY KEY (month, dimension, outlet_id, key)
);

-- The same by where the holder lived, of the whole county: outlets × villages would be as many rows as sales.
CREATE TABLE rollup_month_village (
    month                 TEXT NOT NULL,
    division_code         TEXT NOT NULL,
    redemptions           BIGINT NOT NULL,
    reversals             BIGINT NOT NULL,
    amount_fen            BIGINT NOT NULL,
    discount_fen          BIGINT NOT NULL,
    merchant_share_fen    BIGINT NOT NULL,
    government_share_fen  BIGINT NOT NULL,
    PRIMARY KEY (month, division_code)
);

-- How many different cards a month's redemptions had: distinct counts do not add up, so each group keeps its own.
CREATE TABLE rollup_month_cards (
    month      TEXT NOT NULL,
    dimension  TEXT NOT NULL CHECK (dimension IN ('total', 'outlet_id', 'merchant_id', 'outlet_kind', 'town_code',
        'division_code', 'eligibility', 'presenter_kind', 'town_and_kind')),
    key        TEXT NOT NULL,
    cards      BIGINT NOT NULL,
    PRIMARY KEY (month, dimension, key)
);

-- The groups in which a card has been counted in a month, as sorted "dimension=key" with a line each. A card without a
-- redemption in the month has no row.
CREATE TABLE rollup_month_card (
    month        TEXT NOT NULL,
    card_id      TEXT NOT NULL REFERENCES card (id),
    redemptions  BIGINT NOT NULL,
    counted_in   TEXT NOT NULL,
    PRIMARY KEY (month, card_id)
);

-- ---------------------------------------------------------------- epochs
-- Each time the county went on from a backup. The first epoch has no row: the county itself began it, so a county that was
-- restored once is in its second. What was written after backup_at is not here, and its numbers are never given again: the
-- chains go on as epoch_chain says, terminals' codes after last_terminal_code. Append-only.
CREATE TABLE epoch (
    id                  TEXT PRIMARY KEY,
    number              BIGINT NOT NULL UNIQUE CHECK (number >= 2),
    backup_id           TEXT NOT NULL,
    backup_at           TEXT NOT NULL,
    began_at            TEXT NOT NULL,
    began_by            TEXT NOT NULL,
    last_terminal_code  BIGINT NOT NULL CHECK (last_terminal_code >= 0)
);

-- Where a terminal's chain stood in the backup, and the place after which it goes on: those between may have been given.
-- Append-only.
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

-- ---------------------------------------------------------------- checkout
CREATE TABLE idempotency_key (
    terminal_id    TEXT NOT NULL REFERENCES terminal (id),
    key            TEXT NOT NULL,
    fingerprint    TEXT NOT NULL,
    response_json  TEXT NOT NULL,
    created_at     TEXT NOT NULL,
    PRIMARY KEY (terminal_id, key)
);

-- A changing code belongs to the terminal that first read it, and pays for one redemption.
CREATE TABLE code_use (
    copy_id        TEXT NOT NULL REFERENCES card (copy_id),
    issued_at      BIGINT NOT NULL,
    terminal_id    TEXT NOT NULL REFERENCES terminal (id),
    taken_at       TEXT NOT NULL,
    redemption_id  TEXT REFERENCES ledger (id),
    PRIMARY KEY (copy_id, issued_at)
);

-- What was tried at a till and refused, written off the request's path. A card that exists is named, a number that was
-- typed never is; typed says that there was one. refusal_json holds the parameters of the sentence. times is above 1 where
-- many attempts of one minute are one row (then without card, order and sum). Append-only.
CREATE TABLE refused_attempt (
    id            TEXT PRIMARY KEY,
    act           TEXT NOT NULL CHECK (act IN ('verify', 'quote', 'redeem', 'reverse', 'cancel', 'claim', 'offline')),
    code          TEXT NOT NULL,
    refusal_json  TEXT NOT NULL,
    terminal_id   TEXT NOT NULL REFERENCES terminal (id),
    outlet_id     TEXT NOT NULL REFERENCES outlet (id),
    staff_id      TEXT REFERENCES staff (id),
    cashier       TEXT,
    card_id       TEXT REFERENCES card (id),
    typed         BIGINT NOT NULL CHECK (typed IN (0, 1)),
    order_no      TEXT,
    amount_fen    BIGINT,
    occurred_at   TEXT NOT NULL,
    recorded_at   TEXT NOT NULL,
    times         BIGINT NOT NULL CHECK (times >= 1),
    CHECK (times = 1 OR (card_id IS NULL AND order_no IS NULL AND amount_fen IS NULL))
);
CREATE INDEX refused_attempt_card ON refused_attempt (card_id, id) WHERE card_id IS NOT NULL;
CREATE INDEX refused_attempt_outlet ON refused_attempt (outlet_id, id);
-- How many typed numbers missed lately, by outlet and till.
CREATE INDEX refused_attempt_typed ON refused_attempt (outlet_id, recorded_at) WHERE typed = 1;

-- ---------------------------------------------------------------- alerts
-- What a rule found strange: a hint for a person, never a verdict. Of one run of facts (window_key) there is
-- one alert, which grows by rows; town_code is where the outlet stood. ledger_id is the row that came last; misses of
-- typed numbers are about no row, and shelf prices about no till either.
CREATE TABLE alert (
    id             TEXT PRIMARY KEY,
    rule           TEXT NOT NULL CHECK (rule IN ('far_apart', 'repeated_card', 'round_amounts', 'split_sale', 'off_hours', 'typed_misses', 'shelf_price')),
    window_key     TEXT NOT NULL,
    business_day   TEXT NOT NULL,
    town_code      TEXT NOT NULL,
    outlet_id      TEXT NOT NULL REFERENCES outlet (id),
    terminal_id    TEXT REFERENCES terminal (id),
    card_id        TEXT REFERENCES card (id),
    staff_id       TEXT REFERENCES staff (id),
    cashier        TEXT,
    ledger_id      TEXT REFERENCES ledger (id),
    evidence_json  TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('open', 'looked_at')),
    looked_at      TEXT,
    looked_by      TEXT,
    note           TEXT,
    recorded_at    TEXT NOT NULL,
    grown_at       TEXT NOT NULL,
    UNIQUE (rule, window_key),
    CHECK (state = 'open' OR (looked_at IS NOT NULL AND looked_by IS NOT NULL AND note IS NOT NULL)),
    CHECK ((rule IN ('typed_misses', 'shelf_price')) = (ledger_id IS NULL)),
    CHECK ((rule = 'shelf_price') = (terminal_id IS NULL))
);
CREATE INDEX alert_state ON alert (state, id);
CREATE INDEX alert_outlet ON alert (outlet_id, id);
CREATE INDEX alert_day ON alert (business_day, state);

-- The ledger rows that made an alert.
CREATE TABLE alert_row (
    alert_id   TEXT NOT NULL REFERENCES alert (id),
    ledger_id  TEXT NOT NULL REFERENCES ledger (id),
    PRIMARY KEY (alert_id, ledger_id)
);

-- ---------------------------------------------------------------- closing
-- A till's own list of an outlet's day, as it was read: {number, order_no, amount_fen, …} by row. What it is compared with
-- is the ledger of the moment, so a look at it is always true; the file itself is not kept. Append-only.
CREATE TABLE day_comparison (
    id               TEXT PRIMARY KEY,
    outlet_id        TEXT NOT NULL REFERENCES outlet (id),
    day              TEXT NOT NULL,
    file_name        TEXT NOT NULL,
    file_sha256      TEXT NOT NULL CHECK (length(file_sha256) = 64),
    row_count        BIGINT NOT NULL CHECK (row_count >= 0),
    listing_json     TEXT NOT NULL,
    compared_at      TEXT NOT NULL,
    compared_by      TEXT NOT NULL
);
CREATE INDEX day_comparison_day ON day_comparison (outlet_id, day);

-- Append-only. heads_json is the last row of each terminal that the closing holds; what a day got later is closed by another row.
CREATE TABLE day_close (
    id                TEXT PRIMARY KEY,
    outlet_id         TEXT NOT NULL REFERENCES outlet (id),
    day               TEXT NOT NULL,
    comparison_id     TEXT NOT NULL REFERENCES day_comparison (id),
    file_sha256       TEXT NOT NULL CHECK (length(file_sha256) = 64),
    statement_sha256  TEXT NOT NULL CHECK (length(statement_sha256) = 64),
    redemptions       BIGINT NOT NULL,
    reversals         BIGINT NOT NULL,
    amount_fen        BIGINT NOT NULL,
    discount_fen      BIGINT NOT NULL,
    payable_fen       BIGINT NOT NULL,
    heads_json        TEXT NOT NULL,
    differences       BIGINT NOT NULL CHECK (differences >= 0),
    reasons_json      TEXT NOT NULL,
    closed_at         TEXT NOT NULL,
    closed_by         TEXT NOT NULL
);
CREATE INDEX day_close_day ON day_close (outlet_id, day);

-- ---------------------------------------------------------------- receipts
-- Each time a receipt (or a refund's) was printed: the first is the receipt, every later one a reprint and says so.
CREATE TABLE receipt_print (
    id           TEXT PRIMARY KEY,
    ledger_id    TEXT NOT NULL REFERENCES ledger (id),
    copy_number  BIGINT NOT NULL CHECK (copy_number >= 1),
    width_mm     BIGINT NOT NULL CHECK (width_mm IN (58, 80)),
    form         TEXT NOT NULL CHECK (form IN ('page', 'text', 'escpos')),
    terminal_id  TEXT REFERENCES terminal (id),
    printed_at   TEXT NOT NULL,
    printed_by   TEXT NOT NULL,
    UNIQUE (ledger_id, copy_number)
);

-- ---------------------------------------------------------------- claims
-- A purchase that missed its discount: recorded at the till, decided by an administrator, and when it is approved
-- a redemption of its own day. The sums are what the till says was bought; the discount is made at the decision.
CREATE TABLE claim (
    id                TEXT PRIMARY KEY,
    claim_no          TEXT NOT NULL UNIQUE,
    state             TEXT NOT NULL CHECK (state IN ('submitted', 'approved', 'rejected')),
    source            TEXT NOT NULL CHECK (source IN ('refusal', 'missed')),
    outlet_id         TEXT NOT NULL REFERENCES outlet (id),
    terminal_id       TEXT NOT NULL REFERENCES terminal (id),
    card_id           TEXT NOT NULL REFERENCES card (id),
    holder_id         TEXT NOT NULL REFERENCES holder (id),
    presenter_kind    TEXT NOT NULL CHECK (presenter_kind IN ('holder', 'family_member')),
    identity_checked  BIGINT NOT NULL CHECK (identity_checked IN (0, 1)),
    order_no          TEXT NOT NULL,
    amount_fen        BIGINT NOT NULL CHECK (amount_fen > 0),
    excluded_fen      BIGINT NOT NULL CHECK (excluded_fen >= 0),
    insurance_fen     BIGINT NOT NULL CHECK (insurance_fen >= 0),
    occurred_at       TEXT NOT NULL,
    business_day      TEXT NOT NULL,
    refusal_code      TEXT,
    note              TEXT,
    cashier           TEXT,
    staff_id          TEXT REFERENCES staff (id),
    submitted_at      TEXT NOT NULL,
    submitted_by      TEXT NOT NULL,
    decided_at        TEXT,
    decided_by        TEXT,
    reason            TEXT,
    redemption_id     TEXT UNIQUE REFERENCES ledger (id),
    -- The lines of the basket, where the till sent them.
    items_json        TEXT,
    CHECK (excluded_fen + insurance_fen <= amount_fen),
    CHECK (state = 'submitted' OR (decided_at IS NOT NULL AND decided_by IS NOT NULL)),
    CHECK (state <> 'rejected' OR reason IS NOT NULL),
    CHECK ((state = 'approved') = (redemption_id IS NOT NULL))
);
CREATE UNIQUE INDEX claim_one_open ON claim (outlet_id, order_no) WHERE state = 'submitted';
CREATE INDEX claim_state ON claim (state, id);
CREATE INDEX claim_holder ON claim (holder_id);
-- How many were sent, decided and waiting in any days.
CREATE INDEX claim_submitted ON claim (submitted_at);
CREATE INDEX claim_decided ON claim (decided_at, state, submitted_at);

-- ---------------------------------------------------------------- reports
-- Versions of the county's own workbook; the files lie in the instance folder under report-templates/<id>.xlsx.
CREATE TABLE report_template (
    id           TEXT PRIMARY KEY,
    version      BIGINT NOT NULL UNIQUE CHECK (version >= 1),
    state        TEXT NOT NULL CHECK (state IN ('kept', 'in_use')),
    file_name    TEXT NOT NULL,
    sha256       TEXT NOT NULL CHECK (length(sha256) = 64),
    size_bytes   BIGINT NOT NULL CHECK (size_bytes > 0),
    uploaded_at  TEXT NOT NULL,
    uploaded_by  TEXT NOT NULL
);
CREATE UNIQUE INDEX report_template_one_in_use ON report_template (state) WHERE state = 'in_use';

-- ---------------------------------------------------------------- months
-- One closing of a month, by version. Drafted by the checks, then signed by three different administrators; what they
-- signed is report_json, which never changes again once it is approved. A returned or reopened version is over: the
-- next closing is the next version. The names are those of the signature lines. reason: why it was returned or reopened.
CREATE TABLE month_close (
    id              TEXT PRIMARY KEY,
    month           TEXT NOT NULL,
    version         BIGINT NOT NULL CHECK (version >= 1),
    state           TEXT NOT NULL CHECK (state IN ('draft', 'prepared', 'reviewed', 'approved', 'returned', 'reopened')),
    county_name     TEXT NOT NULL,
    -- The template of the county's own workbook that was in use; NULL: the built-in one.
    template_id     TEXT REFERENCES report_template (id),
    report_json     TEXT NOT NULL,
    report_sha256   TEXT NOT NULL CHECK (length(report_sha256) = 64),
    checks_json     TEXT NOT NULL,
    drafted_at      TEXT NOT NULL,
    drafted_by      TEXT NOT NULL,
    prepared_at     TEXT,
    prepared_by     TEXT,
    prepared_name   TEXT,
    reviewed_at     TEXT,
    reviewed_by     TEXT,
    reviewed_name   TEXT,
    approved_at     TEXT,
    approved_by     TEXT,
    approved_name   TEXT,
    ended_at        TEXT,
    ended_by        TEXT,
    reason          TEXT,
    UNIQUE (month, version),
    CHECK (state IN ('draft', 'returned') OR (prepared_at IS NOT NULL AND prepared_by IS NOT NULL AND prepared_name IS NOT NULL)),
    CHECK (state IN ('draft', 'prepared', 'returned') OR (reviewed_at IS NOT NULL AND reviewed_by IS NOT NULL AND reviewed_name IS NOT NULL)),
    CHECK (state NOT IN ('approved', 'reopened') OR (approved_at IS NOT NULL AND approved_by IS NOT NULL AND approved_name IS NOT NULL)),
    CHECK (state NOT IN ('returned', 'reopened') OR (ended_at IS NOT NULL AND ended_by IS NOT NULL AND reason IS NOT NULL)),
    CHECK (reviewed_by <> prepared_by),
    CHECK (approved_by <> prepared_by AND approved_by <> reviewed_by)
);
CREATE UNIQUE INDEX month_close_one_open ON month_close (month) WHERE state IN ('draft', 'prepared', 'reviewed', 'approved');

-- The files of an approved closing: what they were when it was signed. Append-only.
CREATE TABLE month_file (
    id          TEXT PRIMARY KEY,
    close_id    TEXT NOT NULL REFERENCES month_close (id),
    form        TEXT NOT NULL,
    sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
    size_bytes  BIGINT NOT NULL CHECK (size_bytes > 0),
    UNIQUE (close_id, form)
);

-- ---------------------------------------------------------------- settlement
-- 结算单: what the county owes a merchant for one locked month, once for each version of its closing. The figures never
-- change, only where it stands does. due_fen is the county's share and what earlier settlements carried in; what is below
-- zero of it, or below what earlier versions were paid already, is carried on (carried_fen, never above zero), so that
-- due_fen - carried_fen is what is paid in all. paid_fen holds paid_before_fen and the payments of this version.
CREATE TABLE settlement (
    id                    TEXT PRIMARY KEY,
    number                TEXT NOT NULL UNIQUE,
    close_id              TEXT NOT NULL REFERENCES month_close (id),
    month                 TEXT NOT NULL,
    serial                BIGINT NOT NULL CHECK (serial >= 1),
    version               BIGINT NOT NULL CHECK (version >= 1),
    merchant_id           TEXT NOT NULL REFERENCES merchant (id),
    merchant_name         TEXT NOT NULL,
    credit_code           TEXT NOT NULL,
    redemptions           BIGINT NOT NULL CHECK (redemptions >= 0),
    reversals             BIGINT NOT NULL CHECK (reversals >= 0),
    amount_fen            BIGINT NOT NULL,
    discount_fen          BIGINT NOT NULL,
    merchant_share_fen    BIGINT NOT NULL,
    government_share_fen  BIGINT NOT NULL,
    carried_in_fen        BIGINT NOT NULL,
    due_fen               BIGINT NOT NULL,
    carried_fen           BIGINT NOT NULL CHECK (carried_fen <= 0),
    paid_before_fen       BIGINT NOT NULL CHECK (paid_before_fen >= 0),
    content_sha256        TEXT NOT NULL CHECK (length(content_sha256) = 64),
    made_at               TEXT NOT NULL,
    made_by               TEXT NOT NULL,
    state                 TEXT NOT NULL CHECK (state IN ('open', 'disputed', 'confirmed', 'paid', 'voided')),
    confirm_by            TEXT NOT NULL,
    confirmed_at          TEXT,
    confirmed_on          TEXT,
    confirmed_by          TEXT,
    confirmed_how         TEXT CHECK (confirmed_how IN ('manager', 'time')),
    paid_fen              BIGINT NOT NULL,
    voided_at             TEXT,
    voided_by             TEXT,
    void_reason           TEXT,
    UNIQUE (month, merchant_id, version),
    CHECK (discount_fen = merchant_share_fen + government_share_fen),
    CHECK (due_fen = government_share_fen + carried_in_fen),
    CHECK (carried_fen = 0 OR carried_fen = due_fen - paid_before_fen),
    CHECK (paid_fen BETWEEN 0 AND due_fen - carried_fen),
    CHECK (state NOT IN ('confirmed', 'paid') OR (confirmed_at IS NOT NULL AND confirmed_on IS NOT NULL
        AND confirmed_by IS NOT NULL AND confirmed_how IS NOT NULL)),
    CHECK (state <> 'paid' OR paid_fen = due_fen - carried_fen),
    CHECK (state <> 'voided' OR (voided_at IS NOT NULL AND voided_by IS NOT NULL AND void_reason IS NOT NULL))
);
CREATE UNIQUE INDEX settlement_one_live ON settlement (month, merchant_id) WHERE state <> 'voided';
CREATE INDEX settlement_merchant ON settlement (merchant_id, month);
CREATE INDEX settlement_state ON settlement (state, confirm_by);
CREATE INDEX settlement_close ON settlement (close_id);

-- Append-only. A policy line is an outlet's month under one version of a policy; they add up to the settlement. An adjustment
-- line is what of them belongs to an earlier month: shown apart, and not counted twice.
CREATE TABLE settlement_line (
    id                    TEXT PRIMARY KEY,
    settlement_id         TEXT NOT NULL REFERENCES settlement (id),
    line_no               BIGINT NOT NULL CHECK (line_no >= 1),
    kind                  TEXT NOT NULL CHECK (kind IN ('policy', 'adjustment')),
    outlet_id             TEXT NOT NULL REFERENCES outlet (id),
    outlet_name           TEXT NOT NULL,
    policy_id             TEXT REFERENCES policy (id),
    policy_name           TEXT,
    policy_code           TEXT,
    policy_version        BIGINT,
    rate_bp               BIGINT,
    merchant_share_bp     BIGINT,
    government_share_bp   BIGINT,
    adjusts_month         TEXT,
    redemptions           BIGINT NOT NULL,
    reversals             BIGINT NOT NULL,
    amount_fen            BIGINT NOT NULL,
    discount_fen          BIGINT NOT NULL,
    merchant_share_fen    BIGINT NOT NULL,
    government_share_fen  BIGINT NOT NULL,
    UNIQUE (settlement_id, line_no),
    CHECK (discount_fen = merchant_share_fen + government_share_fen),
    CHECK ((kind = 'policy') = (policy_id IS NOT NULL)),
    CHECK ((kind = 'adjustment') = (adjusts_month IS NOT NULL))
);

CREATE TABLE settlement_dispute (
    id             TEXT PRIMARY KEY,
    settlement_id  TEXT NOT NULL,
    line_no        BIGINT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('open', 'explained', 'upheld')),
    text           TEXT NOT NULL,
    raised_at      TEXT NOT NULL,
    raised_by      TEXT NOT NULL,
    answer         TEXT,
    answered_at    TEXT,
    answered_by    TEXT,
    FOREIGN KEY (settlement_id, line_no) REFERENCES settlement_line (settlement_id, line_no),
    CHECK (state = 'open' OR (answer IS NOT NULL AND answered_at IS NOT NULL AND answered_by IS NOT NULL))
);
CREATE UNIQUE INDEX settlement_dispute_one_open ON settlement_dispute (settlement_id, line_no) WHERE state = 'open';
CREATE INDEX settlement_dispute_settlement ON settlement_dispute (settlement_id, id);

-- Append-only. A payment that was recorded wrongly is taken back by another row, once, and never more than it was.
CREATE TABLE settlement_payment (
    id              TEXT PRIMARY KEY,
    settlement_id   TEXT NOT NULL REFERENCES settlement (id),
    amount_fen      BIGINT NOT NULL,
    paid_on         TEXT NOT NULL,
    bank_reference  TEXT NOT NULL,
    takes_back_id   TEXT UNIQUE REFERENCES settlement_payment (id),
    reason          TEXT,
    recorded_at     TEXT NOT NULL,
    recorded_by     TEXT NOT NULL,
    CHECK ((takes_back_id IS NULL AND amount_fen > 0)
        OR (takes_back_id IS NOT NULL AND amount_fen < 0 AND reason IS NOT NULL))
);
CREATE INDEX settlement_payment_settlement ON settlement_payment (settlement_id, id);

-- ---------------------------------------------------------------- publication
-- What everybody may read of a closed month: computed once, suppressed figures left out, and never computed again, so
-- that no later version can be subtracted from it. Append-only; the newest version of a month counts.
CREATE TABLE publication_month (
    id            TEXT PRIMARY KEY,
    month         TEXT NOT NULL,
    version       BIGINT NOT NULL CHECK (version >= 1),
    close_id      TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('published', 'withdrawn')),
    figures_json  TEXT,
    sha256        TEXT,
    published_at  TEXT NOT NULL,
    UNIQUE (month, version),
    CHECK ((state = 'published') = (figures_json IS NOT NULL AND sha256 IS NOT NULL))
);

-- How many people of a town are entitled, have a valid card and used one in the month, as counted once on a day.
CREATE TABLE reach_count (
    day         TEXT NOT NULL,
    month       TEXT NOT NULL,
    town_code   TEXT NOT NULL,
    entitled    BIGINT NOT NULL,
    carded      BIGINT NOT NULL,
    used        BIGINT NOT NULL,
    counted_at  TEXT NOT NULL,
    PRIMARY KEY (day, month, town_code)
);

-- The digest of a day that is over, folded once by the timer with the day's anchor. Append-only.
CREATE TABLE publication_digest (
    id       TEXT PRIMARY KEY,
    day      TEXT NOT NULL UNIQUE,
    digest   TEXT NOT NULL CHECK (length(digest) = 64),
    made_at  TEXT NOT NULL
);

-- Append-only: how complaints of some months (both included) about some kinds of outlets ended, counted once by the
-- timer when the last of the months is over. `kinds`: their codes with commas between.
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

-- ---------------------------------------------------------------- anchors
-- Append-only: the signed state of all chains, as it was handed out. Once for each county day that is over, when the tree
-- (RFC 6962) grows by the day's rows, and whenever somebody asks for one (day NULL, the tree as it was). `frontier`: the
-- roots of the tree's complete subtrees from the left, from which it grows. `checkpoint`: the part that everybody may read.
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

-- Append-only: the root of each 256 leaves of the tree, so that a proof reads a few rows however long a day was.
CREATE TABLE tree_block (
    id      TEXT PRIMARY KEY,
    number  BIGINT NOT NULL UNIQUE CHECK (number >= 0),
    hash    TEXT NOT NULL CHECK (length(hash) = 64)
);

-- ---------------------------------------------------------------- notices
-- What the system has to say to people or programs outside: sums and states, no personal data. key: said once.
CREATE TABLE notice (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    key         TEXT NOT NULL UNIQUE,
    title       TEXT NOT NULL,
    body        TEXT NOT NULL,
    data_json   TEXT NOT NULL,
    created_at  TEXT NOT NULL
);

-- Where a merchant's own system wants to hear what came of its claims and waiting sales. A new address is a new row; the
-- secret that signs is made of the row's id and the instance's key, and stands nowhere.
CREATE TABLE merchant_webhook (
    id           TEXT PRIMARY KEY,
    merchant_id  TEXT NOT NULL REFERENCES merchant (id),
    address      TEXT NOT NULL,
    set_at       TEXT NOT NULL,
    set_by       TEXT NOT NULL,
    ended_at     TEXT,
    ended_by     TEXT,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX merchant_webhook_one ON merchant_webhook (merchant_id) WHERE ended_at IS NULL;

-- The way of a notice to one place. next_at is moved on before each attempt, so that two senders never send one twice.
CREATE TABLE notice_delivery (
    id          TEXT PRIMARY KEY,
    notice_id   TEXT NOT NULL REFERENCES notice (id),
    channel     TEXT NOT NULL CHECK (channel IN ('mail', 'webhook')),
    target      TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    attempts    BIGINT NOT NULL CHECK (attempts >= 0),
    next_at     TEXT NOT NULL,
    tried_at    TEXT,
    sent_at     TEXT,
    last_error  TEXT,
    -- The merchant's webhook that it goes to; NULL: the county's own.
    webhook_id  TEXT REFERENCES merchant_webhook (id),
    UNIQUE (notice_id, channel, target),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK (state <> 'failed' OR last_error IS NOT NULL)
);
CREATE INDEX notice_delivery_due ON notice_delivery (next_at) WHERE state = 'waiting';
CREATE INDEX notice_delivery_webhook ON notice_delivery (webhook_id, id)
    WHERE webhook_id IS NOT NULL;
CREATE INDEX notice_delivery_failed ON notice_delivery (id) WHERE state = 'failed';

-- Append-only: how each attempt to deliver a notice ended; an attempt that a crash cut off has no row.
CREATE TABLE notice_attempt (
    id           TEXT PRIMARY KEY,
    delivery_id  TEXT NOT NULL REFERENCES notice_delivery (id),
    at           TEXT NOT NULL,
    problem      TEXT
);
CREATE INDEX notice_attempt_delivery ON notice_attempt (delivery_id, id);

-- ---------------------------------------------------------------- messages
-- What a holder is told, once for each fact: a purchase's row, a card, a person with the last day of aid, a dispute. It goes
-- to the phone by the county's gateway, or on a list on paper (to_tell) until somebody has told it. dropped: not to be said
-- any more. The number is looked up when it is sent; sent_to is what was dialled, masked. What it says is encrypted, and goes
-- after a time; of a code when it was sent, and at expires_at in any case.
CREATE TABLE message (
    id              TEXT PRIMARY KEY,
    holder_id       TEXT NOT NULL REFERENCES holder (id),
    kind            TEXT NOT NULL CHECK (kind IN
        ('code', 'entitlement_ends', 'card_waits', 'purchase', 'dispute_answered')),
    fact            TEXT NOT NULL,
    channel         TEXT NOT NULL CHECK (channel IN ('file', 'webhook', 'paper')),
    language        TEXT NOT NULL,
    content_cipher  TEXT,
    state           TEXT NOT NULL CHECK (state IN
        ('waiting', 'sent', 'failed', 'to_tell', 'told', 'dropped')),
    attempts        BIGINT NOT NULL CHECK (attempts >= 0),
    made_at         TEXT NOT NULL,
    -- Moved on before each attempt, so that two senders never send one twice.
    next_at         TEXT NOT NULL,
    expires_at      TEXT,
    tried_at        TEXT,
    ended_at        TEXT,
    sent_to         TEXT,
    problem         TEXT,
    UNIQUE (kind, fact),
    CHECK ((kind = 'code') = (expires_at IS NOT NULL)),
    CHECK ((state IN ('sent', 'told', 'dropped')) = (ended_at IS NOT NULL)),
    CHECK (state NOT IN ('failed', 'dropped') OR problem IS NOT NULL)
);
CREATE INDEX message_due ON message (next_at) WHERE state = 'waiting';
CREATE INDEX message_holder ON message (holder_id, id);
CREATE INDEX message_attempts ON message (attempts, id);
CREATE INDEX message_to_tell ON message (id) WHERE state IN ('to_tell', 'failed');
CREATE INDEX message_content ON message (id) WHERE content_cipher IS NOT NULL;
CREATE INDEX message_code ON message (expires_at)
    WHERE expires_at IS NOT NULL AND content_cipher IS NOT NULL;

-- Append-only: somebody of the office went or called to tell it, and what came of that.
CREATE TABLE message_told (
    id          TEXT PRIMARY KEY,
    message_id  TEXT NOT NULL REFERENCES message (id),
    result      TEXT NOT NULL CHECK (result IN
        ('reached', 'no_answer', 'wrong_number', 'moved_away', 'declined', 'died', 'other')),
    told_on     TEXT NOT NULL,
    noted_at    TEXT NOT NULL,
    noted_by    TEXT NOT NULL
);
CREATE INDEX message_told_message ON message_told (message_id, id);

-- What a person wants: a message for each purchase, messages on the phone at all, in which language (NULL: the county's).
-- Without a row: all but purchases.
CREATE TABLE message_choice (
    holder_id  TEXT PRIMARY KEY REFERENCES holder (id),
    purchases  BIGINT NOT NULL CHECK (purchases IN (0, 1)),
    by_phone   BIGINT NOT NULL CHECK (by_phone IN (0, 1)),
    language   TEXT,
    chosen_at  TEXT NOT NULL,
    chosen_by  TEXT NOT NULL
);

-- Up to which row or instant a kind of fact has been looked for.
CREATE TABLE message_cursor (
    what      TEXT PRIMARY KEY,
    place     TEXT NOT NULL,
    moved_at  TEXT NOT NULL
);

-- A printed card that was given to its holder, or taken to the village for them.
CREATE TABLE card_handover (
    card_id    TEXT PRIMARY KEY REFERENCES card (id),
    handed_on  TEXT NOT NULL,
    noted_at   TEXT NOT NULL,
    noted_by   TEXT NOT NULL
);

-- ---------------------------------------------------------------- report by mail
-- A named mail address, without an account, to which the month's report goes: when the month is closed, or on a day of
-- the running month. Proposed by one administrator and approved by another; what has ended is never begun again.
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
    CHECK ((state = 'ended') = (ended_at IS NOT NULL AND ended_by IS NOT NULL AND end_reason IS NOT NULL))
);
CREATE UNIQUE INDEX report_recipient_once ON report_recipient (address, form, schedule)
    WHERE state IN ('proposed', 'approved');
CREATE INDEX report_recipient_state ON report_recipient (state, id);

-- Append-only: a file made for a recipient, written with the notice that carries it and before it is sent. `period` is
-- "2026-10/closed" for a closed month and "2026-10/day" for one that runs: of each a recipient gets one.
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

-- ---------------------------------------------------------------- the holder's side
-- One-time codes with which a holder, or a member of the family whom they let, signs in to "my card" together with the
-- last four of the own ID number. `code_hash` is keyed: who has the database alone can't try codes. A newer code ends
-- the ones before it by their `expires_at`.
CREATE TABLE my_code (
    id          TEXT PRIMARY KEY,
    holder_id   TEXT NOT NULL REFERENCES holder (id),
    -- Whom it lets in: a member of the family; NULL for the holder.
    member_id   TEXT REFERENCES family_member (id),
    code_hash   TEXT NOT NULL,
    -- Given at the counter, or sent by message to the phone that the office knows.
    way         TEXT NOT NULL CHECK (way IN ('counter', 'message')),
    made_at     TEXT NOT NULL,
    made_by     TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    used_at     TEXT
);
CREATE INDEX my_code_person ON my_code (holder_id, expires_at);
CREATE INDEX my_code_expiry ON my_code (expires_at);

-- Sign-ins to "my card". One counts while it has neither ended nor expired, its card copy is neither replaced nor
-- revoked, and, of a member of the family, while the holder lets them.
CREATE TABLE my_session (
    id_hash     TEXT PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    holder_id   TEXT NOT NULL REFERENCES holder (id),
    member_id   TEXT REFERENCES family_member (id),
    card_id     TEXT NOT NULL REFERENCES card (id),
    -- The member of staff who opened it at the counter on the holder's behalf; NULL for the holder's own.
    opened_by   TEXT,
    created_at  TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    address     TEXT,
    user_agent  TEXT,
    ended_at    TEXT
);
CREATE INDEX my_session_person ON my_session (holder_id, expires_at);
CREATE INDEX my_session_expiry ON my_session (expires_at);

-- The phone that shows the changing code of a card copy, known by its public key (P-256, base64 of the uncompressed
-- point); the private key never leaves the phone. A holder has one at a time.
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
CREATE INDEX my_device_holder ON my_device (holder_id);
CREATE INDEX my_device_ended ON my_device (ended_at);

-- The holder lets a member of the family look at a smaller view of the card.
CREATE TABLE my_member_view (
    id          TEXT PRIMARY KEY,
    holder_id   TEXT NOT NULL REFERENCES holder (id),
    member_id   TEXT NOT NULL REFERENCES family_member (id),
    allowed_at  TEXT NOT NULL,
    allowed_by  TEXT NOT NULL,
    ended_at    TEXT
);
CREATE UNIQUE INDEX my_member_view_only ON my_member_view (member_id) WHERE ended_at IS NULL;
CREATE INDEX my_member_view_holder ON my_member_view (holder_id, member_id);

-- ---------------------------------------------------------------- ratings
-- A photo that somebody sent, drawn anew without what its file said beside it; its content is a sealed file of the
-- instance folder under this id, together with the papers. removed_at: the file has gone.
CREATE TABLE picture (
    id             TEXT PRIMARY KEY,
    width_pixels   BIGINT NOT NULL CHECK (width_pixels > 0),
    height_pixels  BIGINT NOT NULL CHECK (height_pixels > 0),
    size_bytes     BIGINT NOT NULL CHECK (size_bytes > 0),
    sha256         TEXT NOT NULL,
    sent_at        TEXT NOT NULL,
    removed_at     TEXT
);
CREATE INDEX picture_there ON picture (id) WHERE removed_at IS NULL;

-- Append-only: how whoever holds a receipt judged the sale, once. `given`: whether the discount was given as promised.
CREATE TABLE rating (
    id           TEXT PRIMARY KEY,
    ledger_id    TEXT NOT NULL UNIQUE REFERENCES ledger (id),
    outlet_id    TEXT NOT NULL REFERENCES outlet (id),
    holder_id    TEXT NOT NULL REFERENCES holder (id),
    month        TEXT NOT NULL,
    given        TEXT NOT NULL CHECK (given IN ('yes', 'in_part', 'no')),
    stars        BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
    answered_at  TEXT NOT NULL
);
CREATE INDEX rating_outlet ON rating (outlet_id, month, holder_id);
CREATE INDEX rating_holder ON rating (holder_id, id);
CREATE INDEX rating_stars ON rating (stars, id);

-- What a judgement says in words and shows, if anything; apart from it, because it is erased after a time. `id` is the
-- rating's.
CREATE TABLE rating_content (
    id            TEXT PRIMARY KEY REFERENCES rating (id),
    words_cipher  TEXT,
    picture_id    TEXT UNIQUE REFERENCES picture (id),
    removed_at    TEXT,
    CHECK (removed_at IS NULL OR (words_cipher IS NULL AND picture_id IS NULL))
);
CREATE INDEX rating_content_there ON rating_content (id) WHERE removed_at IS NULL;

-- An outlet's judgements of a month added up, in the transaction that writes each.
CREATE TABLE rating_month (
    outlet_id      TEXT NOT NULL REFERENCES outlet (id),
    month          TEXT NOT NULL,
    answers        BIGINT NOT NULL CHECK (answers > 0),
    stars          BIGINT NOT NULL,
    given_yes      BIGINT NOT NULL,
    given_in_part  BIGINT NOT NULL,
    given_no       BIGINT NOT NULL,
    PRIMARY KEY (outlet_id, month),
    CHECK (given_yes + given_in_part + given_no = answers)
);

-- A judgement that the discount was not given as promised, as a case for the county. Its steps say what came of it.
CREATE TABLE complaint (
    id         TEXT PRIMARY KEY,
    rating_id  TEXT NOT NULL UNIQUE REFERENCES rating (id),
    state      TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    due_on     TEXT NOT NULL,
    opened_at  TEXT NOT NULL,
    result     TEXT CHECK (result IN ('upheld', 'upheld_in_part', 'not_upheld', 'unclear')),
    closed_at  TEXT,
    CHECK ((state = 'closed') = (result IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX complaint_state ON complaint (state, id);
CREATE INDEX complaint_due ON complaint (due_on, id) WHERE state = 'open';
CREATE INDEX complaint_by_due ON complaint (due_on, id);
CREATE INDEX complaint_closed ON complaint (closed_at, id) WHERE state = 'closed';

-- Append-only: what was done about a complaint. The reporter reads 'answer', 'due' and 'result' on the receipt's page,
-- never 'note'. What was written stands in complaint_words; `text` only has what was written before version 21, in
-- clear, until the day's timer or a rotation of the keys seals it.
CREATE TABLE complaint_step (
    id            TEXT PRIMARY KEY,
    complaint_id  TEXT NOT NULL REFERENCES complaint (id),
    kind          TEXT NOT NULL CHECK (kind IN ('note', 'answer', 'due', 'result')),
    text          TEXT,
    due_on        TEXT,
    result        TEXT,
    at            TEXT NOT NULL,
    recorded_by   TEXT NOT NULL,
    CHECK ((kind = 'due') = (due_on IS NOT NULL)),
    CHECK ((kind = 'result') = (result IS NOT NULL))
);
CREATE INDEX complaint_step_complaint ON complaint_step (complaint_id, id);
CREATE INDEX complaint_step_plain ON complaint_step (id) WHERE text IS NOT NULL;

-- The words of a step, encrypted; apart from it, because they are erased after a time. `id` is the step's.
CREATE TABLE complaint_words (
    id           TEXT PRIMARY KEY REFERENCES complaint_step (id),
    text_cipher  TEXT NOT NULL
);

-- What a holder asks of the office: that a purchase was not theirs (`ledger_id`; the row itself stays as it is, and what the
-- office takes back is `reversal_id`), or that something of their data is wrong (`about`). Both sides' words are encrypted.
CREATE TABLE holder_request (
    id             TEXT PRIMARY KEY,
    kind           TEXT NOT NULL CHECK (kind IN ('purchase', 'correction')),
    holder_id      TEXT NOT NULL REFERENCES holder (id),
    ledger_id      TEXT UNIQUE REFERENCES ledger (id),
    about          TEXT CHECK (
        about IN ('name', 'id_number', 'phone', 'address', 'family', 'aid', 'other')),
    state          TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined')),
    words_cipher   TEXT,
    raised_at      TEXT NOT NULL,
    raised_by      TEXT NOT NULL,
    due_on         TEXT NOT NULL,
    answer_cipher  TEXT,
    answered_at    TEXT,
    answered_by    TEXT,
    reversal_id    TEXT UNIQUE REFERENCES ledger (id),
    CHECK ((kind = 'purchase') = (ledger_id IS NOT NULL)),
    CHECK ((kind = 'correction') = (about IS NOT NULL)),
    CHECK ((state = 'open') = (answered_at IS NULL)),
    CHECK ((answered_at IS NULL) = (answered_by IS NULL)),
    CHECK (reversal_id IS NULL OR (kind = 'purchase' AND state = 'accepted'))
);
-- Of each part of the data one request is open at a time; a purchase is disputed once.
CREATE UNIQUE INDEX holder_request_one_open ON holder_request (holder_id, about)
    WHERE state = 'open' AND about IS NOT NULL;
CREATE INDEX holder_request_holder ON holder_request (holder_id, id);
CREATE INDEX holder_request_due ON holder_request (due_on, id) WHERE state = 'open';
CREATE INDEX holder_request_by_due ON holder_request (due_on, id);
CREATE INDEX holder_request_state ON holder_request (state, id);
CREATE INDEX holder_request_said ON holder_request (answered_at, id)
    WHERE words_cipher IS NOT NULL OR answer_cipher IS NOT NULL;

-- ---------------------------------------------------------------- shelf prices
-- The goods whose prices are compared, each from a day on. A good never changes: another specification is another good.
CREATE TABLE basket_good (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    specification  TEXT NOT NULL,
    unit           TEXT NOT NULL,
    starts_on      TEXT NOT NULL,
    ends_on        TEXT,
    added_at       TEXT NOT NULL,
    added_by       TEXT NOT NULL,
    ended_at       TEXT,
    ended_by       TEXT,
    CHECK (ends_on >= starts_on),
    CHECK ((ends_on IS NULL) = (ended_at IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX basket_good_one ON basket_good (name, specification, unit)
    WHERE ends_on IS NULL;

-- Append-only: what a good costs at an outlet, as somebody saw it. Of several of one day the last one counts.
CREATE TABLE shelf_price (
    id           TEXT PRIMARY KEY,
    good_id      TEXT NOT NULL REFERENCES basket_good (id),
    outlet_id    TEXT NOT NULL REFERENCES outlet (id),
    seen_on      TEXT NOT NULL,
    month        TEXT NOT NULL,
    price_fen    BIGINT NOT NULL CHECK (price_fen > 0),
    picture_id   TEXT UNIQUE REFERENCES picture (id),
    recorded_at  TEXT NOT NULL,
    recorded_by  TEXT NOT NULL
);
CREATE INDEX shelf_price_good ON shelf_price (good_id, month, outlet_id, seen_on);
CREATE INDEX shelf_price_month ON shelf_price (month, good_id);
CREATE INDEX shelf_price_outlet ON shelf_price (outlet_id, seen_on);
