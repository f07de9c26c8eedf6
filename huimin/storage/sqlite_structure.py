"""What a SQLite database is made of, as lines that do not depend on how its tables came about.

A table that a migration has rebuilt or added to is described like one made by schema.sql: columns
in any order; checks, triggers and indexes as words, whatever their spacing, quotes and comments.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from typing import Any

Lines = dict[str, list[str]]
Row = dict[str, Any]

_MASTER = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master"
    " WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY type, name"
)
# A virtual table has rootpage 0: it is never ours, and its module may be missing.
_COLUMNS = """
SELECT t.name AS on_table, c.name, c.type, c."notnull" AS required, c.dflt_value, c.pk, c.hidden
FROM sqlite_master AS t, pragma_table_xinfo(t.name) AS c
WHERE t.type = 'table' AND t.rootpage > 0
"""
_REFERENCES = """
SELECT t.name AS on_table, r.id AS part_of, r."from" AS own, r."table" AS to_table,
       r."to" AS theirs, r.on_update, r.on_delete
FROM sqlite_master AS t, pragma_foreign_key_list(t.name) AS r
WHERE t.type = 'table' AND t.rootpage > 0
ORDER BY r.seq
"""
_UNIQUES = """
SELECT t.name AS on_table, i.name AS part_of, k.name, k.coll
FROM sqlite_master AS t, pragma_index_list(t.name) AS i, pragma_index_xinfo(i.name) AS k
WHERE t.type = 'table' AND t.rootpage > 0 AND i.origin = 'u' AND k.key = 1
ORDER BY k.seqno
"""
# Strings stay as they are; identifiers lose their quotes, words their case, and comments go.
_WORD = re.compile(r"""--[^\n]*|/\*.*?\*/|'(?:''|[^'])*'|"[^"]*"|\w+|[^\w\s]""", re.DOTALL)
# What no pragma tells of a column or a reference.
_RARE_WORDS = {"autoincrement", "collate", "conflict", "deferrable", "generated", "match"}
# The latest database that this process has looked at: its texts, and what follows from them.
_latest: tuple[list[Row], Lines] = ([], {})


def structure(connection: sqlite3.Connection) -> Lines:
    """The lines of each object, by "table NAME" or "index NAME".

    Unique indexes and triggers are lines of their table, because they decide what can be written.
    """
    global _latest
    made_of: list[Row] = connection.execute(_MASTER).fetchall()
    if made_of != _latest[0]:
        _latest = (made_of, _described(connection, made_of))
    return _latest[1]


def _described(connection: sqlite3.Connection, made_of: list[Row]) -> Lines:
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for row in made_of:
        words = _words(row["sql"] or "")
        if row["type"] == "table":
            lines[f"table {row['name']}"] += _beside_columns(words)
        elif row["type"] == "index" and words[1] != "unique":
            lines[f"index {row['name']}"].append(" ".join(words))
        elif row["type"] in ("index", "trigger"):
            lines[f"table {row['tbl_name']}"].append(" ".join(words))
    for row in connection.execute(_COLUMNS).fetchall():
        default = " ".join(_words(row["dflt_value"] or ""))
        lines[f"table {row['on_table']}"].append(
            f"column {row['name']} {row['type'].upper()} required {row['required']}"
            f" default {default} key {row['pk']} hidden {row['hidden']}"
        )
    for parts in _grouped(connection.execute(_REFERENCES).fetchall()):
        first = parts[0]
        lines[f"table {first['on_table']}"].append(
            f"reference {[part['own'] for part in parts]} to {first['to_table']}"
            f" {[part['theirs'] for part in parts]} update {first['on_update']}"
            f" delete {first['on_delete']}"
        )
    for parts in _grouped(connection.execute(_UNIQUES).fetchall()):
        columns = [(part["name"], part["coll"]) for part in parts]
        lines[f"table {parts[0]['on_table']}"].append(f"unique {columns}")
    return dict(lines)


def _grouped(rows: list[Row]) -> list[list[Row]]:
    """The rows of each reference or constraint, its columns in order."""
    groups: defaultdict[tuple[str, Any], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["on_table"], row["part_of"]].append(row)
    return list(groups.values())


def _words(sql: str) -> list[str]:
    return [
        word if word[0] == "'" else word.strip('"').lower()
        for word in _WORD.findall(sql)
        if not word.startswith(("--", "/*"))
    ]


def _beside_columns(words: list[str]) -> list[str]:
    """A CREATE TABLE's checks, its rare words, and what stands behind its columns (STRICT)."""
    lines = [f"says {word}" for word in words if word in _RARE_WORDS]
    depth, check = 0, None
    end = 0
    for position, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if word == "check" and check is None:
            check = (position, depth)
        elif word == ")":
            end = position
            if check is not None and depth == check[1]:
                lines.append(" ".join(words[check[0] : position + 1]))
                check = None
    return [*lines, f"behind {' '.join(words[end + 1 :])}"]
