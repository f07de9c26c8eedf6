"""Whether an outlet's tills say the sum to be paid aloud: the merchant's own setting."""

from __future__ import annotations

from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.refusals import Refusal
from huimin.merchants import queries
from huimin.storage.engine import Row, Transaction


def set_spoken_sums(
    tx: Transaction, *, merchant_id: str, outlet_id: str, speaks: bool, **by: Unpack[By]
) -> Row:
    """Let the outlet's tills speak, or not. Returns its row; raises Refusal `not_found`."""
    old: Row | None = queries.lock_outlet(tx, id=outlet_id)
    row: Row | None = queries.set_speaks_payable(
        tx, id=outlet_id, merchant_id=merchant_id, speaks_payable=int(speaks)
    )
    if old is None or row is None:
        raise Refusal("not_found")
    record(tx, "outlet.spoken_sums", outlet_id, old=old, new=row, **by)
    return row
