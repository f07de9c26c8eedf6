"""The second factor: a code of six digits from a phone (TOTP, RFC 6238), or a recovery code.

The secret is stored encrypted; each step of thirty seconds is accepted once, so that a code seen
over somebody's shoulder is worthless. Recovery codes are stored as hashes and work once each.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pyotp

from huimin.access import queries
from huimin.access.sign_in import StaffMember, forget_failures, note_failure, second_step
from huimin.audit.record import checked_reason, record
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal, field_problem
from huimin.storage.engine import Transaction

STEP_SECONDS = 30
STEPS_AROUND = 1
RECOVERY_CODES = 10
RECOVERY_BYTES = 5


def new_secret() -> str:
    """A fresh secret of 160 random bits in base32."""
    return pyotp.random_base32()


def address_of(secret: str, username: str, issuer: str) -> str:
    """The otpauth:// address that an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The step that the code belongs to, this one or a neighbour; None for a wrong code."""
    digits = "".join(code.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    totp, step = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    for candidate in range(step - STEPS_AROUND, step + STEPS_AROUND + 1):
        if secrets.compare_digest(totp.at(candidate * STEP_SECONDS), digits):
            return candidate
    return None


def pass_second_step(
    tx: Transaction,
    staff_id: str,
    code: str,
    *,
    unsealed: Callable[[str], str | None],
    now: datetime,
    on_known_device: bool = False,
) -> StaffMember | Refusal:
    """The account, if that is its code; else the refusal to raise once this has been committed,
    because the failure counts like a wrong password: `code_wrong`, or `code_unreadable`.

    `unsealed` opens the secret, None where no key does: then nobody gets in by a phone, and a
    recovery code still counts. Raises what `second_step` raises.
    """
    row = second_step(tx, staff_id, now, on_known_device=on_known_device)
    secret = unsealed(row["totp_cipher"])
    if use_code(tx, row["id"], secret, code, now):
        forget_failures(tx, row, now)
        return StaffMember.of(row)
    note_failure(tx, row, now)
    return Refusal("code_unreadable" if secret is None else "code_wrong")


def use_code(tx: Transaction, staff_id: str, secret: str | None, code: str, now: datetime) -> bool:
    """Accept a code once, or a recovery code; False when it is neither."""
    step = None if secret is None else matching_step(secret, code, now)
    if step is not None:
        return queries.use_totp_step(tx, id=staff_id, step=step) is not None
    used = queries.use_recovery_code(
        tx, staff_id=staff_id, code_hash=_hash(code), used_at=instant_text(now)
    )
    return used is not None


def switch_on(
    tx: Transaction, staff: Mapping[str, Any], *, cipher: str, step: int, now: datetime
) -> list[str]:
    """Store the encrypted secret after a first correct code; returns ten recovery codes, once."""
    queries.set_totp(tx, id=staff["id"], totp_cipher=cipher, totp_step=step)
    queries.drop_recovery_codes(tx, staff_id=staff["id"])
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    queries.add_recovery_codes(
        tx, [{"staff_id": staff["id"], "code_hash": _hash(code)} for code in codes]
    )
    _record(tx, staff, "second_factor_on", now)
    return codes


def switch_off(tx: Transaction, staff: Mapping[str, Any], *, now: datetime) -> None:
    """Remove the second factor: the password alone signs in from now on."""
    _forget(tx, staff)
    _record(tx, staff, "second_factor_off", now)


def switch_off_for_another(
    tx: Transaction, staff: Mapping[str, Any], *, reason: str, now: datetime, actor: str
) -> None:
    """Remove the second factor of someone who lost phone and codes; their sessions end."""
    reason = checked_reason(reason)
    if staff["username"] == actor:
        raise field_problem("reason", "自己的两步验证请在“我的账号”里凭密码关闭。")
    _forget(tx, staff)
    queries.end_sessions_of(tx, staff_id=staff["id"], now=instant_text(now))
    _record(tx, staff, "second_factor_off", now, actor=actor, reason=reason)


def _forget(tx: Transaction, staff: Mapping[str, Any]) -> None:
    queries.set_totp(tx, id=staff["id"], totp_cipher=None, totp_step=None)
    queries.drop_recovery_codes(tx, staff_id=staff["id"])


def recovery_codes_left(tx: Transaction, staff_id: str) -> int:
    """How many recovery codes are still unused."""
    return int(queries.recovery_codes_left(tx, staff_id=staff_id))


def _new_code() -> str:
    text = secrets.token_hex(RECOVERY_BYTES)
    return f"{text[:5]}-{text[5:]}"


def _hash(code: str) -> str:
    cleaned = "".join(code.lower().replace("-", "").split())
    return hashlib.sha256(cleaned.encode()).hexdigest()


def _record(
    tx: Transaction,
    staff: Mapping[str, Any],
    event: str,
    now: datetime,
    *,
    actor: str | None = None,
    reason: str | None = None,
) -> None:
    is_on = event == "second_factor_on"
    record(
        tx,
        f"staff.{event}",
        staff["id"],
        now=now,
        actor=actor or staff["username"],
        reason=reason,
        old={"second_factor": not is_on},
        new={"second_factor": is_on},
    )
