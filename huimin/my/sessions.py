"""Sign-ins to "my card": short, listed, each a row; none is a sign-in of staff or of a till.

A session knows the card copy by which its person came. It ends with that copy when it is replaced
or revoked (whoever found the old card and a phone gains nothing by them), and not when it is lost
or suspended: the holder must see what happened. A member's session ends when the holder no longer
lets them look. What was opened at the counter counts in the registrar's own sign-in alone.
"""

from __future__ import annotations

import hashlib
import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Unpack

from huimin.access.sessions import device_words
from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.days import instant_text, parse_instant
from huimin.core.identity import mask_name
from huimin.core.refusals import Refusal, field_problem
from huimin.my import queries
from huimin.my.one_time_codes import about_member
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

SESSION_LASTS = timedelta(hours=2)
# The holder stands there.
COUNTER_SESSION_LASTS = timedelta(minutes=20)
USER_AGENT_MAX = 200


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who looks at a card: its holder (`member_id` is None), or a member of the family with the
    smaller view. `opened_by` is the member of staff who opened it at the counter.
    """

    session_id: str
    holder_id: str
    member_id: str | None
    card_id: str
    opened_by: str | None
    created_at: datetime
    expires_at: datetime

    @property
    def is_holder(self) -> bool:
        """Whether it is the whole view."""
        return self.member_id is None

    @property
    def person_id(self) -> str:
        """The holder's id, or the member's: who the ledger says has presented the card."""
        return self.member_id or self.holder_id

    @property
    def actor(self) -> str:
        """Who acts, as the audit record names them."""
        if self.opened_by is not None:
            return self.opened_by
        return f"holder:{self.holder_id}" if self.is_holder else f"member:{self.member_id}"

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> SignedIn:
        """Who it is by a row of the session."""
        return cls(
            session_id=row["id"],
            holder_id=row["holder_id"],
            member_id=row["member_id"],
            card_id=row["card_id"],
            opened_by=row["opened_by"],
            created_at=parse_instant(row["created_at"]),
            expires_at=parse_instant(row["expires_at"]),
        )


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a request comes from: its network address and what its program calls itself."""

    address: str | None
    user_agent: str | None


def begin_session(
    tx: Transaction,
    *,
    holder_id: str,
    member_id: str | None,
    card_id: str,
    browser: Browser,
    now: datetime,
    lasts: timedelta = SESSION_LASTS,
    opened_by: str | None = None,
) -> str:
    """Open a session and return its secret for the cookie; the database keeps only its hash."""
    secret = randomness.token_urlsafe(32)
    queries.insert_session(
        tx,
        id_hash=_hash(secret),
        id=new_id(),
        holder_id=holder_id,
        member_id=member_id,
        card_id=card_id,
        opened_by=opened_by,
        created_at=instant_text(now),
        expires_at=instant_text(now + lasts),
        address=browser.address,
        user_agent=(browser.user_agent or "")[:USER_AGENT_MAX] or None,
    )
    return secret


def open_at_counter(
    tx: Transaction, holder_id: str, *, reason: str, browser: Browser, **by: Unpack[By]
) -> str:
    """Open the holder's view for them at the counter; the session's secret.

    Raises FieldProblems on `reason`, and on `person` for somebody without a card.
    """
    reason = checked_reason(reason)
    card = queries.card_of_holder(tx, holder_id=holder_id)
    if card is None:
        raise field_problem("person", "这个人现在没有能用的卡，没有“我的卡”可看。")
    record(tx, "holder.my_card_opened", holder_id, reason=reason, **by)
    return begin_session(
        tx,
        holder_id=holder_id,
        member_id=None,
        card_id=card["id"],
        browser=browser,
        now=by["now"],
        lasts=COUNTER_SESSION_LASTS,
        opened_by=by["actor"],
    )


def signed_in_by(tx: Transaction, secret: str, now: datetime) -> SignedIn | None:
    """Who has the session of that secret, if it counts."""
    row = queries.person_of_session(tx, id_hash=_hash(secret), now=instant_text(now))
    return None if row is None else SignedIn.of(row)


def sessions_of(tx: Transaction, who: SignedIn, now: datetime) -> list[Row]:
    """The sessions of that card's people that count, newest first: id, created_at, device, own,
    opened_by, and the masked name of a member of the family."""
    return [
        {
            "id": row["id"],
            "created_at": row["created_at"],
            "device": device_words(row["user_agent"]),
            "own": row["id"] == who.session_id,
            "opened_by": row["opened_by"],
            "member": mask_name(row["member_name"]) if row["member_name"] else None,
        }
        for row in queries.sessions_of(tx, holder_id=who.holder_id, now=instant_text(now))
    ]


def end_one(tx: Transaction, who: SignedIn, session_id: str, **by: Unpack[By]) -> None:
    """End one session of the card, the own one too. Raises Refusal `not_found`."""
    ended = queries.end_session(
        tx, id=session_id, holder_id=who.holder_id, now=instant_text(by["now"])
    )
    if ended is None:
        raise Refusal("not_found")
    record(tx, "holder.my_session_ended", who.holder_id, new=about_member(who.member_id), **by)


def end_others(tx: Transaction, who: SignedIn, **by: Unpack[By]) -> None:
    """End every session of the card but this one."""
    queries.end_other_sessions(
        tx, holder_id=who.holder_id, id=who.session_id, now=instant_text(by["now"])
    )
    record(tx, "holder.my_session_ended", who.holder_id, **by)


def end_after_restore(tx: Transaction, now: datetime) -> None:
    """End what may have been ended or used after the backup: every sign-in and every code."""
    queries.end_all_my_sessions(tx, now=instant_text(now))
    queries.end_all_codes(tx, now=instant_text(now))


def _hash(secret: str) -> str:
    return hashlib.sha256(f"my-session:{secret}".encode(errors="replace")).hexdigest()
