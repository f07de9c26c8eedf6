"""The outlet's day (对账单): header, rows, sums, and a SHA-256 that both sides can compare."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from huimin.core.formula_guard import formula_safe_row
from huimin.ledger.read import rows_of_day
from huimin.storage.engine import Transaction

COLUMNS = (
    "kind",
    "receipt_no",
    "order_no",
    "reverses_id",
    "reverses_order_no",
    "id",
    "channel",
    "recorded_at",
    "terminal_id",
    "sequence",
    "amount_fen",
    "excluded_fen",
    "eligible_fen",
    "rate_bp",
    "discount_fen",
    "payable_fen",
    "merchant_share_fen",
    "government_share_fen",
    "cashier",
    "hash",
    # When the till says that it was; before recorded_at for what came later.
    "occurred_at",
)
SUMS = ("amount_fen", "discount_fen", "payable_fen", "merchant_share_fen", "government_share_fen")


def day_statement(tx: Transaction, outlet_id: str, outlet_name: str, day: date) -> dict[str, Any]:
    """The day's rows of an outlet; reversals have negative sums, `sums` is the net.

    `sha256` is of the rows as compact JSON with sorted names, in UTF-8.
    """
    rows = [{name: row[name] for name in COLUMNS} for row in rows_of_day(tx, outlet_id, day)]
    content = json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {
        "outlet": {"id": outlet_id, "name": outlet_name},
        "day": day.isoformat(),
        "rows": rows,
        "sums": {
            "redemptions": sum(row["kind"] == "redemption" for row in rows),
            "reversals": sum(row["kind"] == "reversal" for row in rows),
            **{name: sum(row[name] for row in rows) for name in SUMS},
        },
        "sha256": hashlib.sha256(content.encode()).hexdigest(),
    }


def statement_csv(statement: Mapping[str, Any]) -> str:
    """The rows as CSV with a header line; what a spreadsheet would run as a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in statement["rows"]:
        writer.writerow(formula_safe_row(row[name] for name in COLUMNS))
    return text.getvalue()
