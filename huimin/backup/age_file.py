"""Files encrypted as the tool `age` does (age-encryption.org/v1), by a passphrase or to recipients.

The format is C2SP's (c2sp.org/age): a header that wraps a fresh file key for each recipient, then
the content in chunks of 64 KiB, each sealed by ChaCha20-Poly1305, so that any length is written and
read with little memory and a file that was cut is noticed. `age -d` opens what this writes.
"""

from __future__ import annotations

import base64
import hmac
import os
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from huimin.backup import bech32

VERSION = b"age-encryption.org/v1"
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
FILE_KEY_BYTES = 16
# 2^18 costs a second and 256 MB; a stranger's file may ask for 1 GB and no more.
WORK_FACTOR, WORK_FACTOR_MAX = 18, 20
HEADER_LINES_MAX, HEADER_LINE_BYTES_MAX = 200, 200
SECRET_PREFIX, RECIPIENT_PREFIX = "age-secret-key-", "age"


class Writable(Protocol):
    """What takes bytes in order."""

    def write(self, content: bytes, /) -> int: ...


class NotOpened(Exception):
    """The file can't be opened by what was given: wrong key, or changed, or no age file."""


@dataclass(frozen=True, slots=True)
class Lock:
    """What closes and opens a file. For writing: a passphrase, or recipients ("age1…"); for
    reading: a passphrase, or identities ("AGE-SECRET-KEY-1…"). Raises ValueError for a bad key.
    """

    passphrase: str | None = None
    keys: tuple[str, ...] = ()
    work_factor: int = WORK_FACTOR

    def __post_init__(self) -> None:
        for key in self.keys:
            bech32.decode(key)


@dataclass(frozen=True, slots=True)
class _Stanza:
    arguments: tuple[str, ...]
    body: bytes


class Sealing:
    """A file to write to, which arrives encrypted in `target`; `finish` ends it."""

    def __init__(self, target: Writable, lock: Lock) -> None:
        file_key = os.urandom(FILE_KEY_BYTES)
        target.write(_header(file_key, lock))
        nonce = os.urandom(16)
        target.write(nonce)
        self._target, self._cipher = target, ChaCha20Poly1305(_payload_key(file_key, nonce))
        self._pending, self._number = bytearray(), 0

    def write(self, content: bytes) -> int:
        """Take content; a whole chunk is kept back, because the last one is sealed as the last."""
        self._pending += content
        while len(self._pending) > CHUNK_BYTES:
            self._seal(bytes(self._pending[:CHUNK_BYTES]), last=False)
            del self._pending[:CHUNK_BYTES]
        return len(content)

    def flush(self) -> None:
        """Nothing: what is no whole chunk yet waits."""

    def finish(self) -> None:
        """Seal what is left, as the end."""
        self._seal(bytes(self._pending), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last), chunk, None))
        self._number += 1


