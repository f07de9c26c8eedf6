"""Sales made without network, as supervisors see them: above all the refused ones, with the reason
and who bears each. `name_masked` is for every reader; nothing here writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from huimin.checkout import queries
from huimin.core.identity import mask_name
from huimin.core.json_text import read_json
from huimin.core.kept_refusal import KeptRefusal
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery, parameters_of


@dataclass(frozen=True, slots=True)
class ItemCriteria:
    """Filters; None means no filter. Days are those of the sales; the last day is included."""

    status: str | None = None
    outlet_id: str | None = None
    bearer: str | None = None
    number: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class BorneSums:
    """The discount of the refused items by who bears it, in fen."""

    merchant_fen: int
    government_fen: int


def sums_of_items(tx: Transaction, criteria: ItemCriteria) -> BorneSums:
    """The sums over all items that match the filters."""
    row = queries.offline_item_sums(tx, **parameters_of(criteria))
    return BorneSums(row["merchant_fen"], row["government_fen"])


def outlets_with_items(tx: Transaction) -> list[Row]:
    """Every outlet that has sent an item: id and name."""
    return list(queries.outlets_with_offline_items(tx))


def _masked(row: Row) -> Row:
    """`refusal` is why it was refused, a KeptRefusal; None for one that was not."""
    name, refusal = row["holder_name"], row.pop("refusal_json")
    return {
        **row,
        "name_masked": mask_name(name) if name else None,
        "refusal": KeptRefusal.from_record(read_json(refusal)) if refusal else None,
    }


# The latest first.
items_before = ListQuery[ItemCriteria](queries, "offline_items_before", for_reader=_masked)
