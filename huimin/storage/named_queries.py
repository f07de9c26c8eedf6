"""A room's `queries.sql`, callable by name on whichever engine the transaction belongs to.

`queries = load_queries("cards")`, then `queries.card_by_id(tx, id=…)`: a `^` query gives a dict or
None, a plain one a list of dicts, `$` a value, `!` and `*!` the number of rows. One text serves
both engines, and all rows are read when the call returns: nothing outlives its transaction.

A list's statement marked `-- read both ways` gets a second one, its name with `_backwards`, that
reads the same rows from the key towards the beginning: a previous page costs as much as the next.
A third one, `_counted`, counts them up to the same limit (storage/list_query.py calls all three).

Such a statement may name other orders, a line each: `-- sorted by: NAME expression` (`-- sorted by
number: …` where it is no text; without an expression it is the order of the key itself). For each
there are four more statements, all fixed texts: those after a row, `_backwards` those before it,
`_first` and `_last` those from either end.

A statement marked `-- not awaited` says nothing that its caller needs (its number of rows is 0): on
PostgreSQL it travels with the next one that is answered, which raises its error.

What several statements share is written once, as `-- part: NAME`, and inserted at each line
`-- with: NAME`; a part may name others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import aiosql

from huimin.storage.engine import PipelinedConnection, Row, Transaction
from huimin.storage.giving_way import give_way

# Long work in the server gives way to tills between so many rows of one statement.
ROWS_IN_A_STRETCH = 500
ROOMS_FOLDER = Path(__file__).resolve().parent.parent

# Quoted text and comments are left alone; two colons are PostgreSQL's cast.
_PIECE = re.compile(
    r"""(?P<literal>'(?:''|[^'])*'|"(?:""|[^"])*"|--[^\n]*)|(?<!:):(?P<name>[A-Za-z_]\w*)"""
)
# A block of the file: a statement or a part, up to the next one.
_PART = re.compile(r"^-- part: (?P<name>\w+)\n(?P<sql>.*?)(?=^-- (?:name|part): |\Z)", re.M | re.S)
_WITH = re.compile(r"^ *-- with: (?P<name>\w+)\n", re.M)
_BOTH_WAYS = re.compile(
    r"^-- name: (?P<name>\w+)\n-- read both ways\n(?P<sql>.*?)(?=^-- name: |\Z)", re.M | re.S
)
_SORTED_BY = re.compile(
    r"^ *-- sorted by(?P<number> number)?: (?P<name>[a-z_]+)(?: (?P<expression>.+))?\n", re.M
)
_CONDITION = re.compile(
    r"(?:\([^()]*\)|[\w.]+(?: \|\| '')?) [<>] (?::(?:after|before)\b|\(:after_\w+, :after\))"
)
_KEY = re.compile(r"([<>])(?= (?::(?:after|before)\b|\(:after_\w+, :after\)))")
# Marks where the rows come from: brackets and words outside comments and quoted text.
_TOKEN = re.compile(r"--[^\n]*|'(?:''|[^'])*'|[()]|\b(?:FROM|DISTINCT|UNION)\b")
_NOT_AWAITED = re.compile(r"^-- name: (\w+)\*?!\n-- not awaited$", re.M)
_ORDER = re.compile(r"(?<=ORDER BY )(?P<keys>[^()]*?)(?=\s+LIMIT :\w+;\s*\Z)")
_pyformat_texts: dict[str, str] = {}
_positional_texts: dict[str, tuple[str, tuple[str, ...]]] = {}


def pyformat(sql: str) -> str:
    """The text as psycopg wants it: `:name` becomes `%(name)s`, a per cent sign is doubled."""

    def replaced(piece: re.Match[str]) -> str:
        literal = piece["literal"]
        return literal if literal is not None else f"%({piece['name']})s"

    text = _pyformat_texts.get(sql)
    if text is None:
        text = _PIECE.sub(replaced, sql.replace("%", "%%"))
        _pyformat_texts[sql] = text
    return text


def positional(sql: str) -> tuple[str, tuple[str, ...]]:
    """The text as libpq wants it, each `:name` as `$1`, `$2` …, and the names in that order."""
    known = _positional_texts.get(sql)
    if known is None:
        names = parameter_names(sql)
        places = {name: f"${number}" for number, name in enumerate(names, 1)}
        text = _PIECE.sub(lambda piece: piece["literal"] or places[piece["name"]], sql)
        known = _positional_texts[sql] = (text, tuple(names))
    return known


