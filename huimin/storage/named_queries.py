"""A room's `queries.sql`, callable by name on whichever engine the transaction belongs to.

`queries = load_queries("cards")`, then `queries.card_by_id(tx, id=…)`: a `^` query gives a dict or
None, a plain one a list of dicts, `$` a value, `!` the number of rows. One text serves both engines.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiosql

from huimin.storage.engine import Transaction

ROOMS_FOLDER = Path(__file__).resolve().parent.parent
DRIVERS = {"sqlite": "sqlite3", "postgresql": "psycopg"}


class RoomQueries:
    """The named queries of one room; an unknown name raises AttributeError at first use."""

    def __init__(self, path: Path) -> None:
        self._by_engine = {
            engine: aiosql.from_path(path, driver, mandatory_parameters=False)
            for engine, driver in DRIVERS.items()
        }

    @property
    def names(self) -> list[str]:
        """Every query's name, in the order of the file."""
        available = self._by_engine["sqlite"].available_queries
        return [name for name in available if not name.endswith("_cursor")]

    def statement(self, name: str, engine: str) -> str:
        """The SQL text that this engine is given."""
        return str(getattr(self._by_engine[engine], name).sql)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        calls = {engine: getattr(loaded, name) for engine, loaded in self._by_engine.items()}
        gives_rows = calls["sqlite"].operation.name == "SELECT"

        def call(tx: Transaction, *rows: Any, **parameters: Any) -> Any:
            answer = calls[tx.engine](tx.connection, *rows, **parameters)
            return list(answer) if gives_rows else answer

        setattr(self, name, call)
        return call


def load_queries(room: str) -> RoomQueries:
    """The queries of `huimin/<room>/queries.sql`."""
    return RoomQueries(ROOMS_FOLDER / room / "queries.sql")
