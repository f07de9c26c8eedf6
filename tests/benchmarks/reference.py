"""The fixed reference: the statements of one sale as they were at commit 0e981a6, on bare sqlite3.

sale_at_0e981a6.json holds them as they were traced then, in their order and with their parameters:
the 16 statements of a sale with a card that has been used before in the month. They are replayed
over the schema of that day, for sales that differ in everything that a sale has of its own. So the
reference stays the same whatever the program does with fewer statements.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from huimin.core.days import county_day
from huimin.storage.ids import new_id

RECORD = Path(__file__).with_name("sale_at_0e981a6.json")
SCHEMA = Path(__file__).parents[1] / "storage" / "schema_version_1.sql"

Sale = dict[str, Any]
Statements = list[tuple[str, dict[str, Any]]]


def reference_database(county: Path, path: Path) -> None:
    """Make a database with the schema of that day, and the rows of a county that it knows."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(SCHEMA.read_text(encoding="utf-8"))
        database.execute("ATTACH ? AS county", (str(county),))
        database.execute("BEGIN")
        for (table,) in database.execute(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table'"
        ).fetchall():
            columns = _columns(database, "main", table) & _columns(database, "county", table)
            if columns:
                listed = ", ".join(sorted(columns))
                database.execute(
                    f"INSERT INTO main.{table} ({listed}) SELECT {listed} FROM county.{table}"
                )
        database.execute("COMMIT")


def recorded_sales(sales: list[Sale]) -> list[Statements]:
    """The statements for each of these sales: what is said of each is in `sale_of`."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    # The longest first, because a month is the beginning of a day.
    names = {
        value: name
        for name, value in sorted(record["sale"].items(), key=lambda item: -len(item[1]))
    }
    pattern = re.compile("|".join(map(re.escape, names)))
    parameters = json.dumps([each["parameters"] for each in record["statements"]])
    texts = [each["sql"] for each in record["statements"]]

    def own(sale: Sale, match: re.Match[str]) -> str:
        return str(sale[names[match[0]]])

    statements = []
    for number, sale in enumerate(sales):
        filled = json.loads(pattern.sub(partial(own, sale), parameters))
        for each in filled:
            if "sequence" in each:
                each["sequence"] = 1_000_000 + number
        statements.append(list(zip(texts, filled, strict=True)))
    return statements


def sale_of(terminal: dict[str, Any], card: dict[str, Any], policy_id: str, number: int) -> Sale:
    """What a sale has of its own, under the names of the record."""
    day = county_day(datetime.now(UTC)).isoformat()
    return {
        **{name: terminal[name] for name in ("terminal_id", "outlet_id", "merchant_id")},
        **{name: card[name] for name in ("copy_id", "holder_id", "division_code")},
        "card_id": card["id"],
        "town_code": f"{card['division_code'][:9]}000",
        "policy_id": policy_id,
        "id": new_id(),
        "order_no": f"reference-{number}",
        "receipt_no": f"reference-{number}",
        **{name: secrets.token_hex(32) for name in ("fingerprint", "hash", "previous_hash")},
        "day": day,
        "month": day[:7],
    }


def replay(database: Path, sales: list[Statements]) -> Iterator[float]:
    """Run the sales with nothing but sqlite3, one durable commit each; the seconds of each."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        for statements in sales:
            began = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            for sql, parameters in statements:
                connection.execute(sql, parameters).fetchall()
            connection.execute("COMMIT")
            yield time.perf_counter() - began


def _columns(database: sqlite3.Connection, schema: str, table: str) -> set[str]:
    return {row[1] for row in database.execute(f"PRAGMA {schema}.table_info({table})")}
