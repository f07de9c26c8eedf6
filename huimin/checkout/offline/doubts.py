"""What makes an offline sale wait: it could be true, but what the server knows does not show it.

A doubt is a refusal's code with its facts. A sale that is impossible is refused elsewhere
(checks.py); one without a doubt is entered by itself. So all that a till can have entered without
anybody looking is bounded (core/offline_terms.py:most_unseen_fen).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.cards.find import NOT_ISSUED, card_state_at, is_usable_throughout
from huimin.checkout import queries
from huimin.checkout.offline.packs import Pack
from huimin.checkout.offline.requests import OfflineItem
from huimin.core.days import instant_text, parse_instant
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction


def doubt_of_pack(pack: Pack) -> list[Refusal]:
    """A pack that is not on record: of the time before packs were, or of after the backup that the
    county was restored from.
    """
    return [] if pack.doubt is None else [Refusal(pack.doubt)]


def doubt_of_delay(occurred_at: datetime, pack: Pack, now: datetime) -> list[Refusal]:
    """Sent later than the policy enters by itself."""
    days = pack.terms.send_days
    return [Refusal("offline_too_old", days=days)] if occurred_at < now - timedelta(days) else []


def doubt_of_key(card: Mapping[str, Any], pack: Pack) -> list[Refusal]:
    """A card whose signing key leaked, in a sale under a pack of before that was known.

    Raises Refusal `card_key_revoked` where the pack said so.
    """
    revoked_at = card["key_revoked_at"]
    if revoked_at is None:
        return []
    if parse_instant(revoked_at) < pack.issued_at:
        raise Refusal("card_key_revoked")
    return [Refusal("card_key_revoked")]


def doubts_of_card(
    tx: Transaction,
    card: Mapping[str, Any],
    terminal: Terminal,
    pack: Pack,
    *,
    occurred_at: datetime,
    now: datetime,
) -> list[Refusal]:
    """None for a card that this terminal was not told about: one that was stopped since the pack
    was made is not held against a till that could not know. A doubt remains where it was told after
    the time that it gives for the sale, by a refusal or by a newer pack, even if the card was still
    good at that time: a till can date its sale before the stop.

    Raises the Refusal of the card's state where it had been told before the sale, or by the pack.
    """
    state = card_state_at(tx, card, occurred_at)
    since = pack.issued_at
    if state == "active":
        # Of a card that was back at the sale, what was said before it no longer counts.
        since = max(since, occurred_at)
    code = "card_unknown" if state == NOT_ISSUED else f"card_{state}"
    if state != "active" and card_state_at(tx, card, since) != "active":
        raise Refusal(code)
    refused_at = queries.card_refused_since(
        tx,
        card_id=card["id"],
        terminal_id=terminal["terminal_id"],
        since=instant_text(since),
    )
    if state != "active" and refused_at is not None and refused_at <= instant_text(occurred_at):
        raise Refusal(code)
    if refused_at is None and not is_usable_throughout(tx, card, since, now):
        # Of a flood of refusals only the numbers are kept, without the cards.
        refused_at = queries.card_refusals_counted(
            tx,
            outlet_id=terminal["outlet_id"],
            terminal_id=terminal["terminal_id"],
            since=instant_text(since),
        )
    if refused_at is not None:
        return [Refusal("offline_told_since", known_at=refused_at)]
    return _doubt_of_newer_pack(tx, card, terminal, pack, since=since, now=now)


def _doubt_of_newer_pack(
    tx: Transaction,
    card: Mapping[str, Any],
    terminal: Terminal,
    pack: Pack,
    *,
    since: datetime,
    now: datetime,
) -> list[Refusal]:
    """A pack that was given later, after `since`, denies the card."""
    if is_usable_throughout(tx, card, since, now):
        return []
    newer = queries.newer_packs(
        tx,
        terminal_id=terminal["terminal_id"],
        device_id=pack.device_id,
        since=instant_text(since),
        until=instant_text(now),
    )
    denied_at = [
        row["issued_at"]
        for row in newer
        if card_state_at(tx, card, parse_instant(row["issued_at"])) != "active"
    ]
    return [Refusal("offline_newer_pack", known_at=denied_at[0])] if denied_at else []


def doubt_of_total(
    tx: Transaction, item: OfflineItem, terminal: Terminal, pack: Pack
) -> list[Refusal]:
    """More than one pack's worth at this terminal within one pack's validity, whatever the packs
    are: a till can take many packs, and say of each that it was cut off with it.
    """
    validity, cap_fen = pack.terms.validity, pack.terms.cap_terminal_fen
    entered = [
        (parse_instant(row["occurred_at"]), int(row["discount_fen"]))
        for row in queries.entered_about(
            tx,
            terminal_id=terminal["terminal_id"],
            after=instant_text(item.occurred_at - validity),
            before=instant_text(item.occurred_at + validity),
        )
    ]
    most_fen = most_within(
        [*entered, (item.occurred_at, item.discount_fen)], item.occurred_at, validity
    )
    return [Refusal("offline_total_exceeded")] if most_fen > cap_fen else []


def most_within(
    sales: Sequence[tuple[datetime, int]], moment: datetime, validity: timedelta
) -> int:
    """The largest sum of fen in any stretch of `validity` that holds the moment."""
    starts = [at for at, _fen in sales if moment - validity < at <= moment]
    return max(
        (sum(fen for at, fen in sales if start <= at < start + validity) for start in starts),
        default=0,
    )
