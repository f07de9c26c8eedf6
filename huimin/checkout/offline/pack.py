"""The offline pack: everything a till needs to work on its own for the hours the policy allows.

Public keys, the deny list, the policy of each day of the pack's validity, and the caps on what may
be promised. It names no person; its tag changes only when its content does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.cards.deny_list import DenyLists
from huimin.checkout.entitlement import policy_on
from huimin.checkout.quote_answer import policy_answer
from huimin.checkout.terminal_answer import place_parts
from huimin.core.catalogue import LANGUAGES
from huimin.core.days import county_day, instant_text
from huimin.core.discount import PolicyTerms
from huimin.core.json_text import canonical_json
from huimin.core.offline_terms import OfflineTerms
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction

# These depend on when the pack is requested, and are not part of the tag.
MOMENTS = ("issued_at", "valid_until", "server_time")


@dataclass(frozen=True, slots=True)
class OfflinePack:
    """The body to answer with, and the tag of its content without MOMENTS."""

    body: Mapping[str, Any]
    tag: str


def offline_pack(
    tx: Transaction,
    terminal: Terminal,
    *,
    keys: Mapping[str, Any],
    deny_lists: DenyLists,
    now: datetime,
) -> OfflinePack:
    """The pack of a terminal. Its policies are those for holders in general, because a till must
    not learn why somebody is entitled. Raises Refusal `offline_not_allowed`.
    """
    today = county_day(now)
    offline = _allowed(policy_on(tx, terminal, today))
    valid_until = now + timedelta(hours=offline.hours)
    deny_list = deny_lists.at(tx, now, county_day(valid_until))
    by_day = {
        day.isoformat(): policy_on(tx, terminal, day)
        for day in _days(today, county_day(valid_until))
    }
    content = {
        **place_parts(terminal),
        "keys": keys,
        "deny_list": deny_list.sha256,
        "policies": [
            _full_terms(terms) for terms in {t.id: t for t in by_day.values() if t}.values()
        ],
        "days": {day: None if terms is None else terms.id for day, terms in by_day.items()},
        "caps": {
            "redemption_fen": offline.cap_redemption_fen,
            "card_fen": offline.cap_card_fen,
            "terminal_fen": offline.cap_terminal_fen,
        },
        "bearer": offline.bearer,
        "allows_changing_code": offline.changing_code,
    }
    moments = {
        "issued_at": instant_text(now),
        "valid_until": instant_text(valid_until),
        "server_time": instant_text(now),
    }
    # The list is long, and has a digest of its own.
    tag = hashlib.sha256(canonical_json(content)).hexdigest()[:32]
    deny = {"issued_at": instant_text(now), "count": deny_list.count, "copies": deny_list.copies}
    return OfflinePack({**moments, **content, "deny_list": deny}, tag)


def _allowed(terms: PolicyTerms | None) -> OfflineTerms:
    if terms is None or terms.offline is None:
        raise Refusal("offline_not_allowed")
    return terms.offline


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


def _full_terms(terms: PolicyTerms) -> dict[str, Any]:
    """Every term, with the label to read aloud in each language."""
    in_pack = asdict(terms)
    in_pack["excluded_categories"] = list(terms.excluded_categories)
    in_pack["labels"] = {
        language: policy_answer(terms, language)["label"] for language in LANGUAGES
    }
    return in_pack
