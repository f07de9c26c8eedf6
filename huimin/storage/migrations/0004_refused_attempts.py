"""What was refused at a till is kept; an alert may be about no ledger row; the days on which a
person is entitled stand beside them, so that whoever is not is found by an index.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from huimin.storage.append_only import make_append_only
from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script

ADDED = """
CREATE TABLE refused_attempt (
    id            TEXT PRIMARY KEY,
    act           TEXT NOT NULL
        CHECK (act IN ('verify', 'quote', 'redeem', 'reverse', 'cancel', 'claim', 'offline')),
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
CREATE INDEX refused_attempt_typed ON refused_attempt (outlet_id, recorded_at) WHERE typed = 1;
ALTER TABLE holder ADD COLUMN entitled_from TEXT NOT NULL DEFAULT '';
ALTER TABLE holder ADD COLUMN entitled_until TEXT NOT NULL DEFAULT '';
CREATE INDEX holder_entitled_from ON holder (entitled_from, id);
CREATE INDEX holder_entitled_until ON holder (entitled_until, id);
"""
RULES = "rule IN ('far_apart', 'repeated_card', 'round_amounts', 'split_sale', 'off_hours'"
LAST_CHECK = (
    "CHECK (state = 'open' OR"
    " (looked_at IS NOT NULL AND looked_by IS NOT NULL AND note IS NOT NULL))"
)
SPANS = "SELECT holder_id, starts_on, ends_on FROM eligibility ORDER BY holder_id, starts_on"
SET_DAYS = "UPDATE holder SET entitled_from = ?, entitled_until = ? WHERE id = ?"
LAST_DAY = "9999-12-31"
OF_A_ROW = "(rule = 'typed_misses') = (ledger_id IS NULL)"


def migrate(tx: Transaction) -> None:
    run_script(tx, ADDED)
    make_append_only(tx, ["refused_attempt"])
    _note_entitled_days(tx)
    if tx.engine == "sqlite":
        from huimin.storage.sqlite_tables import transform

        transform(
            tx,
            "alert",
            checks={
                f"{RULES})": f"{RULES}, 'typed_misses')",
                LAST_CHECK: f"{LAST_CHECK},\n    CHECK ({OF_A_ROW})",
            },
            not_null={"ledger_id": False},
        )
        return
    execute = tx.connection.execute
    execute("ALTER TABLE alert DROP CONSTRAINT alert_rule_check")
    execute(f"ALTER TABLE alert ADD CONSTRAINT alert_rule_check CHECK ({RULES}, 'typed_misses'))")
    execute("ALTER TABLE alert ALTER COLUMN ledger_id DROP NOT NULL")
    execute(f"ALTER TABLE alert ADD CHECK ({OF_A_ROW})")


def _note_entitled_days(tx: Transaction) -> None:
    update = SET_DAYS if tx.engine == "sqlite" else SET_DAYS.replace("?", "%s")
    spans = tx.connection.execute(SPANS).fetchall()
    for holder_id, rows in groupby(spans, key=lambda row: row["holder_id"]):
        first = last = ""
        for row in rows:
            if not last or row["starts_on"] > _day_after(last):
                first = row["starts_on"]
            last = max(last, row["ends_on"] or LAST_DAY)
        tx.connection.execute(update, (first, last, holder_id))


def _day_after(day: str) -> str:
    return day if day == LAST_DAY else (date.fromisoformat(day) + timedelta(days=1)).isoformat()
