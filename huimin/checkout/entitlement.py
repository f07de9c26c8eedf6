"""Who stands behind a card on a day, why they are entitled, and the policy that applies.

Used by verify, quote and redeem, so that all three decide alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huimin.cards.find import CheckedCard, card_row, require_usable
from huimin.checkout import queries
from huimin.core.days import county_day
from huimin.core.discount import PolicyTerms
from huimin.core.refusals import Refusal
from huimin.holders.people import eligibilities_on
from huimin.policies.in_force import in_force
from huimin.storage.engine import Transaction

# Where a holder has several, the report counts the first of these.
ELIGIBILITY_ORDER = ("tekun", "orphan", "dibao", "major_illness", "disability", "other")


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A usable card and the policy that applies to it at this outlet today, if any."""

    card: Mapping[str, Any]
    eligibilities: tuple[str, ...]
    terms: PolicyTerms | None

    @property
    def required_terms(self) -> PolicyTerms:
        """The policy. Raises Refusal `no_policy` when none is in force."""
        if self.terms is None:
            raise Refusal("no_policy")
        return self.terms

    @property
    def counted_eligibility(self) -> str:
        """The one that the ledger records: the policy's own, or the first in the fixed order."""
        if self.terms is not None and self.terms.scope == "eligibility":
            return self.terms.scope_value
        return next((kind for kind in ELIGIBILITY_ORDER if kind in self.eligibilities), "other")


def entitlement_of(
    tx: Transaction, checked: CheckedCard, *, terminal: Mapping[str, Any], now: datetime
) -> Entitlement:
    """Find the card, require that it counts today, and see which policy applies.

    Raises Refusal: card_unknown, card_suspended, card_lost, card_replaced, card_expired,
    card_revoked.
    """
    today = county_day(now)
    card = card_row(tx, checked)
    require_usable(card, today)
    eligibilities = tuple(eligibilities_on(tx, card["holder_id"], today))
    terms = in_force(
        tx,
        day=today,
        outlet_id=terminal["outlet_id"],
        outlet_kind=terminal["outlet_kind"],
        eligibilities=eligibilities,
    )
    return Entitlement(card, eligibilities, terms)


def require_open_till(tx: Transaction, terminal_id: str, *, order_no: str | None = None) -> None:
    """Pass when the terminal may sell at this moment; switching off counts at once.

    `order_no` is one that its outlet must not have sold yet. Raises Refusal `terminal_disabled`,
    `outlet_suspended` or `order_exists`.
    """
    state = queries.terminal_now(tx, terminal_id=terminal_id, order_no=order_no)
    if state is None or state["terminal_state"] != "active":
        raise Refusal("terminal_disabled")
    if state["outlet_state"] != "active" or state["merchant_state"] != "active":
        raise Refusal("outlet_suspended")
    if state["order_exists"]:
        raise Refusal("order_exists", order_no=order_no)
