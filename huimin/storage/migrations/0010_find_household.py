"""People are found by a family member's name and ID number, and by their second phone number."""

from __future__ import annotations

from typing import Any

from huimin.core.name_form import name_grams
from huimin.storage.engine import Transaction
from huimin.storage.migrate import run_script

ADDED = """
ALTER TABLE holder ADD COLUMN second_phone_hash TEXT;
CREATE INDEX holder_second_phone ON holder (second_phone_hash)
    WHERE second_phone_hash IS NOT NULL;
CREATE INDEX family_member_id_number ON family_member (id_number_hash)
    WHERE id_number_hash IS NOT NULL;
DELETE FROM holder_name_gram;
"""
AT_ONCE = 2_000


def migrate(tx: Transaction) -> None:
    run_script(tx, ADDED)
    mark = "?" if tx.engine == "sqlite" else "%s"
    page = f"SELECT id, name FROM holder WHERE id > {mark} ORDER BY id LIMIT {AT_ONCE}"  # noqa: S608
    family = f"""SELECT holder_id, name FROM family_member
        WHERE holder_id >= {mark} AND holder_id <= {mark} AND ended_at IS NULL"""  # noqa: S608
    insert = f"INSERT INTO holder_name_gram (gram, holder_id) VALUES ({mark}, {mark})"  # noqa: S608
    last = ""
    while holders := tx.connection.execute(page, (last,)).fetchall():
        names = {row["id"]: [row["name"]] for row in holders}
        first, last = holders[0]["id"], holders[-1]["id"]
        for row in tx.connection.execute(family, (first, last)).fetchall():
            names[row["holder_id"]].append(row["name"])
        _insert(tx, insert, names)


def _insert(tx: Transaction, insert: str, names: dict[str, list[str]]) -> None:
    rows: list[tuple[Any, ...]] = [
        (gram, holder_id)
        for holder_id, of_household in names.items()
        for gram in sorted({gram for name in of_household for gram in name_grams(name)})
    ]
    cursor = tx.connection.cursor()
    cursor.executemany(insert, rows)
