"""Databases as older programs left them: the tables of an older schema.sql, called version 1."""

from __future__ import annotations

import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

from huimin.settings import Settings
from huimin.storage.append_only import APPEND_ONLY_TABLES, make_append_only
from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script
from huimin.storage.sqlite_engine import connect

# The schema of commit 0e981a6 (`git show 0e981a6:schema.sql`), frozen as version 1. The truth is
# that commit; this is the only copy, and a test holds it to its digest.
VERSION_1 = Path(__file__).with_name("schema_version_1.sql")
# `git log --follow -- schema.sql` before it: what called itself version 1 while it still changed.
UNRELEASED = Path(__file__).with_name("unreleased_schemas.tar.xz")
AT = "2026-10-31T02:00:00.000Z"


def unreleased_schemas() -> dict[str, str]:
    """Every text of schema.sql before version 1, by its number and commit, the oldest first."""
    texts = {}
    with tarfile.open(UNRELEASED) as archive:
        for member in archive:
            file = archive.extractfile(member)
            assert file is not None
            texts[member.name.removesuffix(".sql")] = file.read().decode()
    return texts


def make_older(settings: Settings, schema: str, rows: str = "") -> None:
    """A database of that schema with these rows (INSERT statements), as an older `init` made it."""

    def fill(tx: Transaction) -> None:
        run_script(tx, schema)
        tables = [name for name in APPEND_ONLY_TABLES if f"CREATE TABLE {name} (" in schema]
        make_append_only(tx, tables)
        row = f"INSERT INTO schema_migration VALUES (1, 'schema.sql', '{AT}')"
        tx.connection.execute(row)
        if rows:
            run_script(tx, rows)

    over_driver(settings, fill)


def over_driver(settings: Settings, work: Any) -> Any:
    """What `work(tx)` returns over a bare connection, committed; no version is asked for."""
    if settings.database_url:
        import psycopg
        from psycopg.rows import dict_row

        with psycopg.connect(settings.database_url, row_factory=dict_row) as server:
            return work(Transaction("postgresql", server))
    settings.folder.mkdir(exist_ok=True, parents=True, mode=0o700)
    with closing(connect(settings.database_path, query="mode=rwc")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        settings.database_path.chmod(0o600)
        connection.execute("BEGIN")
        answer = work(Transaction("sqlite", connection))
        connection.execute("COMMIT")
        return answer