class Opening:
    """A file to read from, which decrypts `source` after its header."""

    def __init__(self, source: BinaryIO, lock: Lock) -> None:
        file_key = _opened_key(source, lock)
        nonce = source.read(16)
        self._source, self._cipher = source, ChaCha20Poly1305(_payload_key(file_key, nonce))
        self._number, self._ahead = 0, source.read(CHUNK_BYTES + TAG_BYTES)
        self._ready, self._at, self._ended = b"", 0, False

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end. Raises NotOpened for a changed or cut file."""
        parts = []
        while size > 0:
            if self._at == len(self._ready):
                if self._ended:
                    break
                self._ready, self._at = self._next_chunk(), 0
                continue
            part = self._ready[self._at : self._at + size]
            self._at += len(part)
            size -= len(part)
            parts.append(part)
        return b"".join(parts)

    def _next_chunk(self) -> bytes:
        sealed, self._ahead = self._ahead, self._source.read(CHUNK_BYTES + TAG_BYTES)
        self._ended = not self._ahead
        try:
            chunk = self._cipher.decrypt(_nonce(self._number, self._ended), sealed, None)
        except InvalidTag:
            raise NotOpened from None
        if self._ended and not chunk and self._number:
            raise NotOpened  # only an empty file ends with an empty chunk
        self._number += 1
        return chunk


def is_age_file(start: bytes) -> bool:
    """Whether a file that begins so is one."""
    return start.startswith(VERSION + b"\n")


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


def _payload_key(file_key: bytes, nonce: bytes) -> bytes:
    return _hkdf(file_key, salt=nonce, info=b"payload")


def _hkdf(key: bytes, *, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(key)


def _header(file_key: bytes, lock: Lock) -> bytes:
    if lock.passphrase is not None:
        stanzas = [_wrapped_by_passphrase(file_key, lock.passphrase, lock.work_factor)]
    else:
        stanzas = [_wrapped_to(file_key, bech32.decode(key)[1]) for key in lock.keys]
    text = VERSION + b"\n" + b"".join(map(_written, stanzas)) + b"---"
    return text + b" " + _base64(_mac(file_key, text)) + b"\n"


def _mac(file_key: bytes, text: bytes) -> bytes:
    return hmac.digest(_hkdf(file_key, salt=b"", info=b"header"), text, "sha256")


def _written(stanza: _Stanza) -> bytes:
    return f"-> {' '.join(stanza.arguments)}\n".encode() + _base64(stanza.body) + b"\n"


def _wrapped_by_passphrase(file_key: bytes, passphrase: str, factor: int) -> _Stanza:
    salt = os.urandom(16)
    arguments = ("scrypt", _base64(salt).decode(), str(factor))
    return _Stanza(arguments, _wrap(_key_of_passphrase(passphrase, salt, factor), file_key))


def _wrapped_to(file_key: bytes, recipient: bytes) -> _Stanza:
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    key = _key_of_exchange(shared, share, recipient)
    return _Stanza(("X25519", _base64(share).decode()), _wrap(key, file_key))


def _wrap(key: bytes, file_key: bytes) -> bytes:
    return ChaCha20Poly1305(key).encrypt(bytes(12), file_key, None)


def _key_of_passphrase(passphrase: str, salt: bytes, factor: int) -> bytes:
    salt = VERSION + b"/scrypt" + salt
    return Scrypt(salt=salt, length=32, n=1 << factor, r=8, p=1).derive(passphrase.encode())


def _key_of_exchange(shared: bytes, share: bytes, recipient: bytes) -> bytes:
    return _hkdf(shared, salt=share + recipient, info=VERSION + b"/X25519")


def _opened_key(source: BinaryIO, lock: Lock) -> bytes:
    stanzas, text, mac = _read_header(source)
    if any(stanza.arguments[0] == "scrypt" for stanza in stanzas) and len(stanzas) != 1:
        raise NotOpened
    for stanza in stanzas:
        for key in _candidates(stanza, lock):
            try:
                file_key = ChaCha20Poly1305(key).decrypt(bytes(12), stanza.body, None)
            except InvalidTag:
                continue
            if hmac.compare_digest(_mac(file_key, text), mac):
                return file_key
    raise NotOpened


def _candidates(stanza: _Stanza, lock: Lock) -> list[bytes]:
    """The keys that may have wrapped the file key of a stanza."""
    kind, *arguments = stanza.arguments
    try:
        if kind == "scrypt" and lock.passphrase is not None:
            salt, factor = _unbase64(arguments[0].encode()), int(arguments[1])
            if not 1 <= factor <= WORK_FACTOR_MAX or len(salt) != 16:
                raise NotOpened
            return [_key_of_passphrase(lock.passphrase, salt, factor)]
        if kind == "X25519":
            share = _unbase64(arguments[0].encode())
            secrets = [bech32.decode(key)[1] for key in lock.keys]
            return [_exchanged(secret, share) for secret in secrets]
    except (IndexError, ValueError):
        raise NotOpened from None
    return []


def _exchanged(secret: bytes, share: bytes) -> bytes:
    private = X25519PrivateKey.from_private_bytes(secret)
    shared = private.exchange(X25519PublicKey.from_public_bytes(share))
    return _key_of_exchange(shared, share, private.public_key().public_bytes_raw())


def _read_header(source: BinaryIO) -> tuple[list[_Stanza], bytes, bytes]:
    """The stanzas, what the MAC is of, and the MAC."""
    text = _line(source)
    if text != VERSION + b"\n":
        raise NotOpened
    stanzas: list[_Stanza] = []
    for _ in range(HEADER_LINES_MAX):
        line = _line(source)
        if line.startswith(b"--- "):
            return stanzas, text + b"---", _unbase64(line[4:].strip())
        if not line.startswith(b"-> "):
            raise NotOpened
        body = _line(source)
        text += line + body
        arguments = tuple(line[3:].decode("ascii", "replace").split())
        if not arguments:
            raise NotOpened
        stanzas.append(_Stanza(arguments, _unbase64(body.strip())))
    raise NotOpened


def _line(source: BinaryIO) -> bytes:
    line = source.readline(HEADER_LINE_BYTES_MAX)
    if not line.endswith(b"\n"):
        raise NotOpened
    return line


def _base64(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")


def _unbase64(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise NotOpened from None
