"""Every offline pack is recorded, and an offline sale may wait for people to decide on it."""

from __future__ import annotations

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script

# What was so until now, and what a county is not asked to decide again.
POLICY_COLUMNS = {
    "offline_clock_minutes": (2, "offline_clock_minutes BETWEEN 0 AND 30"),
    "offline_send_days": (31, "offline_send_days BETWEEN 1 AND 92"),
    "offline_two_people_fen": (10_000, "offline_two_people_fen >= 0"),
}
NEW_PACK = """
CREATE TABLE offline_pack (
    id                  TEXT PRIMARY KEY,
    terminal_id         TEXT NOT NULL REFERENCES terminal (id),
    device_id           TEXT REFERENCES till_device (id),
    policy_id           TEXT NOT NULL REFERENCES policy (id),
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
"""
NEW_WAITING = """
CREATE TABLE waiting_sale (
    id              TEXT PRIMARY KEY REFERENCES offline_item (id),
    purchase_json   TEXT NOT NULL,
    evidence_json   TEXT NOT NULL,
    two_people_fen  BIGINT NOT NULL,
    staff_id        TEXT REFERENCES staff (id)
);
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
CREATE INDEX offline_item_terminal ON offline_item (terminal_id, occurred_at);
CREATE INDEX offline_item_waiting ON offline_item (business_day) WHERE status = 'waiting';
"""
OLD_STATUS = "status IN ('accepted', 'duplicate', 'refused')"
NEW_STATUS = "status IN ('accepted', 'duplicate', 'refused', 'waiting')"
OLD_OUTCOME = (
    "(status = 'refused' AND code IS NOT NULL AND redemption_id IS NULL AND bearer IS NOT NULL)\n"
    "        OR (status <> 'refused' AND code IS NULL AND redemption_id IS NOT NULL)"
)
NEW_OUTCOME = (
    "(status IN ('refused', 'waiting') AND code IS NOT NULL AND redemption_id IS NULL "
    "AND bearer IS NOT NULL) OR (status IN ('accepted', 'duplicate') AND code IS NULL "
    "AND redemption_id IS NOT NULL)"
)


def migrate(tx: Transaction) -> None:
    for name, (value, check) in POLICY_COLUMNS.items():
        execute(tx, f"ALTER TABLE policy ADD COLUMN {name} BIGINT CHECK ({check})")
        execute(tx, f"UPDATE policy SET {name} = {value}")  # noqa: S608
    run_script(tx, NEW_PACK)
    execute(tx, "ALTER TABLE offline_item ADD COLUMN pack_id TEXT REFERENCES offline_pack (id)")
    if tx.engine == "sqlite":
        from huimin.storage.sqlite_tables import transform

        transform(tx, "policy", not_null=set(POLICY_COLUMNS))
        transform(tx, "offline_item", {OLD_STATUS: NEW_STATUS, OLD_OUTCOME: NEW_OUTCOME})
    else:
        for name in POLICY_COLUMNS:
            execute(tx, f"ALTER TABLE policy ALTER COLUMN {name} SET NOT NULL")
        execute(tx, "ALTER TABLE offline_item DROP CONSTRAINT offline_item_status_check")
        execute(tx, "ALTER TABLE offline_item DROP CONSTRAINT offline_item_check")
        execute(tx, f"ALTER TABLE offline_item ADD CHECK ({NEW_STATUS})")
        execute(tx, f"ALTER TABLE offline_item ADD CHECK ({NEW_OUTCOME})")
    run_script(tx, NEW_WAITING)
    make_append_only(tx, ("offline_pack", "waiting_sale", "waiting_decision"))


def execute(tx: Transaction, statement: str) -> None:
    tx.connection.execute(statement)
