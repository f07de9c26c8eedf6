"""What each engine needs beyond schema.sql: triggers that refuse to change or delete a written row.

They belong to the fingerprint of their table, so that a change of this file is a change of the
schema: it needs a step, which calls `make_append_only` for the tables that it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from huimin.storage.engine import Transaction

APPEND_ONLY_TABLES = (
    "ledger",
    "audit_event",
    "revoked_card_key",
    "card_event",
    "offline_pack",
    "offline_item",
    "waiting_sale",
    "waiting_decision",
    "day_comparison",
    "day_close",
    "receipt_print",
    "shop_order",
    "refused_attempt",
    "settlement_line",
    "settlement_payment",
    "month_file",
    "publication_month",
    "publication_digest",
    "publication_result",
    "division_past",
    "division_move",
    "notice_attempt",
    "report_mail",
    "reach_contact",
    "timer_run",
    "anchor",
    "tree_block",
    "epoch",
    "epoch_chain",
    "rating",
    "complaint_step",
    "message_told",
    "shelf_price",
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


def make_append_only(tx: Transaction, tables: Iterable[str] = APPEND_ONLY_TABLES) -> None:
    """Make, or make again, the triggers of the tables."""
    execute = tx.connection.execute
    if tx.engine == "postgresql":
        execute(_POSTGRESQL_FUNCTION)
    for table in tables:
        if tx.engine == "sqlite":
            for event in ("update", "delete"):
                execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{event}")
                execute(_SQLITE.format(table=table, event=event))
            continue
        for event in ("update", "delete", "truncate"):
            level = "STATEMENT" if event == "truncate" else "ROW"
            execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{event} ON {table}")
            execute(_POSTGRESQL.format(table=table, event=event, level=level))


@contextmanager
def opened(tx: Transaction, table: str) -> Iterator[None]:
    """Let the block, and nothing beside it, change an append-only table.

    For two things only: what is encrypted is encrypted (with a new key, or what stood in clear),
    and a person who is erased goes. The triggers are back before the transaction ends, and no other
    transaction lacks them.
    """
    if table not in APPEND_ONLY_TABLES:
        raise ValueError(f"{table} is not append-only")
    if table == "ledger":
        raise ValueError("a row of the ledger never changes: its chain would break")
    for event in ("update", "delete"):
        on_table = "" if tx.engine == "sqlite" else f" ON {table}"
        tx.connection.execute(f"DROP TRIGGER {table}_refuses_{event}{on_table}")
    yield
    make_append_only(tx, [table])
