"""The open data as one SQLite file, for Datasette and any tool that reads SQL.

It is filled in memory, from nothing, with what the CSV and JSON files say: no other row has ever
been in it, and what they withhold is withheld here. The same data gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlite_utils import Database

from huimin.storage.engine import Row

Rows = Sequence[Row]

# Indexes every three characters in a row, because Chinese has no spaces between words.
TOKENIZER = "trigram"
SEARCHED = ("name", "address", "town_name")
LIMITS = (
    *("people_min", "sales_width_min", "saved_fen_width_min"),
    *("merchants_min", "merchant_share_bp_max"),
)


def open_database(
    metadata: Mapping[str, str], dictionary: Rows, *, months: Rows, figures: Rows, outlets: Rows
) -> bytes:
    """The file's bytes.

    `months` are as in months.json, `figures` and `outlets` as rows of their CSV files; `dictionary`
    has a row for each column of the tables `figure` and `outlet`, which are made by it.
    """
    database = Database(memory=True, execute_plugins=False)
    try:
        _describe(database, metadata, dictionary)
        _add_places(database, months, outlets)
        _add_months(database, months)
        _add_figures(database, _columns(dictionary, "figure"), figures)
        _add_outlets(database, _columns(dictionary, "outlet"), outlets)
        content: bytes = database.conn.serialize()
        return content
    finally:
        database.close()


def _describe(database: Database, metadata: Mapping[str, str], dictionary: Rows) -> None:
    """What the file is, under which licence, and what each column means, in which unit."""
    database.table("metadata").create({"key": str, "value": str}, pk="key")
    database.table("metadata").insert_all(
        {"key": key, "value": value} for key, value in metadata.items()
    )
    columns = ("table", "field", "type", "unit", "meaning_zh", "meaning_en")
    database.table("dictionary").create(dict.fromkeys(columns, str), pk=("table", "field"))
    database.table("dictionary").insert_all(dictionary)


def _columns(dictionary: Rows, table: str) -> dict[str, type]:
    """The columns of a table by name, of the type that the dictionary says first."""
    types = {"integer": int, "number": float}
    return {
        row["field"]: types.get(row["type"].partition(" ")[0], str)
        for row in dictionary
        if row["table"] == table
    }


def _add_places(database: Database, months: Rows, outlets: Rows) -> None:
    """The towns and the kinds of outlets that the other tables speak of."""
    towns = {row["town_code"]: row["town_name"] for row in outlets}
    kinds = {row["kind"] for row in outlets}
    for month in months:
        towns |= {town["code"]: town["name"] for town in month["towns"]}
        kinds |= set(month["kinds"])
    database.table("town").create({"code": str, "name": str}, pk="code")
    database.table("town").insert_all({"code": code, "name": towns[code]} for code in sorted(towns))
    database.table("kind").create({"kind": str}, pk="kind")
    database.table("kind").insert_all({"kind": kind} for kind in sorted(kinds))


def _add_months(database: Database, months: Rows) -> None:
    columns = {"month": str, "withheld": int, **dict.fromkeys(LIMITS, int)}
    database.table("month").create(columns, pk="month")
    database.table("month").insert_all(
        {
            "month": month["month"],
            "withheld": int(month["withheld"]),
            # A month that was published before a rule has not its limits.
            **{name: month["rule"].get(name) for name in LIMITS},
        }
        for month in months
    )


def _add_figures(database: Database, columns: dict[str, type], figures: Rows) -> None:
    """The rows of months.csv; the towns and kinds of each, which may be several, beside them."""
    database.table("figure").create(
        {"id": int, **columns}, pk="id", foreign_keys=[("month", "month", "month")]
    )
    database.table("figure").insert_all(
        {"id": number, **row} for number, row in enumerate(figures, start=1)
    )
    for column, place, key in (("town", "town", "code"), ("kind", "kind", "kind")):
        table = database.table(f"figure_{column}")
        table.create(
            {"figure_id": int, column: str},
            pk=("figure_id", column),
            foreign_keys=[("figure_id", "figure", "id"), (column, place, key)],
        )
        table.insert_all(
            {"figure_id": number, column: code}
            for number, row in enumerate(figures, start=1)
            for code in filter(None, row[f"{column}s"].split(";"))
        )


def _add_outlets(database: Database, columns: dict[str, type], outlets: Rows) -> None:
    table = database.table("outlet")
    table.create(
        columns, pk="id", foreign_keys=[("town_code", "town", "code"), ("kind", "kind", "kind")]
    )
    table.insert_all(outlets)
    table.enable_fts(SEARCHED, tokenize=TOKENIZER)
