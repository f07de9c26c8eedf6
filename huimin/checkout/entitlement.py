"""Whether a till may sell, who stands behind a card on a day, and the policy that applies there.

Used by verify, quote, redeem and claims, so that all of them decide alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from huimin.access.terminal_keys import Terminal, require_open
from huimin.cards.find import card_row, require_usable
from huimin.checkout import queries
from huimin.core.card_token import CheckedCard
from huimin.core.days import county_day
from huimin.core.discount import PolicyTerms
from huimin.core.refusals import Refusal
from huimin.holders.people import eligibilities_on
from huimin.ledger.append import order_waiting
from huimin.policies.in_force import in_force
from huimin.storage.engine import Transaction

# A holder with several is counted under the first of these.
ELIGIBILITY_ORDER = ("tekun", "orphan", "dibao", "major_illness", "disability", "other")


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A card (its `id` and `holder_id`), why its holder is entitled on a day, and the policy."""

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
        """The one that the ledger records: the policy's own, or the first in the fixed order.

        It is one that the holder has on that day. Raises Refusal `not_entitled` if there is none.
        """
        held = [kind for kind in ELIGIBILITY_ORDER if kind in self.eligibilities]
        if not held:
            raise Refusal("not_entitled")
        if self.terms is not None and self.terms.scope == "eligibility":
            return next(kind for kind in held if kind == self.terms.scope_value)
        return held[0]

    def require_entitled(self) -> Entitlement:
        """Itself, if the holder has an eligibility on that day. Raises Refusal `not_entitled`."""
        if not self.eligibilities:
            raise Refusal("not_entitled")
        return self


def entitlement_of(
    tx: Transaction, card: CheckedCard, *, terminal: Terminal, now: datetime
) -> Entitlement:
    """Find the card, require that it is usable today and its holder entitled, and find the policy.

    Raises Refusal: card_unknown, card_suspended, card_lost, card_replaced, card_expired,
    card_revoked, not_entitled.
    """
    today = county_day(now)
    row = card_row(tx, card)
    require_usable(row, today)
    return entitlement_on(tx, row, today, terminal).require_entitled()


def entitlement_on(
    tx: Transaction, card: Mapping[str, Any], day: date, place: Mapping[str, Any]
) -> Entitlement:
    """What the card's holder gets on that day at an outlet (`outlet_id`, `outlet_kind`).

    Without an eligibility in force (`require_entitled`) that is nothing.
    """
    eligibilities = tuple(eligibilities_on(tx, card["holder_id"], day))
    return Entitlement(card, eligibilities, policy_on(tx, place, day, eligibilities))


def policy_on(
    tx: Transaction, place: Mapping[str, Any], day: date, eligibilities: tuple[str, ...] = ()
) -> PolicyTerms | None:
    """The policy at an outlet (`outlet_id`, `outlet_kind`); for holders in general by default."""
    return in_force(
        tx,
        day=day,
        outlet_id=place["outlet_id"],
        outlet_kind=place["outlet_kind"],
        eligibilities=eligibilities,
    )


def require_open_till(tx: Transaction, terminal_id: str, *, order_no: str | None = None) -> None:
    """Require that the terminal may sell right now; switching one off takes effect at once.

    `order_no` must be one that its outlet has not sold yet and that no waiting sale has. Raises
    Refusal `terminal_disabled`, `outlet_suspended`, `order_exists` or `order_waiting`.
    """
    state = queries.terminal_now(tx, terminal_id=terminal_id, order_no=order_no)
    if state is None:
        raise Refusal("terminal_disabled")
    require_open(state)
    if order_no is None:
        return
    if state["order_exists"]:
        raise Refusal("order_exists", order_no=order_no)
    if state["order_waiting_since"] is not None:
        raise order_waiting(order_no, state["order_waiting_since"])