def parameter_names(sql: str) -> list[str]:
    """The names of a statement's parameters, each once, in order of appearance."""
    names = (piece["name"] for piece in _PIECE.finditer(sql))
    return list(dict.fromkeys(name for name in names if name is not None))


class TransactionAdapter:
    """What aiosql calls: it takes our Transaction where other adapters take a connection."""

    is_aio_driver = False

    def __init__(self, unawaited: frozenset[str]) -> None:
        self._unawaited = unawaited

    def process_sql(self, query_name: str, operation: object, sql: str) -> str:
        return sql

    def select(
        self, tx: Transaction, name: str, sql: str, parameters: Row, record_class: None = None
    ) -> list[Row]:
        return _rows(tx, sql, parameters)

    def select_one(
        self, tx: Transaction, name: str, sql: str, parameters: Row, record_class: None = None
    ) -> Row | None:
        rows = _rows(tx, sql, parameters)
        return rows[0] if rows else None

    def select_value(self, tx: Transaction, name: str, sql: str, parameters: Row) -> Any:
        row = self.select_one(tx, name, sql, parameters)
        return None if row is None else next(iter(row.values()))

    def insert_update_delete(self, tx: Transaction, name: str, sql: str, parameters: Row) -> int:
        connection = tx.connection
        if tx.engine == "sqlite":
            return int(connection.execute(sql, parameters).rowcount)
        if not isinstance(connection, PipelinedConnection):
            return int(connection.execute(pyformat(sql), parameters).rowcount)
        if name in self._unawaited:
            connection.tell(sql, parameters)
            return 0
        return int(connection.ask(sql, parameters).count)

    def insert_update_delete_many(
        self, tx: Transaction, name: str, sql: str, parameters: list[Row]
    ) -> int:
        connection = tx.connection
        if name in self._unawaited and isinstance(connection, PipelinedConnection):
            for each in parameters:
                connection.tell(sql, each)
            return 0
        cursor = connection.cursor()
        cursor.executemany(pyformat(sql) if tx.engine == "postgresql" else sql, parameters)
        return int(cursor.rowcount)


def _rows(tx: Transaction, sql: str, parameters: Row) -> list[Row]:
    """All rows at once: SQLite resets a statement (and ends an INSERT … RETURNING) at the last row
    only, and an unfinished statement would hold the commit back.
    """
    connection = tx.connection
    if tx.engine == "sqlite":
        cursor = connection.execute(sql, parameters)
        rows: list[Row] = cursor.fetchmany(ROWS_IN_A_STRETCH)
        if len(rows) == ROWS_IN_A_STRETCH:
            while more := cursor.fetchmany(ROWS_IN_A_STRETCH):
                rows += more
                give_way()
    elif isinstance(connection, PipelinedConnection):
        rows = connection.ask(sql, parameters).rows
    else:  # the driver's own connection
        rows = connection.execute(pyformat(sql), parameters).fetchall()
    return rows


def load_queries(room: str, parts: Mapping[str, str] | None = None) -> Any:
    """The queries of `huimin/<room>/queries.sql`, as attributes of one object.

    `parts` are those that the room writes from a table of its own. An unknown name raises
    AttributeError where it is used, a malformed file where it is loaded.
    """
    text = _with_parts((ROOMS_FOLDER / room / "queries.sql").read_text("utf-8"), parts or {})
    queries = aiosql.from_str(
        text + "".join(_list_statements(text)),
        # It takes a Transaction where aiosql expects a connection.
        cast(Any, lambda: TransactionAdapter(frozenset(_NOT_AWAITED.findall(text)))),
        mandatory_parameters=False,
        attribute=None,
    )
    queries.orders = _orders(text)
    return queries


def either_way(queries: Any, name: str, backwards: bool) -> Any:
    """The statement of that name, or its reverse."""
    return getattr(queries, f"{name}_backwards" if backwards else name)


def turned(sql: str) -> str:
    """The statement with its key condition and its order reversed.

    Raises ValueError unless it has exactly one of each: a page would have the wrong rows.
    """
    signs = {"<": ">", ">": "<"}
    text, conditions = _KEY.subn(lambda match: signs[match[1]], sql)
    text, orders = _ORDER.subn(lambda match: _turned_keys(match["keys"]), text)
    if (conditions, orders) != (1, 1):
        raise ValueError(f"{conditions} conditions and {orders} orders to turn in: {sql}")
    return text


