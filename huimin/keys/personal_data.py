"""Personal data at rest: ID and phone numbers encrypted with AES-256-GCM, found by a keyed hash.

The keys are in `personal_keys.json` of the instance folder (mode 0600), never in the database, and
are read again whenever another process has changed the file. While keys are rotated
(privacy/rotate.py) there are two of each: the newest writes, both read, and somebody is looked for
under both hashes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huimin.core.phone import BETWEEN
from huimin.keys.key_file import file_stamp, load_keys, locked, save_keys
from huimin.storage.engine import StorageProblem

log = structlog.get_logger(__name__)
FILE_NAME = "personal_keys.json"
NONCE_BYTES = 12
KEY_BYTES = 32


class SealedProblem(InvalidTag):
    """What is sealed can't be read: its key is gone, or it was changed or is another's."""


# The same where what was sealed may also be no sealed content at all.
UNREADABLE: Final = (SealedProblem, ValueError)
Purpose = Literal[
    "holder.id_number",
    "holder.phone",
    "family_member.id_number",
    "holder_draft",
    "staff.totp",
    "kept_form",
    "merchant_payee",
    "reach_contact.note",
    "rating.words",
    "complaint_step",
    "message.content",
    "holder_request",
]


@dataclass(frozen=True, slots=True)
class _Keys:
    """What the file holds; `old_hash_key` is None unless a rotation is under way."""

    by_id: Mapping[int, bytes]
    hash_key: bytes
    old_hash_key: bytes | None = None

    @property
    def newest(self) -> int:
        return max(self.by_id)


class PersonalData:
    """Encrypts, decrypts and hashes with the keys of one instance."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._loaded: tuple[tuple[int, int, int] | None, _Keys] = (file_stamp(path), _read(path))

    @classmethod
    def open(cls, folder: Path | str) -> PersonalData:
        """The keys of the instance folder, created if there are none."""
        path = Path(folder) / FILE_NAME
        if not path.exists():
            with locked(path):
                if not path.exists():
                    _save(path, _Keys({1: _new_key()}, _new_key()))
        return cls(path)

    @property
    def rotating(self) -> bool:
        """Whether a rotation has begun and is not finished: there may be content of older keys."""
        return self._current().old_hash_key is not None

    @classmethod
    def in_file(cls, folder: Path | str) -> PersonalData | None:
        """The keys of the folder's file; None if there is none. Raises StorageProblem."""
        path = Path(folder) / FILE_NAME
        return cls(path) if path.exists() else None

    def encrypt(self, text: str, purpose: Purpose) -> str:
        """Encrypt a text for a purpose: `<key id>.<base64 of nonce and cipher text>`."""
        keys = self._current()
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(keys.by_id[keys.newest]).encrypt(nonce, text.encode(), purpose.encode())
        return f"{keys.newest}.{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, cipher: str, purpose: Purpose) -> str:
        """Decrypt a text. Raises SealedProblem for a key that is gone, a different purpose or a
        changed text."""
        head, _, body = cipher.partition(".")
        try:
            data = base64.b64decode(body)
            key = AESGCM(self._current().by_id[int(head)])
            return key.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], purpose.encode()).decode()
        except (InvalidTag, KeyError, ValueError) as error:
            raise SealedProblem from error

    def readable(self, cipher: str, purpose: Purpose) -> str | None:
        """The text for a page that goes on without it: None where these keys don't open it."""
        try:
            return self.decrypt(cipher, purpose)
        except SealedProblem:
            log.error("a text can't be read with the keys that are here", purpose=purpose)
            return None

    def seal(self, content: bytes, name: str) -> bytes:
        """Encrypt a file's content for a name: two bytes of key id, nonce, cipher text."""
        keys = self._current()
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(keys.by_id[keys.newest]).encrypt(nonce, content, name.encode())
        return keys.newest.to_bytes(2) + nonce + sealed

    def unseal(self, sealed: bytes, name: str) -> bytes:
        """Decrypt a file's content. Raises SealedProblem for a key that is gone, a different name
        or a changed file."""
        nonce, body = sealed[2 : 2 + NONCE_BYTES], sealed[2 + NONCE_BYTES :]
        try:
            key = self._current().by_id[sealing_key_id(sealed)]
            return AESGCM(key).decrypt(nonce, body, name.encode())
        except (InvalidTag, KeyError, ValueError) as error:
            raise SealedProblem from error

    def lookup_hash(self, text: str) -> str:
        """HMAC-SHA256 in hex, as it is written: to find equal texts without decrypting them."""
        return _hashed(self._current().hash_key, text)

    def lookup_hashes(self, text: str) -> tuple[str, str]:
        """The hash as it is written, and as it may still stand in a row; one, but in a rotation."""
        keys = self._current()
        newest = _hashed(keys.hash_key, text)
        old = keys.old_hash_key
        return newest, newest if old is None else _hashed(old, text)

    def sought(self, column: str, text: str) -> dict[str, str]:
        """Both hashes as parameters of a look-up: `column` and `old_column`."""
        newest, old = self.lookup_hashes(text)
        return {column: newest, f"old_{column}": old}

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

    def readable_value(self, row: Mapping[str, Any], purpose: Purpose) -> str | None:
        """The same for a page that goes on without it: None too where these keys don't open it."""
        cipher = row[f"{purpose.partition('.')[2]}_cipher"]
        return self.readable(cipher, purpose) if cipher else None

    def begin_rotation(self) -> int:
        """Write with new keys from now on, unless that has begun before; the newest key's id.

        Older keys still read. Whoever calls it holds the database's write lock, so that nothing is
        written with older keys any more (privacy/rotate.py).
        """
        with locked(self._path):
            keys = _read(self._path)
            if keys.old_hash_key is None:
                new = {keys.newest + 1: _new_key()}
                _save(self._path, _Keys({**keys.by_id, **new}, _new_key(), keys.hash_key))
        return self._current().newest

    def finish_rotation(self) -> None:
        """Drop all keys but the newest: nothing may be left that needs them."""
        with locked(self._path):
            keys = _read(self._path)
            _save(self._path, _Keys({keys.newest: keys.by_id[keys.newest]}, keys.hash_key))

    def _current(self) -> _Keys:
        stamp, keys = self._loaded
        now = file_stamp(self._path)
        # If the file has disappeared, keep the keys in memory, so that people are still found.
        if now is not None and now != stamp:
            try:
                keys = _read(self._path)
            except StorageProblem as problem:
                # As with a file that has disappeared; it is read again once it changes.
                log.error("the keys of personal data can't be read", problem=str(problem))
            self._loaded = (now, keys)
        return keys


