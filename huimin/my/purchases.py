"""The purchases made with a holder's card, as the holder reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.checkout.receipts.receipts import HASH_CHARACTERS
from huimin.core.refusals import Refusal
from huimin.my import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery


def with_sums(row: Mapping[str, Any]) -> Row:
    """A purchase with what is left of it, who presented, and the way to its receipt."""
    return {
        **row,
        "left_fen": row["amount_fen"] - row["returned_fen"],
        "saved_fen": row["discount_fen"] - row["returned_discount_fen"],
        "hash_prefix": row["hash"][:HASH_CHARACTERS],
    }


def purchase_of(tx: Transaction, holder_id: str, ledger_id: str) -> Row:
    """One purchase of that holder. Raises Refusal `not_found`, for another person's as well."""
    row: Row | None = queries.purchase_by_id(tx, id=ledger_id)
    if row is None or row["holder_id"] != holder_id:
        raise Refusal("not_found")
    return with_sums(row)


# Those recorded last come first; the criteria are {"holder_id": …}.
purchases_before = ListQuery[Mapping[str, str]](queries, "purchases_before", for_reader=with_sums)
