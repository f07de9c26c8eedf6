"""What a sale without network is checked against: the pack that the till had, as things stood then.

A till could know which cards were stopped and which policies were published when its pack was
made; it could not know what came later. Each check applies to the instant of the sale.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.checkout import queries
from huimin.checkout.entitlement import policy_on
from huimin.checkout.offline.packs import Pack, known_policy
from huimin.checkout.offline.requests import OfflineItem
from huimin.core.card_token import CheckedCard
from huimin.core.days import county_day, instant_text
from huimin.core.discount import PolicyTerms, Quote, quote
from huimin.core.offline_terms import OfflineRoom, OfflineTerms, room_left
from huimin.core.refusals import Refusal
from huimin.core.words import CAPS
from huimin.storage.engine import Transaction


def require_times(item: OfflineItem, pack: Pack, now: datetime) -> None:
    """Require a sale in the past and within its pack, as far as the policy lets a clock be off.

    Raises Refusal: offline_time_wrong, or offline_pack_expired for a sale after its validity.
    """
    tolerance = pack.terms.clock_tolerance
    if item.occurred_at > now + tolerance or item.occurred_at < pack.issued_at - tolerance:
        raise Refusal("offline_time_wrong")
    if item.occurred_at > pack.valid_until + tolerance:
        raise Refusal("offline_pack_expired")


def readable_card(item: OfflineItem, allowed: OfflineTerms) -> CheckedCard:
    """The card whose signature was good. Raises Refusal: what was wrong with it, or
    offline_code_needed for a typed number (nothing vouches for it) or a changing code that the
    policy does not allow offline.
    """
    if item.card is None:
        raise item.unreadable or Refusal("card_unreadable")
    if item.card.kind == "number" or (item.card.is_changing and not allowed.changing_code):
        raise Refusal("offline_code_needed")
    return item.card


def require_in_date(card: Mapping[str, Any], occurred_at: datetime) -> None:
    """Require a card whose last day had not passed. Raises Refusal `card_expired`."""
    if card["expires_on"] < county_day(occurred_at).isoformat():
        raise Refusal("card_expired")


def policy_then(
    tx: Transaction, item: OfflineItem, terminal: Terminal, pack: Pack, occurred_at: datetime
) -> PolicyTerms:
    """The policy that the till applied: the one for holders in general on that day, as it is known
    now or as it was known when the pack was made.

    Raises Refusal: no_policy, offline_policy_other, offline_not_allowed.
    """
    day = county_day(occurred_at)
    policies = (policy_on(tx, terminal, day), known_policy(tx, terminal, day, pack.issued_at))
    for terms in policies:
        if terms is not None and terms.id == item.policy_id:
            if terms.offline is None:
                raise Refusal("offline_not_allowed")
            return terms
    raise Refusal("no_policy" if policies == (None, None) else "offline_policy_other")


def room_then(tx: Transaction, terminal: Terminal, pack: Pack, card_id: str) -> OfflineRoom:
    """What the pack's caps have left after everything sent under it so far, entered or not."""
    used = queries.offline_used(
        tx,
        terminal_id=terminal["terminal_id"],
        pack_issued_at=instant_text(pack.issued_at),
        card_id=card_id,
    )
    return room_left(
        pack.terms, card_used_fen=used["card_fen"], terminal_used_fen=used["terminal_fen"]
    )


def promised_quote(item: OfflineItem, terms: PolicyTerms, room: OfflineRoom) -> Quote:
    """Make the till's quote again. Raises Refusal offline_cap_exceeded where it
    promised more than the pack's caps left, unknown_category, offline_mismatch for any other
    difference.
    """
    uncapped = quote(item.basket, terms)
    if item.discount_fen + item.payable_fen != item.amount_fen:
        raise Refusal("offline_mismatch")
    try:
        capped = quote(item.basket, terms, offline=room)
    except Refusal as refusal:
        if refusal.code == "cap_reached" and 0 < item.discount_fen <= uncapped.discount_fen:
            raise Refusal("offline_cap_exceeded") from None
        raise
    if capped.discount_fen < item.discount_fen <= uncapped.discount_fen:
        raise Refusal("offline_cap_exceeded")
    if capped.discount_fen != item.discount_fen:
        raise Refusal("offline_mismatch")
    return capped


def require_room_online(basket_quote: Quote, item: OfflineItem) -> None:
    """Require that caps and budget, with what other tills gave, leave what was promised.

    Raises Refusal: cap_reached, budget_used_up.
    """
    if basket_quote.discount_fen < item.discount_fen:
        if basket_quote.caps[-1] == "budget":
            raise Refusal("budget_used_up")
        raise Refusal("cap_reached", cap=CAPS.text(basket_quote.caps[-1]))