def sorted_statements(sql: str, expression: str) -> dict[str, str]:
    """The statement in the order of an expression, then of its own last key, by their suffixes.

    Each row has the expression's value as `sort_value`; without a suffix it reads the rows after
    (:after_value, :after). Raises ValueError unless the statement has one key and one order.
    """
    order = _ORDER.search(sql)
    conditions = _CONDITION.findall(sql)
    if order is None or len(conditions) != 1:
        raise ValueError(f"{len(conditions)} conditions and order {order} to sort in: {sql}")
    key = order["keys"].split(",")[-1].strip().removesuffix(" DESC")
    text = _ORDER.sub(lambda _match: f"sort_value, {key}", sql)
    start = _start_of_rows(text)
    text = f"{text[:start]}, {expression} AS sort_value\n{text[start:]}"
    behind = f"({expression}, {key}) > (:after_value, :after)"
    forwards = _CONDITION.sub(lambda _match: behind, text)
    first = _CONDITION.sub("1 = 1", text)
    return {
        "": forwards,
        "_backwards": turned(forwards),
        "_first": first,
        "_last": _ORDER.sub(lambda match: _turned_keys(match["keys"]), first),
    }


def _orders(text: str) -> dict[str, dict[str, str]]:
    """By statement, the kind of each other order that it can be read in: text, number or key."""
    return {
        match["name"]: {
            order["name"]: "number" if order["number"] else "text" if order["expression"] else "key"
            for order in _SORTED_BY.finditer(match["sql"])
        }
        for match in _BOTH_WAYS.finditer(text)
    }


def _with_parts(text: str, room_parts: Mapping[str, str]) -> str:
    """The statements with the parts they name. Raises KeyError for a part that is not there."""
    parts = {**room_parts, **{match["name"]: match["sql"] for match in _PART.finditer(text)}}

    def inserted(match: re.Match[str]) -> str:
        return _WITH.sub(inserted, parts[match["name"]].rstrip() + "\n")

    return _WITH.sub(inserted, _PART.sub("", text))


def _turned_keys(keys: str) -> str:
    listed = [key.strip() for key in keys.split(",")]
    return ", ".join(
        key.removesuffix(" DESC") if key.endswith(" DESC") else f"{key} DESC" for key in listed
    )


def _list_statements(text: str) -> list[str]:
    statements = []
    for match in _BOTH_WAYS.finditer(text):
        name, sql = match["name"], match["sql"].rstrip()
        plain = _SORTED_BY.sub("", sql)
        statements.append(f"\n-- name: {name}_backwards\n{turned(plain)}\n")
        statements.append(f"\n-- name: {name}_counted$\n{counted(plain)}\n")
        for order in _SORTED_BY.finditer(sql):
            if order["expression"]:
                ordered = sorted_statements(plain, order["expression"])
                statements += [
                    f"\n-- name: {name}_by_{order['name']}{suffix}\n{one}\n"
                    for suffix, one in ordered.items()
                ]
    return statements


def _start_of_rows(sql: str) -> int:
    """Where the outermost FROM of a statement begins."""
    depth = 0
    for token in _TOKEN.finditer(sql):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0 and token[0] == "FROM":
            return token.start()
    raise ValueError(f"no FROM in: {sql}")


def counted(sql: str) -> str:
    """A statement that counts the rows of another one. Its select list is dropped if the rows do
    not depend on it, so that nothing is computed for it.
    """
    rows, depth = sql.removesuffix(";"), 0
    for token in _TOKEN.finditer(sql):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0 and token[0] in ("DISTINCT", "UNION"):
            break
        if depth == 0 and token[0] == "FROM":
            rows = f"SELECT 1 {rows[token.start() :]}"
            break
    return f"SELECT CAST(COUNT(*) AS BIGINT) FROM (\n{rows}\n) AS counted;"  # noqa: S608


def statements(room: str) -> dict[str, str]:
    """Every statement of the room by its name, as written for SQLite."""
    loaded = import_module(f"huimin.{room}").queries
    names = [name for name in loaded.available_queries if not name.endswith("_cursor")]
    return {name: getattr(loaded, name).sql for name in names}


def rooms() -> list[str]:
    """The rooms that hold a `queries.sql`."""
    return sorted(path.parent.name for path in ROOMS_FOLDER.glob("*/queries.sql"))
