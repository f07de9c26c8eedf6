"""The second factor: a code of six digits from a phone (TOTP, RFC 6238), or a recovery code.

The secret is kept encrypted; each step of thirty seconds is accepted once, so that a code that was
seen over a shoulder is worth nothing. Recovery codes are kept as hashes and used once each.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyotp

from huimin.access import queries
from huimin.access.staff import checked_reason
from huimin.audit.record import record
from huimin.core.days import instant_text
from huimin.core.refusals import field_problem
from huimin.storage.engine import Transaction

STEP_SECONDS = 30
STEPS_AROUND = 1
RECOVERY_CODES = 10
RECOVERY_BYTES = 5


def new_secret() -> str:
    """A fresh secret of 160 random bits in base32."""
    return pyotp.random_base32()


def address_of(secret: str, username: str, issuer: str) -> str:
    """What an authenticator app reads from the QR code (otpauth://…)."""
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


def use_code(tx: Transaction, staff_id: str, secret: str, code: str, now: datetime) -> bool:
    """Accept a code once, or a recovery code; False when it is neither."""
    step = matching_step(secret, code, now)
    if step is not None:
        return queries.use_totp_step(tx, id=staff_id, step=step) is not None
    used = queries.use_recovery_code(
        tx, staff_id=staff_id, code_hash=_hash(code), used_at=instant_text(now)
    )
    return used is not None


def switch_on(
    tx: Transaction, staff: Mapping[str, Any], *, cipher: str, step: int, now: datetime
) -> list[str]:
    """Keep the encrypted secret whose first code was right; ten recovery codes, told only here."""
    queries.set_totp(tx, id=staff["id"], totp_cipher=cipher, totp_step=step)
    queries.drop_recovery_codes(tx, staff_id=staff["id"])
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    queries.add_recovery_codes(
        tx, [{"staff_id": staff["id"], "code_hash": _hash(code)} for code in codes]
    )
    _record(tx, staff, "second_factor_on", now)
    return codes


def switch_off(tx: Transaction, staff: Mapping[str, Any], *, now: datetime) -> None:
    """Sign in with the password alone from now on."""
    _forget(tx, staff)
    _record(tx, staff, "second_factor_off", now)


def switch_off_for_another(
    tx: Transaction, staff: Mapping[str, Any], *, reason: str, now: datetime, actor: str
) -> None:
    """An administrator lets somebody in again who has lost phone and codes; sessions end."""
    reason = checked_reason(reason)
    if staff["username"] == actor:
        raise field_problem(
            "reason",
            "自己的两步验证请在“我的账号”里凭密码关闭。",
            "Switch off your own second factor on your account's page, with the password.",
        )
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
    what: str,
    now: datetime,
    *,
    actor: str | None = None,
    reason: str | None = None,
) -> None:
    is_on = what == "second_factor_on"
    record(
        tx,
        at=now,
        actor=actor or staff["username"],
        action=f"staff.{what}",
        subject_kind="staff",
        subject_id=staff["id"],
        reason=reason,
        old={"second_factor": not is_on},
        new={"second_factor": is_on},
    )
