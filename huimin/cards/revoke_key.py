"""Revoke a signing key that leaked: its cards are refused, and their holders get new copies.

What the key signed proves nothing any more: whoever has it can make a changing code for a card of
which they saw a photograph. So every card of the key stops; each active one is replaced, in small
transactions, by a copy that a good key signs, with the same last day, which then waits to be
printed. Suspended and lost cards stay what they are, for people to decide, and are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

from huimin.audit.record import checked_reason, record
from huimin.cards import queries
from huimin.cards.change_state import expire_due, replace_card
from huimin.core.acting import By
from huimin.core.catalogue import sentence
from huimin.core.days import county_day, instant_text
from huimin.core.refusals import FieldProblems, field_problem
from huimin.keys.key_ring import KeyRing
from huimin.storage.engine import Engine, Transaction
from huimin.storage.ids import new_id
from huimin.storage.savepoint import savepoint

REASON = sentence("签发密钥已作废，换新卡")
# Short transactions: tills sell beside them.
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class RevokedKey:
    """What came of it: cards with a new copy, and live cards left for people to decide."""

    replaced: int
    left: int


def cards_of_key(tx: Transaction, key_id: int) -> Mapping[str, int]:
    """How many live cards of a key there are, by state."""
    return {row["state"]: row["cards"] for row in queries.live_cards_of_key(tx, key_id=key_id)}


def revoke_key(
    engine: Engine,
    key_ring: KeyRing,
    key_id: int,
    *,
    reason: str,
    progress: Callable[[int], None],
    **by: Unpack[By],
) -> RevokedKey:
    """Revoke a key and replace its active cards; `progress` hears how many are done.

    What was interrupted goes on when it is called again. Raises FieldProblems on `key`, `reason`.
    """
    reason = checked_reason(reason)
    key_ring.private_key(key_id)  # there must be such a key
    before = engine.read(lambda tx: cards_of_key(tx, key_id))

    def work(tx: Transaction) -> None:
        expire_due(tx, county_day(by["now"]), **by)
        revoked = queries.revoke_key(
            tx,
            id=new_id(),
            key_id=key_id,
            reason=reason,
            revoked_at=instant_text(by["now"]),
            revoked_by=by["actor"],
        )
        if revoked is not None:
            record(
                tx,
                "card_key.revoked",
                f"{key_id:02x}",
                subject_kind="card_key",
                reason=reason,
                new={"cards": sum(before.values())},
                **by,
            )

    # First the database, which refuses the cards from then on; a repeat marks the ring.
    engine.write(work)
    key_ring.revoke(key_id)
    replaced = _replace_cards(engine, key_ring, key_id, progress=progress, **by)
    left = engine.read(lambda tx: cards_of_key(tx, key_id))
    return RevokedKey(replaced, sum(left.values()))


def _replace_cards(
    engine: Engine,
    key_ring: KeyRing,
    key_id: int,
    *,
    progress: Callable[[int], None],
    now: datetime,
    actor: str,
) -> int:
    new_key_id, replaced, after = key_ring.active_key_id, 0, ""

    def some(tx: Transaction) -> tuple[int, str]:
        rows = list(queries.active_cards_of_key(tx, key_id=key_id, after=after, row_limit=AT_ONCE))
        done = sum(_replace(tx, row, new_key_id, now=now, actor=actor) for row in rows)
        return done, rows[-1]["id"] if rows else ""

    while True:
        done, last = engine.write(some)
        if not last:
            return replaced
        replaced, after = replaced + done, last
        progress(replaced)


def _replace(tx: Transaction, card: Mapping[str, Any], key_id: int, **by: Unpack[By]) -> int:
    """1, or 0 for a card that can't be replaced: it is left for people to decide."""
    try:
        # Without it, a refused new copy would leave the old one replaced by nothing.
        with savepoint(tx, "replaced_card"):
            replace_card(
                tx,
                card_id=card["id"],
                key_id=key_id,
                reason=REASON,
                expires_on=card["expires_on"],
                **by,
            )
    except FieldProblems:
        return 0
    return 1


def required_key_id(kid: str) -> int:
    """The number of a key by its two hexadecimal digits. Raises FieldProblems on `key`."""
    try:
        return int(kid, 16)
    except ValueError:
        raise field_problem("key", "密钥编号是两位十六进制数，见 huimin keys list。") from None
