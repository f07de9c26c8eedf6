"""The county's signing keys for card tokens, kept in `card_keys.json` of the instance folder.

New cards are signed with the newest active key. A retired key is kept, because its cards must still
verify and a reprint must give the same token. A revoked key leaked: it signs no card and is
published nowhere (revoke_key.py). Key ids are one byte, count up and are never reused.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from huimin.core.refusals import field_problem
from huimin.keys.key_file import damaged_keys_problem, file_stamp, load_keys, locked, save_keys
from huimin.storage.engine import StorageProblem

log = structlog.get_logger(__name__)

FILE_NAME = "card_keys.json"
STATES = ("active", "retired", "revoked")
KEY_ID_MAX = 255


@dataclass(frozen=True)
class RingKey:
    """One key of the ring; `state` is "active", "retired" or "revoked"."""

    key_id: int
    state: str
    private_key: Ed25519PrivateKey

    @property
    def kid(self) -> str:
        """The COSE key id in lower-case hex, as the JWK Set names the key."""
        return f"{self.key_id:02x}"


class KeyRing:
    """The keys in one file, re-read whenever another process has changed it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._keys: dict[int, RingKey] = {}
        self._public_keys: dict[int, Ed25519PublicKey] = {}

    @classmethod
    def open(cls, folder: Path | str) -> KeyRing:
        """The ring of the instance folder; a folder without one gets its first key.

        Raises StorageProblem for a file that can't be read or holds no keys.
        """
        ring = cls(Path(folder) / FILE_NAME)
        if not ring._path.exists():
            with locked(ring._path):
                # Another process may have made the first key while this one waited.
                if not ring._current():
                    ring._add()
        ring._current()
        return ring

    @property
    def active_key_id(self) -> int:
        """The id of the key that signs new cards: the newest active one."""
        active = [key.key_id for key in self._current().values() if key.state == "active"]
        if not active:
            raise field_problem(
                "key",
                "没有在用的签发密钥，请从备份恢复 {file_name}，或运行 huimin keys add。",
                file_name=FILE_NAME,
            )
        return max(active)

    def all_keys(self) -> list[RingKey]:
        """All keys, oldest first."""
        return [key for _, key in sorted(self._current().items())]

    @property
    def county_mark(self) -> str:
        """Eight hexadecimal digits of its first key: what tells this county from others."""
        first = min(self._current().values(), key=lambda key: key.key_id)
        public = first.private_key.public_key().public_bytes_raw()
        return hashlib.sha256(public).hexdigest()[:8]

    def private_key(self, key_id: int) -> Ed25519PrivateKey:
        """The signing key with that id, active or retired. Raises FieldProblems if missing."""
        return self._key(key_id).private_key

    def public_keys(self) -> dict[int, Ed25519PublicKey]:
        """All public keys by key id, for verifying tokens. Treat it as read-only."""
        self._current()
        return self._public_keys

    def jwks(self, key_ids: Iterable[int] | None = None) -> dict[str, list[dict[str, str]]]:
        """The public keys as a JWK Set (RFC 7517, RFC 8037), all of them or those of `key_ids`."""
        selected = None if key_ids is None else set(key_ids)
        return {
            "keys": [
                public_jwk(key)
                for key in self.all_keys()
                if selected is None or key.key_id in selected
            ]
        }

    def add(self) -> int:
        """Make a new key, which signs all cards from now on. Returns its id."""
        with locked(self._path):
            return self._add()

    def _add(self) -> int:
        key_id = max(self._current(), default=0) + 1
        if key_id > KEY_ID_MAX:
            raise field_problem("key", "密钥编号已用完（最多 255 个），不能再添加。")
        key = RingKey(key_id, "active", Ed25519PrivateKey.generate())
        self._save({**self._keys, key_id: key})
        return key_id

    def retire(self, key_id: int) -> None:
        """Stop signing new cards with a key; it still verifies those it has signed."""
        with locked(self._path):
            self._retire(self._key(key_id))

    def _retire(self, key: RingKey) -> None:
        if key.state != "active":
            raise field_problem("key", "密钥 {kid} 已经停用。", kid=key.kid)
        if not any(k.state == "active" for k in self._keys.values() if k.key_id != key.key_id):
            raise field_problem(
                "key",
                "密钥 {kid} 是唯一在用的签发密钥，请先添加新密钥（huimin keys add）再停用它。",
                kid=key.kid,
            )
        self._save({**self._keys, key.key_id: RingKey(key.key_id, "retired", key.private_key)})

    def revoke(self, key_id: int) -> None:
        """Mark a leaked key, active or retired. Without another active key there is a new one."""
        with locked(self._path):
            key = self._key(key_id)
            if not any(k.state == "active" for k in self._keys.values() if k.key_id != key_id):
                self._add()
            self._save({**self._keys, key_id: RingKey(key_id, "revoked", key.private_key)})

    def _key(self, key_id: int) -> RingKey:
        try:
            return self._current()[key_id]
        except KeyError:
            raise field_problem(
                "key",
                "密钥文件里没有编号为 {key_id} 的密钥，请核对编号，或从备份恢复 {file_name}。",
                key_id=key_id,
                file_name=FILE_NAME,
            ) from None

    def _current(self) -> dict[int, RingKey]:
        # `huimin keys add` may run beside the server; a stat is cheap enough for every request.
        stamp = file_stamp(self._path)
        # If the file has disappeared, keep the keys in memory, so that cards still verify.
        if stamp is not None and stamp != self._stamp:
            try:
                self._set_keys(read_ring(self._path), stamp)
            except StorageProblem as problem:
                # As with a file that has disappeared; it is read again once it changes.
                if not self._keys:
                    raise
                self._stamp = stamp
                log.error("the card keys can't be read", problem=str(problem))
        return self._keys

    def _save(self, keys: dict[int, RingKey]) -> None:
        rows = [_row_of(key) for _, key in sorted(keys.items())]
        save_keys(self._path, {"format": 1, "keys": rows})
        self._set_keys(keys, file_stamp(self._path))

    def _set_keys(self, keys: dict[int, RingKey], stamp: tuple[int, int, int] | None) -> None:
        self._public_keys = {key_id: key.private_key.public_key() for key_id, key in keys.items()}
        self._keys = keys
        self._stamp = stamp


def read_ring(path: Path) -> dict[int, RingKey]:
    """The keys in the file, by id; none if there is no file. Raises StorageProblem if damaged."""
    data = load_keys(path)
    if data is None:
        return {}
    try:
        keys = {int(row["id"]): _key_of(row) for row in data["keys"]}
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise damaged_keys_problem(path) from error
    if not keys or not all(key.state in STATES for key in keys.values()):
        raise damaged_keys_problem(path)
    return keys


def public_jwk(key: RingKey) -> dict[str, str]:
    """One public key as a JSON Web Key."""
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": _base64url(key.private_key.public_key().public_bytes_raw()),
        "kid": key.kid,
        "use": "sig",
        "alg": "EdDSA",
    }


def _key_of(row: dict[str, Any]) -> RingKey:
    seed = base64.urlsafe_b64decode(row["private_key"] + "=" * (-len(row["private_key"]) % 4))
    return RingKey(int(row["id"]), row["state"], Ed25519PrivateKey.from_private_bytes(seed))


def _row_of(key: RingKey) -> dict[str, Any]:
    seed = _base64url(key.private_key.private_bytes_raw())
    return {"id": key.key_id, "state": key.state, "private_key": seed}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
