"""Personal data at rest: ID and phone numbers encrypted with AES-256-GCM, found by a keyed hash.

The keys are in `personal_keys.json` of the instance folder (mode 0600), never in the database.
Rotation adds a new encryption key, and the old ones still decrypt; the hash key never changes,
because every look-up depends on it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huimin.core.phone import BETWEEN
from huimin.keys.key_file import load_keys, locked, save_keys
from huimin.storage.engine import StorageProblem

FILE_NAME = "personal_keys.json"
NONCE_BYTES = 12
KEY_BYTES = 32
Purpose = Literal[
    "holder.id_number",
    "holder.phone",
    "family_member.id_number",
    "holder_draft",
    "staff.totp",
    "kept_form",
    "merchant_payee",
    "reach_contact.note",
]


class PersonalData:
    """Encrypts, decrypts and hashes with the keys of one instance."""

    def __init__(self, path: Path, keys: dict[int, bytes], hash_key: bytes) -> None:
        self._path, self._keys, self._hash_key = path, keys, hash_key

    @classmethod
    def open(cls, folder: Path | str) -> PersonalData:
        """The keys of the instance folder, created if there are none."""
        path = Path(folder) / FILE_NAME
        if not path.exists():
            with locked(path):
                if not path.exists():
                    cls(path, {1: _new_key()}, _new_key())._save()
        return cls(path, *_read(path))

    def encrypt(self, text: str, purpose: Purpose) -> str:
        """Encrypt a text for a purpose: `<key id>.<base64 of nonce and cipher text>`."""
        key_id = max(self._keys)
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._keys[key_id]).encrypt(nonce, text.encode(), purpose.encode())
        return f"{key_id}.{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, cipher: str, purpose: Purpose) -> str:
        """Decrypt a text. Raises InvalidTag for a different purpose or a changed text."""
        head, _, body = cipher.partition(".")
        key_id, data = int(head), base64.b64decode(body)
        if key_id not in self._keys:  # another process has rotated since
            self._keys, self._hash_key = _read(self._path)
        key = AESGCM(self._keys[key_id])
        return key.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], purpose.encode()).decode()

    def seal(self, content: bytes, name: str) -> bytes:
        """Encrypt a file's content for a name: two bytes of key id, nonce, cipher text."""
        key_id = max(self._keys)
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._keys[key_id]).encrypt(nonce, content, name.encode())
        return key_id.to_bytes(2) + nonce + sealed

    def unseal(self, sealed: bytes, name: str) -> bytes:
        """Decrypt a file's content. Raises InvalidTag for a different name or a changed file."""
        key_id = int.from_bytes(sealed[:2])
        if key_id not in self._keys:  # another process has rotated since
            self._keys, self._hash_key = _read(self._path)
        nonce, body = sealed[2 : 2 + NONCE_BYTES], sealed[2 + NONCE_BYTES :]
        return AESGCM(self._keys[key_id]).decrypt(nonce, body, name.encode())

    def lookup_hash(self, text: str) -> str:
        """HMAC-SHA256 in hex, to find equal texts without decrypting them."""
        return hmac.new(self._hash_key, text.encode(), hashlib.sha256).hexdigest()

    def columns(self, purpose: Purpose, text: str | None) -> dict[str, str | None]:
        """The cipher and the hash of "table.column": id_number_cipher and id_number_hash."""
        column = purpose.partition(".")[2]
        return {
            f"{column}_cipher": self.encrypt(text, purpose) if text else None,
            f"{column}_hash": self.lookup_hash(text) if text else None,
        }

    def phone_columns(self, phones: str | None) -> dict[str, str | None]:
        """The columns of a holder's phones, one or two in one text: found by either number."""
        first, _, second = (phones or "").partition(BETWEEN)
        return {
            "phone_cipher": self.encrypt(phones, "holder.phone") if phones else None,
            "phone_hash": self.lookup_hash(first) if first else None,
            "second_phone_hash": self.lookup_hash(second) if second else None,
        }

    def value(self, row: Mapping[str, Any], purpose: Purpose) -> str | None:
        """The text whose `columns` a row has, decrypted; None if there is none."""
        cipher = row[f"{purpose.partition('.')[2]}_cipher"]
        return self.decrypt(cipher, purpose) if cipher else None

    def rotate(self) -> int:
        """Add an encryption key, used from now on, and return its id; older keys still decrypt."""
        with locked(self._path):
            self._keys, self._hash_key = _read(self._path)
            key_id = max(self._keys) + 1
            self._keys[key_id] = _new_key()
            self._save()
        return key_id

    def _save(self) -> None:
        save_keys(
            self._path,
            {
                "keys": {str(i): base64.b64encode(k).decode() for i, k in self._keys.items()},
                "hash_key": base64.b64encode(self._hash_key).decode(),
            },
        )


def _new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def _read(path: Path) -> tuple[dict[int, bytes], bytes]:
    stored = load_keys(path) or {}
    try:
        keys = {
            int(key_id): base64.b64decode(key, validate=True)
            for key_id, key in stored["keys"].items()
        }
        hash_key = base64.b64decode(stored["hash_key"], validate=True)
        if not keys or any(len(key) != KEY_BYTES for key in (*keys.values(), hash_key)):
            raise ValueError
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise StorageProblem("个人信息密钥文件 {path} 已损坏，请从备份恢复。", path=path) from error
    return keys, hash_key
