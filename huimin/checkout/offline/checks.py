"""What a sale without network is checked against: the pack that the till had, as things stood then.

A till could know which cards were stopped and which policies were published when its pack was
made; it could not know what came later. Each check applies to the instant of the sale.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.cards.find import NOT_ISSUED, card_state_at
from huimin.checkout import queries
from huimin.checkout.entitlement import policy_on
from huimin.checkout.offline.requests import OfflineItem
from huimin.core.card_token import CheckedCard
from huimin.core.days import county_day, instant_text
from huimin.core.discount import PolicyTerms, Quote, quote, require_known_categories
from huimin.core.offline_terms import OfflineRoom, OfflineTerms, room_left
from huimin.core.refusals import Refusal
from huimin.core.words import CAPS
from huimin.policies.in_force import in_force_as_known
from huimin.storage.engine import Transaction

# How far a clock may be off after it was compared with the server's.
CLOCK_TOLERANCE = timedelta(minutes=2)
# A change recorded this shortly before the pack may not be in it.
DENY_LIST_LAG = timedelta(minutes=2)
# Older sales are decided by people, as claims.
AGE_MAX = timedelta(days=31)


def require_times(item: OfflineItem, now: datetime) -> None:
    """Require a sale in the past and after its pack. Raises Refusal: offline_time_wrong,
    offline_too_old.
    """
    if max(item.occurred_at, item.pack_issued_at) > now + CLOCK_TOLERANCE:
        raise Refusal("offline_time_wrong")
    if item.occurred_at < item.pack_issued_at - CLOCK_TOLERANCE:
        raise Refusal("offline_time_wrong")
    if item.occurred_at < now - AGE_MAX:
        raise Refusal("offline_too_old", days=AGE_MAX.days)


def terms_of_pack(tx: Transaction, item: OfflineItem, terminal: Terminal) -> OfflineTerms:
    """What the policy in force when the pack was made allows a till.

    Raises Refusal: offline_not_allowed, or offline_pack_expired for a sale after its validity.
    """
    issued_at = item.pack_issued_at
    known = known_policy(tx, terminal, county_day(issued_at), issued_at + CLOCK_TOLERANCE)
    if known is None or known.offline is None:
        raise Refusal("offline_not_allowed")
    valid_until = issued_at + timedelta(hours=known.offline.hours)
    if item.occurred_at > valid_until + CLOCK_TOLERANCE:
        raise Refusal("offline_pack_expired")
    return known.offline


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


def require_usable_then(
    tx: Transaction, card: Mapping[str, Any], item: OfflineItem, occurred_at: datetime
) -> None:
    """Require a card that was usable at the sale, or still when the pack was made: what the deny
    list could not yet contain is not held against the till. Raises the Refusal of its state then.
    """
    if card["expires_on"] < county_day(occurred_at).isoformat():
        raise Refusal("card_expired")
    state = card_state_at(tx, card, occurred_at)
    about_the_pack = (item.pack_issued_at, item.pack_issued_at - DENY_LIST_LAG)
    if state == "active" or any(card_state_at(tx, card, at) == "active" for at in about_the_pack):
        return
    raise Refusal("card_unknown" if state == NOT_ISSUED else f"card_{state}")


def policy_then(
    tx: Transaction, item: OfflineItem, terminal: Terminal, occurred_at: datetime
) -> PolicyTerms:
    """The policy that the till applied: the one for holders in general on that day, as it is known
    now or as it was known when the pack was made.

    Raises Refusal: no_policy, offline_policy_other, offline_not_allowed.
    """
    day = county_day(occurred_at)
    policies = (policy_on(tx, terminal, day), known_policy(tx, terminal, day, item.pack_issued_at))
    for terms in policies:
        if terms is not None and terms.id == item.policy_id:
            if terms.offline is None:
                raise Refusal("offline_not_allowed")
            return terms
    raise Refusal("no_policy" if policies == (None, None) else "offline_policy_other")


def known_policy(
    tx: Transaction, terminal: Terminal, day: date, known_at: datetime
) -> PolicyTerms | None:
    """The policy at the till's outlet on that day, as published by the instant `known_at`."""
    return in_force_as_known(
        tx,
        day=day,
        known_at=known_at,
        outlet_id=terminal["outlet_id"],
        outlet_kind=terminal["outlet_kind"],
    )


def room_then(
    tx: Transaction, item: OfflineItem, terminal: Terminal, allowed: OfflineTerms, card_id: str
) -> OfflineRoom:
    """What the pack's caps have left after everything sent under it so far, recorded or refused."""
    used = queries.offline_used(
        tx,
        terminal_id=terminal["terminal_id"],
        pack_issued_at=instant_text(item.pack_issued_at),
        card_id=card_id,
    )
    return room_left(
        allowed, card_used_fen=used["card_fen"], terminal_used_fen=used["terminal_fen"]
    )


def promised_quote(item: OfflineItem, terms: PolicyTerms, room: OfflineRoom) -> Quote:
    """Make the till's quote again. Raises Refusal offline_cap_exceeded where it
    promised more than the pack's caps left, unknown_category, offline_mismatch for any other
    difference.
    """
    require_known_categories(item.basket, terms)
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
    """Require that the day and month caps, with what other tills gave, leave what was promised.

    Raises Refusal `cap_reached`.
    """
    if basket_quote.discount_fen < item.discount_fen:
        raise Refusal("cap_reached", cap=CAPS.text(basket_quote.caps[-1]))
