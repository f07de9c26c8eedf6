"""What tills sent of their time without network, for those who supervise: refused items above all,
with the reason and with who bears each. Names are masked; nothing here changes anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from huimin.checkout import queries
from huimin.core.identity import mask_name
from huimin.core.json_text import read_json
from huimin.core.kept_refusal import KeptRefusal
from huimin.storage.engine import Transaction
from huimin.storage.named_queries import either_way

Row = dict[str, Any]
# Sorts after every id.
LAST_ID = "~"


@dataclass(frozen=True, slots=True)
class WantedItems:
    """Filters; None lets everything through. Days are those of the sales, the last one included."""

    status: str | None = None
    outlet_id: str | None = None
    bearer: str | None = None
    first: date | None = None
    last: date | None = None

    def parameters(self) -> dict[str, str | None]:
        """As the queries take them."""
        return {
            "status": self.status,
            "outlet_id": self.outlet_id,
            "bearer": self.bearer,
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
        }


@dataclass(frozen=True, slots=True)
class BorneSums:
    """How many items there are, and the discount of the refused ones by who bears it, in fen."""

    count: int
    merchant_fen: int
    government_fen: int


def items_before(
    tx: Transaction,
    wanted: WantedItems,
    before: str,
    count: int,
    language: str,
    *,
    backwards: bool = False,
) -> list[Row]:
    """Up to `count` items behind the id `before`, the latest first; `reason` is for staff."""
    rows = either_way(queries, "offline_items_before", backwards)(
        tx, before=before or LAST_ID, row_limit=count, **wanted.parameters()
    )
    return [_shown(row, language) for row in rows]


def sums_of_items(tx: Transaction, wanted: WantedItems) -> BorneSums:
    """Count and sums over all that the filters let through."""
    row = queries.offline_item_sums(tx, **wanted.parameters())
    return BorneSums(row["items"], row["merchant_fen"], row["government_fen"])


def outlets_with_items(tx: Transaction) -> list[Row]:
    """Every outlet that sent something: id and name."""
    return list(queries.outlets_with_offline_items(tx))


def _shown(row: Mapping[str, Any], language: str) -> Row:
    shown = dict(row)
    name, refusal = shown.pop("holder_name"), shown.pop("refusal_json")
    shown["name_masked"] = mask_name(name) if name else None
    shown["reason"] = (
        KeptRefusal.from_record(read_json(refusal)).detail(language) if refusal else None
    )
    return shown
