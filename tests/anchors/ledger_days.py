"""A small ledger over several days to anchor, and what somebody with the file does to it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huimin.anchors import queries
from huimin.core.chain import GENESIS, row_hash
from huimin.instance import Instance
from huimin.ledger import queries as ledger
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id
from tests.making.cards import make_card
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption


@dataclass
class Shop:
    """Two tills and a card."""

    instance: Instance
    card: dict[str, Any]
    keys: tuple[str, str]
    terminals: tuple[str, str]

    def sell(self, till: int, count: int = 1) -> list[dict[str, Any]]:
        return [
            make_redemption(self.instance, self.card, self.keys[till], amount_fen=1_000)
            for _ in range(count)
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Every ledger row, in no order that anybody relies on."""
        statement = "SELECT * FROM ledger ORDER BY recorded_at, id"
        return self.instance.engine.read(
            lambda tx: [dict(row) for row in tx.connection.execute(statement).fetchall()]
        )


def open_shop(instance: Instance) -> Shop:
    make_policy(instance)
    card, outlet = make_card(instance), make_outlet(instance)
    (one, first_key), (two, second_key) = (make_terminal(instance, outlet) for _ in range(2))
    return Shop(instance, card, (first_key, second_key), (one["id"], two["id"]))


def sell_many(shop: Shop, till: int, count: int) -> None:
    """As many more rows of one till at once, each a copy of its last in its own place."""

    def work(tx: Transaction) -> None:
        terminal_id = shop.terminals[till]
        head = queries.last_row_of_chain(tx, terminal_id=terminal_id)
        model = ledger.row_of_place(tx, terminal_id=terminal_id, sequence=head["sequence"])
        for _ in range(count):
            place = ledger.take_place(tx, terminal_id=terminal_id, genesis=GENESIS)
            number = new_id()
            row = {**model, **place, "id": number, "receipt_no": number, "order_no": number}
            row["hash"] = row_hash(row)
            ledger.insert_row(tx, **row, waiting_id=None)
            ledger.set_head(tx, terminal_id=terminal_id, hash=row["hash"])

    shop.instance.engine.write(work)


def with_the_file(database: Path, change: Callable[[sqlite3.Connection], object]) -> None:
    """Change the file as somebody who has it would, putting the triggers back afterwards."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        change(connection)
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()


def rewrite_chain(connection: sqlite3.Connection, terminal_id: str, sequence: int) -> None:
    """Change a row and make every hash after it again, and the head: the chain holds."""
    rows = connection.execute(
        "SELECT * FROM ledger WHERE terminal_id = ? AND sequence >= ? ORDER BY sequence",
        (terminal_id, sequence),
    ).fetchall()
    before = connection.execute(
        "SELECT hash FROM ledger WHERE terminal_id = ? AND sequence = ?",
        (terminal_id, sequence - 1),
    ).fetchone()
    previous = GENESIS if before is None else before["hash"]
    for row in map(dict, rows):
        row["previous_hash"] = previous
        if row["sequence"] == sequence:
            row["cashier"] = "别人"
        previous = row_hash(row)
        connection.execute(
            "UPDATE ledger SET cashier = ?, previous_hash = ?, hash = ? WHERE id = ?",
            (row["cashier"], row["previous_hash"], previous, row["id"]),
        )
    connection.execute(
        "UPDATE chain_head SET hash = ? WHERE terminal_id = ?", (previous, terminal_id)
    )


def cut_tail(connection: sqlite3.Connection, terminal_id: str, keep: int) -> None:
    """Delete a chain's last rows and set its head back: the chain holds."""
    connection.execute(
        "DELETE FROM ledger WHERE terminal_id = ? AND sequence > ?", (terminal_id, keep)
    )
    (last,) = connection.execute(
        "SELECT hash FROM ledger WHERE terminal_id = ? AND sequence = ?", (terminal_id, keep)
    ).fetchone()
    connection.execute(
        "UPDATE chain_head SET sequence = ?, hash = ? WHERE terminal_id = ?",
        (keep, last, terminal_id),
    )


def forget_anchors(connection: sqlite3.Connection) -> None:
    """What a thief does who knows of them."""
    connection.execute("DELETE FROM anchor")
    connection.execute("DELETE FROM tree_block")


def copy_of(instance: Instance, folder: Path, *, with_log: bool) -> Path:
    """A folder with a copy of the county as it is now, or as its main file alone is."""
    source = instance.settings.folder
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("huimin.db*"))
    if with_log:
        with (
            closing(sqlite3.connect(source / "huimin.db")) as database,
            closing(sqlite3.connect(folder / "huimin.db")) as copy,
        ):
            database.backup(copy)
    else:
        shutil.copyfile(source / "huimin.db", folder / "huimin.db")
    return folder
