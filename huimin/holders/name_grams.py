"""The grams of the names of a holder and of the family, by which the search finds them.

They are those of `core/name_form.py`; the search reads the holder's id from them, whoever of the
household has the name.
"""

from __future__ import annotations

from collections.abc import Iterable

from huimin.core.name_form import name_grams
from huimin.holders import queries
from huimin.storage.engine import Transaction


def renew_name_grams(tx: Transaction, holder_id: str) -> None:
    """Write the grams anew after a name of the household was corrected, or somebody left it."""
    queries.drop_name_grams(tx, holder_id=holder_id)
    names = queries.names_of_household(tx, holder_id=holder_id)
    add_name_grams(tx, holder_id, (row["name"] for row in names))


def add_name_grams(tx: Transaction, holder_id: str, names: Iterable[str]) -> None:
    """Write the grams of names that are new in a holder's household."""
    grams = {gram for name in names for gram in name_grams(name)}
    queries.add_name_grams(tx, [{"gram": gram, "holder_id": holder_id} for gram in sorted(grams)])
