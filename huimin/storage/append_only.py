"""What each engine needs beyond schema.sql: triggers that refuse to change or delete a written row.

They are dropped and made again after every migration, so a database always has this file's version.
"""

from __future__ import annotations

from huimin.storage.engine import Transaction

APPEND_ONLY_TABLES = (
    "ledger",
    "audit_event",
    "card_event",
    "offline_item",
    "day_comparison",
    "day_close",
    "receipt_print",
    "settlement_line",
    "settlement_payment",
    "month_file",
    "publication_month",
    "publication_digest",
)

_SQLITE = """
CREATE TRIGGER {table}_refuses_{event} BEFORE {event} ON {table}
BEGIN
    SELECT RAISE(ABORT, '{table} is append-only');
END
"""
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $refuse$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$refuse$
"""
_POSTGRESQL = """
CREATE TRIGGER {table}_refuses_{event} BEFORE {event} ON {table}
FOR EACH {level} EXECUTE FUNCTION refuse_change()
"""


def make_append_only(tx: Transaction) -> None:
    """Make, or make again, the triggers of every append-only table."""
    execute = tx.connection.execute
    if tx.engine == "sqlite":
        for table in APPEND_ONLY_TABLES:
            for event in ("update", "delete"):
                execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{event}")
                execute(_SQLITE.format(table=table, event=event))
        return
    execute(_POSTGRESQL_FUNCTION)
    for table in APPEND_ONLY_TABLES:
        for event in ("update", "delete", "truncate"):
            level = "STATEMENT" if event == "truncate" else "ROW"
            execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{event} ON {table}")
            execute(_POSTGRESQL.format(table=table, event=event, level=level))
