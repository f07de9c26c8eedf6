"""Every run of one to three characters in a name (grams), to search by any part of a name.

SQLite's trigram index finds nothing shorter than three characters, and most names here have two or
three; a table of grams works on both engines, and for a single character too.
"""

from __future__ import annotations

import unicodedata

from huimin.holders import queries
from huimin.storage.engine import Transaction

GRAM_MAX = 3


def name_grams(name: str) -> set[str]:
    """The grams of a name without spaces: 黄小平 → 黄, 小, 平, 黄小, 小平, 黄小平."""
    letters = "".join(unicodedata.normalize("NFKC", name).split())
    return {
        letters[start : start + size]
        for size in range(1, GRAM_MAX + 1)
        for start in range(len(letters) - size + 1)
    }


def keep_name_grams(tx: Transaction, holder_id: str, name: str) -> None:
    """Replace the grams of a holder's name."""
    queries.drop_name_grams(tx, holder_id=holder_id)
    add_name_grams(tx, holder_id, name)


def add_name_grams(tx: Transaction, holder_id: str, name: str) -> None:
    """Write the grams of a new holder's name."""
    rows = [{"gram": gram, "holder_id": holder_id} for gram in sorted(name_grams(name))]
    queries.add_name_grams(tx, rows)
