"""The offline pack: everything a till needs to work on its own for the hours the policy allows.

Public keys, the deny list, the policy of each day of the pack's validity, and the caps on what may
be promised. It names no person; its tag changes only when its content does. Each that is given is
recorded (packs.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.cards.deny_list import DenyLists
from huimin.cards.published_keys import revoked_key_ids, unrevoked_jwks
from huimin.checkout.entitlement import policy_on
from huimin.checkout.offline.pack_ids import new_pack_id
from huimin.checkout.offline.packs import pack_to_give_again, record_pack
from huimin.checkout.quote_answer import policy_answer
from huimin.checkout.terminal_answer import place_parts
from huimin.core.catalogue import LANGUAGES
from huimin.core.days import county_day, instant_text
from huimin.core.discount import PolicyTerms
from huimin.core.json_text import canonical_json
from huimin.core.offline_terms import OfflineTerms
from huimin.core.refusals import Refusal
from huimin.keys.key_ring import KeyRing
from huimin.storage.engine import Engine, Row, Transaction

# These are of one giving of a pack, and not part of the tag.
MOMENTS = ("id", "issued_at", "valid_until", "server_time")


@dataclass(frozen=True, slots=True)
class PackContent:
    """What a pack says without MOMENTS: the body, its tag, and the policy that allows it."""

    body: Mapping[str, Any]
    tag: str
    deny_list_sha256: str
    policy: PolicyTerms
    offline: OfflineTerms


@dataclass(frozen=True, slots=True)
class OfflinePack:
    """The body to answer with, and the tag of its content without MOMENTS."""

    body: Mapping[str, Any]
    tag: str


def give_pack(
    engine: Engine,
    terminal: Terminal,
    *,
    key_ring: KeyRing,
    deny_lists: DenyLists,
    now: datetime,
    device_id: str | None = None,
) -> OfflinePack:
    """The pack of a terminal, recorded before it is given. Raises Refusal `offline_not_allowed`."""

    def known(tx: Transaction) -> tuple[PackContent, Row | None]:
        content = _content(tx, terminal, key_ring=key_ring, deny_lists=deny_lists, now=now)
        return content, pack_to_give_again(
            tx,
            terminal,
            tag=content.tag,
            device_id=device_id,
            validity=content.offline.validity,
            now=now,
        )

    content, row = engine.read(known)
    if row is None:
        pack_id = new_pack_id(key_ring, terminal["terminal_id"], now)
        recorded = {"id": pack_id, **_recorded(content, device_id, now)}
        row = engine.write(lambda tx: record_pack(tx, terminal, recorded))
    moments = {
        "id": row["id"],
        "issued_at": row["issued_at"],
        "valid_until": row["valid_until"],
        "server_time": instant_text(now),
    }
    return OfflinePack({**moments, **content.body}, content.tag)


def _recorded(content: PackContent, device_id: str | None, now: datetime) -> Row:
    offline = content.offline
    return {
        "device_id": device_id,
        "policy_id": content.policy.id,
        "tag": content.tag,
        "deny_list_sha256": content.deny_list_sha256,
        "cap_redemption_fen": offline.cap_redemption_fen,
        "cap_card_fen": offline.cap_card_fen,
        "cap_terminal_fen": offline.cap_terminal_fen,
        "issued_at": instant_text(now),
        "valid_until": instant_text(now + offline.validity),
    }


def _content(
    tx: Transaction,
    terminal: Terminal,
    *,
    key_ring: KeyRing,
    deny_lists: DenyLists,
    now: datetime,
) -> PackContent:
    """Its policies are those for holders in general, because a till must not learn why somebody is
    entitled.
    """
    today = county_day(now)
    policy = policy_on(tx, terminal, today)
    if policy is None or policy.offline is None:
        raise Refusal("offline_not_allowed")
    offline = policy.offline
    last_day = county_day(now + offline.validity)
    deny_list = deny_lists.at(tx, now)
    by_day = {day.isoformat(): policy_on(tx, terminal, day) for day in _days(today, last_day)}
    content = {
        **place_parts(terminal),
        "keys": unrevoked_jwks(tx, key_ring),
        "revoked_keys": [f"{key_id:02x}" for key_id in sorted(revoked_key_ids(tx))],
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
    # The list is long, and has a digest of its own.
    tag = hashlib.sha256(canonical_json(content)).hexdigest()[:32]
    deny = {"issued_at": instant_text(now), "count": deny_list.count, "copies": deny_list.copies}
    body = {**content, "deny_list": deny}
    return PackContent(body, tag, deny_list.sha256, policy, offline)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


def _full_terms(terms: PolicyTerms) -> dict[str, Any]:
    """Every term, with the label to read aloud in each language."""
    in_pack = asdict(terms)
    in_pack["excluded_categories"] = list(terms.excluded_categories)
    # A till without network can't know what other tills have used, so the budget is the server's.
    del in_pack["budget_fen"], in_pack["budget_version"]
    in_pack["labels"] = {
        language: policy_answer(terms, language)["label"] for language in LANGUAGES
    }
    return in_pack
