"""Above an amount set by the merchant, a reversal on the till page needs a manager to confirm it.

What counts is everything returned of the sale so far, so that several small returns can't stay
below it. The ledger row says who confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huimin.audit.record import record
from huimin.checkout import queries
from huimin.core.money import money_text
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction


@dataclass(frozen=True, slots=True)
class ManagerRule:
    """The rule for one reversal, with the manager who has confirmed it, if any."""

    manager_id: str | None = None
    manager_username: str | None = None

    def require(self, tx: Transaction, merchant_id: str, returned_fen: int) -> None:
        """Raise Refusal `manager_needed` unless no confirmation is needed or one was given."""
        limit_fen = queries.reversal_confirm_fen(tx, merchant_id=merchant_id)
        if limit_fen is not None and returned_fen > limit_fen and self.manager_id is None:
            raise Refusal("manager_needed", limit=money_text(limit_fen))

    def record(
        self,
        tx: Transaction,
        redemption_id: str,
        reversal: Mapping[str, Any],
        *,
        reason: str,
        now: datetime,
    ) -> None:
        """Write to the audit record that the manager confirmed this reversal, if one did."""
        if self.manager_username is None:
            return
        record(
            tx,
            "redemption.reversal_confirmed",
            redemption_id,
            now=now,
            actor=self.manager_username,
            reason=reason,
            new={name: reversal[name] for name in ("receipt_no", "amount_fen", "discount_fen")},
        )

    def detail(self) -> dict[str, Any]:
        """What the ledger row records about it."""
        if self.manager_id is None:
            return {}
        return {"confirmed_by": {"id": self.manager_id, "username": self.manager_username}}
