"""Look up a redemption with its reversals and net sums, as a till does when an answer was lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.checkout.quote_answer import chain_part
from huimin.checkout.return_parts import sale_left
from huimin.checkout.sale import explanation_of
from huimin.checkout.shop_orders import shop_order_of
from huimin.core.discount import explain
from huimin.core.refusals import Refusal
from huimin.ledger.read import redemption_by_either, reversals_of, row_by_id
from huimin.ledger.returns import returned_lines
from huimin.storage.engine import Transaction

SUMS = ("amount_fen", "discount_fen", "payable_fen")
RETURNED_SUMS = ("amount_fen", "insurance_fen", "excluded_fen", "discount_fen", "payable_fen")
SHOWN = (
    "id",
    "receipt_no",
    "order_no",
    "amount_fen",
    "insurance_fen",
    "excluded_fen",
    "eligible_fen",
    "rate_bp",
    "discount_fen",
    "payable_fen",
    "cashier",
    "channel",
    "occurred_at",
    "recorded_at",
    "business_day",
)


def find_redemption(
    tx: Transaction,
    *,
    terminal: Terminal,
    redemption_id: str | None = None,
    order_no: str | None = None,
    language: str = "zh_Hans",
) -> dict[str, Any]:
    """A redemption of the terminal's outlet by id or by order number.

    Raises Refusal `redemption_unknown`, for another outlet's as well.
    """
    if redemption_id is not None:
        row = own_redemption(tx, terminal, redemption_id)
    else:
        row = _own(redemption_by_either(tx, terminal["outlet_id"], order_no or ""), terminal)
    reversals = reversals_of(tx, row["id"])
    detail = json.loads(row["detail_json"])
    sale = sale_left(tx, row, reversals)
    return {
        **{name: row[name] for name in SHOWN},
        "shop_order_no": shop_order_of(tx, row["id"]),
        "lines": [
            {**line, "quantity": str(item["quantity"]), "left_fen": left_fen}
            for line, item, left_fen in zip(
                detail.get("lines", ()), detail.get("items", ()), sale.lines, strict=True
            )
        ],
        "caps": detail.get("caps", []),
        "explanation": [explain(step, language) for step in explanation_of(row, detail)],
        "policy": {
            "id": row["policy_id"],
            "code": row["policy_code"],
            "version": row["policy_version"],
        },
        "chain": chain_part(row),
        "reversals": [reversal_answer(reversal) for reversal in reversals],
        "net": {name: row[name] + sum(reversal[name] for reversal in reversals) for name in SUMS},
        "left": sale.sums,
    }


def own_redemption(tx: Transaction, terminal: Terminal, redemption_id: str) -> dict[str, Any]:
    """The ledger row of a redemption of the terminal's outlet.

    Raises Refusal `redemption_unknown`, for another outlet's as well.
    """
    return _own(row_by_id(tx, redemption_id), terminal)


def reversal_answer(row: Mapping[str, Any]) -> dict[str, Any]:
    """A reversal's row as an answer, with positive sums."""
    return {
        "id": row["id"],
        "receipt_no": row["receipt_no"],
        "redemption_id": row["reverses_id"],
        **{name: -row[name] for name in RETURNED_SUMS},
        "lines": returned_lines(row),
        "reason": row["reason"],
        "recorded_at": row["recorded_at"],
        "chain": chain_part(row),
    }


def _own(row: dict[str, Any] | None, terminal: Terminal) -> dict[str, Any]:
    if row is None or row["kind"] != "redemption" or row["outlet_id"] != terminal["outlet_id"]:
        raise Refusal("redemption_unknown")
    return row