def _new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def sealing_key_id(sealed: bytes) -> int:
    """The id of the key that has sealed a file's content."""
    return int.from_bytes(sealed[:2])


def encrypting_key_id(cipher: str) -> int:
    """The id of the key that has encrypted a text."""
    return int(cipher.partition(".")[0])


def _hashed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _save(path: Path, keys: _Keys) -> None:
    stored: dict[str, Any] = {
        "keys": {str(i): base64.b64encode(key).decode() for i, key in keys.by_id.items()},
        "hash_key": base64.b64encode(keys.hash_key).decode(),
    }
    if keys.old_hash_key is not None:
        stored["old_hash_key"] = base64.b64encode(keys.old_hash_key).decode()
    save_keys(path, stored)


def _read(path: Path) -> _Keys:
    stored = load_keys(path) or {}
    try:
        keys = {int(key_id): _key_of(key) for key_id, key in stored["keys"].items()}
        if not keys:
            raise ValueError
        old = stored.get("old_hash_key")
        return _Keys(keys, _key_of(stored["hash_key"]), None if old is None else _key_of(old))
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise StorageProblem("个人信息密钥文件 {path} 已损坏，请从备份恢复。", path=path) from error


def _key_of(stored: str) -> bytes:
    key = base64.b64decode(stored, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError
    return key
