"""Personal data at rest: ID and phone numbers encrypted with AES-256-GCM, found by a keyed hash.

The keys stand in `personal_keys.json` of the instance folder (mode 0600), never in the database.
A new encryption key takes over at rotation and the old ones still decrypt; the hash key stays,
because every look-up depends on it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huimin.storage.engine import StorageProblem
from huimin.storage.key_file import load_keys, save_keys

try:
    import fcntl
except ImportError:  # Windows: one operator at a time is all the protection there is.
    fcntl = None  # type: ignore[assignment]

FILE_NAME = "personal_keys.json"
NONCE_BYTES = 12
Purpose = Literal[
    "holder.id_number", "holder.phone", "family_member.id_number", "holder_draft", "staff.totp"
]


class PersonalData:
    """Encrypts, decrypts and hashes with the keys of one instance."""

    def __init__(self, path: Path, keys: dict[int, bytes], hash_key: bytes) -> None:
        self._path, self._keys, self._hash_key = path, keys, hash_key

    @classmethod
    def open(cls, folder: Path | str) -> PersonalData:
        """The keys of the instance folder; a folder without any gets its first ones."""
        path = Path(folder) / FILE_NAME
        if not path.exists():
            with _alone(path):
                if not path.exists():
                    cls(path, {1: secrets.token_bytes(32)}, secrets.token_bytes(32))._save()
        return cls(path, *_read(path))

    def encrypt(self, text: str, purpose: Purpose) -> str:
        """The text, encrypted for that purpose: `<key id>.<base64 of nonce and cipher text>`."""
        key_id = max(self._keys)
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._keys[key_id]).encrypt(nonce, text.encode(), purpose.encode())
        return f"{key_id}.{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, cipher: str, purpose: Purpose) -> str:
        """The text again. Raises InvalidTag for another purpose or a changed text."""
        head, _, body = cipher.partition(".")
        key_id, data = int(head), base64.b64decode(body)
        if key_id not in self._keys:  # another process has rotated since
            self._keys, self._hash_key = _read(self._path)
        key = AESGCM(self._keys[key_id])
        return key.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], purpose.encode()).decode()

    def seal(self, content: bytes, name: str) -> bytes:
        """A file's content, encrypted for that name: two bytes of key id, nonce, cipher text."""
        key_id = max(self._keys)
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._keys[key_id]).encrypt(nonce, content, name.encode())
        return key_id.to_bytes(2) + nonce + sealed

    def unseal(self, sealed: bytes, name: str) -> bytes:
        """The content again. Raises InvalidTag for another name or a changed file."""
        key_id = int.from_bytes(sealed[:2])
        if key_id not in self._keys:  # another process has rotated since
            self._keys, self._hash_key = _read(self._path)
        nonce, body = sealed[2 : 2 + NONCE_BYTES], sealed[2 + NONCE_BYTES :]
        return AESGCM(self._keys[key_id]).decrypt(nonce, body, name.encode())

    def lookup_hash(self, text: str) -> str:
        """HMAC-SHA256 in hex, to find equal texts without reading them."""
        return hmac.new(self._hash_key, text.encode(), hashlib.sha256).hexdigest()

    def rotate(self) -> int:
        """Add an encryption key, which counts from now on; its id.

        The older ones stay, so what they have encrypted can still be read.
        """
        with _alone(self._path):
            self._keys, self._hash_key = _read(self._path)
            key_id = max(self._keys) + 1
            self._keys[key_id] = secrets.token_bytes(32)
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


def _read(path: Path) -> tuple[dict[int, bytes], bytes]:
    stored = load_keys(path) or {}
    try:
        keys = {int(key_id): base64.b64decode(key) for key_id, key in stored["keys"].items()}
        hash_key = base64.b64decode(stored["hash_key"])
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise StorageProblem(
            f"个人信息密钥文件 {path} 已损坏，请从备份恢复。",
            f"The key file {path} is damaged; restore it from a backup.",
        ) from error
    return keys, hash_key


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from making keys too: what a lost key encrypted nobody reads again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
