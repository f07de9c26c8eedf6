"""Every run of one to three characters of a name, kept beside it: search by any part of a name.

SQLite's own trigram index finds nothing shorter than three characters, and most names here have two
or three; a table of runs works on both engines and for one character as well.
"""

from __future__ import annotations

import unicodedata

from huimin.holders import queries
from huimin.storage.engine import Transaction

GRAM_MAX = 3


def name_grams(name: str) -> set[str]:
    """The runs of a name without its spaces: 黄小平 → 黄, 小, 平, 黄小, 小平, 黄小平."""
    letters = "".join(unicodedata.normalize("NFKC", name).split())
    return {
        letters[start : start + size]
        for size in range(1, GRAM_MAX + 1)
        for start in range(len(letters) - size + 1)
    }


def keep_name_grams(tx: Transaction, holder_id: str, name: str) -> None:
    """Write the runs of a holder's name anew."""
    queries.drop_name_grams(tx, holder_id=holder_id)
    add_name_grams(tx, holder_id, name)


def add_name_grams(tx: Transaction, holder_id: str, name: str) -> None:
    """Write the runs of a new holder's name."""
    rows = [{"gram": gram, "holder_id": holder_id} for gram in sorted(name_grams(name))]
    queries.add_name_grams(tx, rows)
