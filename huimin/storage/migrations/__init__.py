"""Numbered steps from version 1 to schema.sql; `migrate.py` runs them in order, each whole.

A step is `NNNN_name.sql` (one text for both engines) or `NNNN_name.py` with `migrate(tx)`, which
may ask `tx.engine`; on SQLite it changes tables by `sqlite_tables.transform`. Its number and when
it was run stand in `schema_migration` on both engines, so the migrations of sqlite-utils, which
keep a book of their own in SQLite alone, are not used. A released step is never edited. How one is
added: handbook/en/operations.md.
"""
