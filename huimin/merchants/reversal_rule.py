"""A merchant's rule for its own tills: above which amount a reversal needs the manager."""

from __future__ import annotations

from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.money import AMOUNT_FEN_MAX
from huimin.core.refusals import Refusal, field_problem
from huimin.merchants import queries
from huimin.storage.engine import Row, Transaction


def set_reversal_rule(
    tx: Transaction, *, merchant_id: str, confirm_fen: int | None, **by: Unpack[By]
) -> Row:
    """Require the manager's confirmation above a gross amount in fen; None for never.

    Returns the merchant's row. Raises FieldProblems on `confirm_yuan`, or Refusal `not_found`.
    """
    if confirm_fen is not None and not 0 <= confirm_fen <= AMOUNT_FEN_MAX:
        raise field_problem("confirm_yuan", "金额太大，请改小。")
    old: Row | None = queries.lock_merchant(tx, id=merchant_id)
    if old is None or old["state"] == "ended":
        raise Refusal("not_found")
    row: Row = queries.set_reversal_confirm_fen(
        tx, id=merchant_id, reversal_confirm_fen=confirm_fen
    )
    record(tx, "merchant.reversal_rule", row["id"], old=old, new=row, **by)
    return row
