"""Sign staff in and out. The session's id is random and stored as a hash; five failures lock.

The lock is on the account, whichever address tries, so that guessing from many addresses does not
help; the pages add a limit per address.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from huimin.access import queries
from huimin.access.passwords import NOBODYS_HASH, matches
from huimin.audit.record import record
from huimin.core.days import instant_text, parse_instant
from huimin.core.refusals import Refusal, field_problem
from huimin.storage.engine import Engine, Transaction
from huimin.storage.ids import new_id

FAILURES_MAX = 5
LOCK_MINUTES = 15
# Of whom it is recorded that somebody tried a name that is nobody's.
UNKNOWN = "unknown"
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Who is signed in, and the division, merchant or outlet that the role is limited to."""

    id: str
    username: str
    name: str
    role: str
    division_code: str | None
    merchant_id: str | None
    outlet_id: str | None
    must_change_password: bool
    has_second_factor: bool
    # Whether this session shows full names (full_names.py).
    sees_names: bool = False

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> StaffMember:
        """The account of a row."""
        plain = ("id", "username", "name", "role", "division_code", "merchant_id", "outlet_id")
        return cls(
            **{name: row[name] for name in plain},
            must_change_password=bool(row["must_change_password"]),
            has_second_factor=row["totp_cipher"] is not None,
            sees_names=row.get("full_names_at") is not None,
        )


def sign_in(
    engine: Engine,
    username: str,
    password: str,
    *,
    now: datetime,
    origin: str | None = None,
    on_known_device: bool = False,
) -> StaffMember:
    """Check a user name and a password; count a failure, or forget the earlier ones.

    `origin` is the network address for the record. On a device where the account was opened before
    (known_device.py), the lock that strangers may have caused does not hold. If the account has a
    second factor, the caller must still ask for its code. The slow hash is computed between two
    transactions, so that no till waits for it. An unknown name, a locked account and a wrong
    password are one refusal after the same work (one hash, one record), so that nobody learns which
    names exist. Raises Refusal `sign_in_failed`.
    """
    # Never ask the database for an impossible name: PostgreSQL refuses a NUL byte, for one.
    known = USERNAME.fullmatch(username)
    row = (
        engine.read(lambda tx: queries.staff_by_username(tx, username=username)) if known else None
    )
    if row is None or row["state"] != "active":
        row = None
    is_right = matches(NOBODYS_HASH if row is None else row["password_hash"], password)

    # A lock that others set while the hash was computed holds for this try as well.
    def judge(tx: Transaction) -> Mapping[str, Any] | None:
        right = row if is_right else None
        entered = _enter(tx, row=right, on_known_device=on_known_device, now=now)
        if entered is None:
            note_failure(tx.coming_from(origin), row, now)
        # With a second factor the password alone clears nothing: else wrong codes would never lock.
        elif entered["totp_cipher"] is None:
            forget_failures(tx, entered, now)
        return entered

    entered = engine.write(judge)
    if entered is None:
        raise Refusal("sign_in_failed")
    return StaffMember.of(entered)


def _enter(
    tx: Transaction, *, row: Mapping[str, Any] | None, on_known_device: bool, now: datetime
) -> Mapping[str, Any] | None:
    """The account as it is now, if what was right for `row` still opens it; else None."""
    if row is None:
        return None
    latest: Mapping[str, Any] = queries.staff_to_change(tx, id=row["id"])
    is_same = latest["password_hash"] == row["password_hash"] and latest["state"] == "active"
    return latest if is_same and (on_known_device or not _is_locked(latest, now)) else None


def forget_failures(tx: Transaction, row: Mapping[str, Any], now: datetime) -> None:
    """Clear the failure count and a lock that is over, after a complete sign-in.

    A lock that still holds was passed on a known device; for everybody else it stays. `row` was
    read in this transaction by staff_to_change, so that no fresh lock is cleared.
    """
    if _has_failures(row) and not _is_locked(row, now):
        queries.forget_failed_sign_ins(tx, id=row["id"])


def _has_failures(row: Mapping[str, Any]) -> bool:
    return bool(row["failed_sign_ins"] or row["locked_until"])


def _is_locked(row: Mapping[str, Any], now: datetime) -> bool:
    return row["locked_until"] is not None and parse_instant(row["locked_until"]) > now


