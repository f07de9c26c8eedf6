"""Load the county's towns and villages from the package's own table into the database."""

from __future__ import annotations

import csv
from importlib.resources import files

from huimin.divisions import queries
from huimin.storage.engine import Transaction


def load_divisions(tx: Transaction) -> int:
    """Store every division, parents first, and return how many; idempotent."""
    rows = package_divisions()
    queries.put_division(tx, rows)
    return len(rows)


def package_divisions() -> list[dict[str, str | None]]:
    """The rows of lezhi_divisions.csv (see SOURCE.md), parents before their children."""
    text = (files("huimin.divisions") / "lezhi_divisions.csv").read_text(encoding="utf-8")
    order = {"county": 0, "town": 1, "village": 2}
    rows = [
        {**row, "parent_code": row["parent_code"] or None}
        for row in csv.DictReader(text.splitlines())
    ]
    return sorted(rows, key=lambda row: (order[str(row["level"])], str(row["code"])))
