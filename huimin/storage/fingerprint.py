"""The fingerprint of a database's schema: computed from the database itself, known by version.

`migrations/fingerprints.csv` says for each version which tables and indexes it has and what each is
made of, on either engine; a row stands only where that changed. What an operator may add is left
out: other tables and views, and indexes that are not unique, which change speed alone. A column,
constraint, unique index or trigger more is not, because it decides what can be written.

Counties keep fingerprints made of these lines: how an object is described does not change any more,
and the order of columns, which statements never rely on, is no part of it.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from huimin.storage import postgresql_structure, sqlite_structure
from huimin.storage.engine import Transaction

FILE_NAME = "fingerprints.csv"
HEADING = ("version", "object", "sqlite", "postgresql")
# What a version no longer has.
GONE = "-"
DIGITS = 16

# "table card" or "index card_state" → a short digest of what it is made of.
Objects = Mapping[str, str]


def objects_in(tx: Transaction) -> Objects:
    """Every table and index of the database. Reads its catalogue only: some milliseconds."""
    room = sqlite_structure if tx.engine == "sqlite" else postgresql_structure
    return {name: _digest(lines)[:DIGITS] for name, lines in room.structure(tx.connection).items()}


def known_objects(folder: Path, engine: str, version: int) -> Objects:
    """What a database of that version is made of; empty for version 0."""
    objects: dict[str, str] = {}
    for row in _rows(folder / FILE_NAME):
        if int(row["version"]) <= version:
            objects[row["object"]] = row[engine]
    return {name: digest for name, digest in objects.items() if digest != GONE}


def fingerprint(objects: Objects) -> str:
    """64 hexadecimal digits for the whole of it."""
    return _digest([f"{name} {digest}" for name, digest in objects.items()])


def differing(objects: Objects, known: Objects) -> list[str]:
    """The tables and indexes that are missing or made otherwise than they are known, by name."""
    return sorted(name for name, digest in known.items() if objects.get(name) != digest)


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


@cache
def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
