"""The phone that shows a card's changing code: one at a time, known by a key that never leaves it.

The browser makes the key (WebCrypto, P-256, not extractable) and keeps it in IndexedDB; here stands
its public half. Whoever asks for codes signs a challenge of this server that is bound to the phone
and to a minute and is good for one answer, so that neither a copied cookie nor anything that is
read from the phone's storage shows a code elsewhere. Another phone takes over by the proof of
signing in there; the one before is told so. A phone goes with its card copy.
"""

from __future__ import annotations

import base64
import binascii
import secrets as randomness
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Unpack

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from itsdangerous import BadSignature, URLSafeSerializer

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.core.refusals import Refusal, field_problem
from huimin.my import queries
from huimin.my.sessions import USER_AGENT_MAX, SignedIn
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

CURVE = ec.SECP256R1()
POINT_BYTES, SIGNATURE_BYTES = 65, 64
CHALLENGE_SECONDS = 60


def set_device(
    tx: Transaction,
    who: SignedIn,
    public_key: str,
    *,
    user_agent: str | None,
    **by: Unpack[By],
) -> str:
    """Make this the phone that shows the code; the one before ends. Returns its id.

    Raises Refusal `my_holder_only` for a member of the family and at the counter: the phone is the
    holder's own. Raises FieldProblems on `public_key`.
    """
    if not who.is_holder or who.opened_by is not None:
        raise Refusal("my_holder_only")
    _point(public_key)
    now, device_id = instant_text(by["now"]), new_id()
    queries.lock_person(tx, holder_id=who.holder_id)
    queries.end_device(tx, holder_id=who.holder_id, now=now)
    queries.insert_device(
        tx,
        id=device_id,
        holder_id=who.holder_id,
        card_id=who.card_id,
        public_key=public_key,
        user_agent=(user_agent or "")[:USER_AGENT_MAX] or None,
        now=now,
    )
    record(tx, "holder.my_phone_set", who.holder_id, **by)
    return device_id


def end_device(tx: Transaction, who: SignedIn, **by: Unpack[By]) -> None:
    """No phone shows the code any more. Raises Refusal `not_found` where none does."""
    if not queries.end_device(tx, holder_id=who.holder_id, now=instant_text(by["now"])):
        raise Refusal("not_found")
    record(tx, "holder.my_phone_ended", who.holder_id, **by)


def device_of(tx: Transaction, who: SignedIn) -> Row | None:
    """The phone that shows the code now, if it is of today's card copy."""
    device: Row | None = queries.device_of(tx, holder_id=who.holder_id)
    return device if device is not None and device["card_id"] == who.card_id else None


def make_challenge(secret_key: str | bytes, device_id: str, now: datetime) -> str:
    """What that phone is to sign within CHALLENGE_SECONDS; made for any id, so that it says
    nothing."""
    content = [device_id, int(now.timestamp()), randomness.token_urlsafe(12)]
    return str(_serializer(secret_key).dumps(content))


def require_own_challenge(
    secret_key: str | bytes, challenge: str, device_id: str, now: datetime
) -> None:
    """Raise Refusal `my_phone_unproven` unless it is this server's, for that phone, and young."""
    try:
        asked, made_at, _nonce = _serializer(secret_key).loads(challenge)
        is_own = asked == device_id and 0 <= now.timestamp() - made_at <= CHALLENGE_SECONDS
    except (BadSignature, TypeError, ValueError):
        is_own = False
    if not is_own:
        raise Refusal("my_phone_unproven")


def proven_device(tx: Transaction, device_id: str, challenge: str, signature: str) -> Row:
    """The phone that signed the challenge. Raises Refusal `my_phone_unproven`, and
    `my_phone_moved` for one that another has taken over from, or whose card copy has ended."""
    device: Row | None = queries.device_by_id(tx, id=device_id)
    if device is None or not _is_signed(device["public_key"], challenge, signature):
        raise Refusal("my_phone_unproven")
    if device["ended_at"] is not None:
        raise Refusal("my_phone_moved")
    return device


def is_used_today(device: Mapping[str, Any], now: datetime) -> bool:
    """Whether it is noted already that the phone was used on this county day."""
    return str(device["last_used_on"] or "") >= county_day(now).isoformat()


def note_used(tx: Transaction, device_id: str, now: datetime) -> None:
    """Note the county day on which the phone was last used."""
    queries.note_device_used(tx, id=device_id, day=county_day(now).isoformat())


def _is_signed(public_key: str, challenge: str, signature: str) -> bool:
    try:
        raw = base64.b64decode(signature, validate=True)
        if len(raw) != SIGNATURE_BYTES:
            return False
        half = SIGNATURE_BYTES // 2
        der = encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))
        _point(public_key).verify(der, challenge.encode(), ec.ECDSA(SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _point(public_key: str) -> ec.EllipticCurvePublicKey:
    try:
        raw = base64.b64decode(public_key, validate=True)
        if len(raw) != POINT_BYTES:
            raise ValueError
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw)
    except (binascii.Error, ValueError):
        raise field_problem("public_key", "这台手机的密钥不对，请刷新页面再试。") from None


def _serializer(secret_key: str | bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="huimin.my-challenge")
