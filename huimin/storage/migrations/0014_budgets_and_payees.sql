-- A policy may have a budget, and a merchant's bank account is approved by a second person.
ALTER TABLE policy ADD COLUMN budget_fen BIGINT CHECK (budget_fen > 0);
ALTER TABLE policy ADD COLUMN budget_version BIGINT CHECK (budget_version >= 1);

CREATE TABLE policy_budget (
    policy_code     TEXT NOT NULL,
    budget_version  BIGINT NOT NULL,
    used_fen        BIGINT NOT NULL CHECK (used_fen >= 0),
    PRIMARY KEY (policy_code, budget_version)
);

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
