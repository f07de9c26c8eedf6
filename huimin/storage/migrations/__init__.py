"""Numbered steps from an older schema to schema.sql; `migrate.py` runs them in order.

A step is `NNNN_name.sql` (one text for both engines) or `NNNN_name.py` with `migrate(tx)`. Steps
are never edited once released. Version 1 is the first schema; the first step will be 0002.
"""
