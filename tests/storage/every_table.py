"""A row in every table that has none, written from what schema.sql says of its columns.

So each statement, and each later migration, meets rows in tables that are younger than the county
of version 1. A new table is filled as soon as it is in schema.sql; one whose checks hang together
has its row in tests/storage/rows.py.
"""

from __future__ import annotations

import re
from typing import Any

from huimin.storage.engine import Transaction
from huimin.storage.fingerprint import objects_in
from huimin.storage.migrate import schema_text
from tests.storage.rows import AT, ROWS, columns_of, insert

DAY = "2026-09-10"
_TABLE = re.compile(r"^CREATE TABLE (?P<name>\w+) \((?P<columns>.*?)^\);", re.M | re.S)
_COLUMN = re.compile(r"^    (?P<name>[a-z]\w*) +(?P<kind>TEXT|BIGINT)(?P<rest>[^\n]*)", re.M)
_REFERENCE = re.compile(r"REFERENCES (\w+) \((\w+)\)")
_ONE_OF = re.compile(r"IN \('?(\w+)")
_LEAST = re.compile(r"(?:BETWEEN|>=) (\d+)")
_LENGTH = re.compile(r"length\(\w+\) = (\d+)")


def tables() -> dict[str, dict[str, tuple[str, str]]]:
    """Table → column → its type, and what schema.sql says behind it; in schema.sql's order."""
    return {
        table["name"]: {
            column["name"]: (column["kind"], column["rest"])
            for column in _COLUMN.finditer(table["columns"])
        }
        for table in _TABLE.finditer(schema_text())
    }


def fill_empty_tables(tx: Transaction) -> list[str]:
    """Write a row into each table that has none; the tables' names.

    A database of an older version has some of the tables and columns.
    """
    by_hand, there = dict(ROWS), objects_in(tx)
    filled = []
    for table, columns in tables().items():
        if f"table {table}" not in there:
            continue
        if tx.connection.execute(f"SELECT * FROM {table} LIMIT 1").fetchone() is None:
            known = columns_of(tx, table)
            columns = {name: said for name, said in columns.items() if name in known}
            insert(tx, table, _row(tx, columns, by_hand.get(table, {})))
            filled.append(table)
    return filled


def _row(
    tx: Transaction, columns: dict[str, tuple[str, str]], by_hand: dict[str, Any]
) -> dict[str, Any]:
    """What was written by hand, with whom it points to there, and else whatever fits a column."""
    row = {}
    for name, (kind, rest) in columns.items():
        if name not in by_hand and "NOT NULL" not in rest and "PRIMARY KEY" not in rest:
            continue
        reference = _REFERENCE.search(rest)
        if reference:
            query = f"SELECT {reference[2]} AS found FROM {reference[1]} LIMIT 1"
            row[name] = tx.connection.execute(query).fetchone()["found"]
        else:
            row[name] = by_hand.get(name, _fitting(name, kind, rest))
    return row


def _fitting(name: str, kind: str, rest: str) -> Any:
    if one := _ONE_OF.search(rest):
        return int(one[1]) if kind == "BIGINT" else one[1]
    if kind == "BIGINT":
        least = _LEAST.search(rest)
        return int(least[1]) if least else 1
    if length := _LENGTH.search(rest):
        return "0" * int(length[1])
    if name.endswith("_json"):
        return "{}"
    return AT if name.endswith("_at") else DAY