def check_own_password(
    engine: Engine, staff_id: str, password: str, *, field: str, now: datetime, origin: str | None
) -> Mapping[str, Any]:
    """The account, if that is its password: an open session is asked like somebody at the door.

    A wrong one counts, is recorded and locks in the same way. Raises FieldProblems on `field`.
    """
    row = engine.read(lambda tx: queries.staff_by_id(tx, id=staff_id))
    if row is None or row["state"] != "active":
        raise Refusal("unauthorized")
    is_right = matches(row["password_hash"], password)

    def judge(tx: Transaction) -> Mapping[str, Any] | None:
        account = _enter(tx, row=row if is_right else None, on_known_device=False, now=now)
        if account is None:
            note_failure(tx.coming_from(origin), row, now)
        return account

    account = engine.write(judge)
    if account is not None:
        return account
    raise field_problem(field, "密码不对；连续输错几次后，这个账号会暂停登录 15 分钟。")


def note_failure(tx: Transaction, row: Mapping[str, Any] | None, now: datetime) -> None:
    """Count a wrong password or code for an account, and lock it after FAILURES_MAX.

    `row` is None where the name is nobody's, which is recorded without the name. Tries at a locked
    account are recorded and not counted, so that the lock ends.
    """
    if row is None:
        record(tx, "staff.sign_in_failed", UNKNOWN, now=now, actor=UNKNOWN)
        return
    record(tx, "staff.sign_in_failed", row["id"], now=now, actor=row["username"])
    if _is_locked(queries.staff_to_change(tx, id=row["id"]), now):
        return
    failures = queries.note_failed_sign_in(tx, id=row["id"])["failed_sign_ins"]
    if failures >= FAILURES_MAX:
        until = now + timedelta(minutes=LOCK_MINUTES)
        queries.lock_staff(tx, id=row["id"], locked_until=instant_text(until))
        record(tx, "staff.locked", row["id"], now=now, actor=row["username"])


def second_step(
    tx: Transaction, staff_id: str, now: datetime, *, on_known_device: bool = False
) -> Mapping[str, Any]:
    """The account whose second factor is to be checked. Raises Refusal: sign_in_failed,
    sign_in_locked.
    """
    row: Mapping[str, Any] | None = queries.staff_to_change(tx, id=staff_id)
    if row is None or row["state"] != "active" or row["totp_cipher"] is None:
        raise Refusal("sign_in_failed")
    if _is_locked(row, now) and not on_known_device:
        raise Refusal("sign_in_locked")
    return row


def begin_session(
    tx: Transaction,
    member: StaffMember,
    *,
    now: datetime,
    hours: int,
    address: str | None,
    user_agent: str | None,
) -> str:
    """Open a session and return its secret id for the cookie; the database keeps only its hash."""
    session_id = secrets.token_urlsafe(32)
    queries.insert_session(
        tx,
        id_hash=session_hash(session_id),
        id=new_id(),
        staff_id=member.id,
        created_at=instant_text(now),
        expires_at=instant_text(now + timedelta(hours=hours)),
        address=address,
        user_agent=(user_agent or "")[:200] or None,
    )
    record(tx, "staff.signed_in", member.id, now=now, actor=member.username)
    return session_id


def member_of_session(tx: Transaction, session_id: str, now: datetime) -> StaffMember | None:
    """The active account of a session that has neither ended nor expired, or None."""
    row = queries.staff_of_session(tx, id_hash=session_hash(session_id), now=instant_text(now))
    return None if row is None else StaffMember.of(row)


def owner_of_session(tx: Transaction, session_id: str) -> str | None:
    """Whose session it is or was, even if it has ended; None for nobody's."""
    row = queries.owner_of_session(tx, id_hash=session_hash(session_id))
    return None if row is None else str(row["staff_id"])


def end_session(
    tx: Transaction, session_id: str, now: datetime, member: StaffMember | None = None
) -> None:
    """Sign out."""
    if member is not None:
        record(tx, "staff.signed_out", member.id, now=now, actor=member.username)
    queries.end_session(tx, id_hash=session_hash(session_id), now=instant_text(now))


def session_hash(session_id: str) -> str:
    """SHA-256 of a session's secret id, as stored."""
    return hashlib.sha256(session_id.encode()).hexdigest()
