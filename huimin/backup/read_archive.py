"""Reads a backup that may be a stranger's: header by header, and only what one of ours can hold.

That is plain files with short clean names below the folder, each once, and never more than the disk
has room for. Extended headers, links and devices are refused before anything of them is read, and
each member is proved by the manifest.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from huimin.backup.age_file import Lock, NotOpened, Opening, is_age_file
from huimin.backup.manifest import (
    ABOUT,
    MANIFEST,
    About,
    Manifest,
    Member,
    read_about,
    read_manifest,
)
from huimin.backup.refused_file import damaged, locked, no_room, not_ours, refused_member
from huimin.storage.file_parts import PART_BYTES

BLOCK = tarfile.BLOCKSIZE
ABOUT_BYTES_MAX, MANIFEST_BYTES_MAX = 256 * 1024, 256 * 1024 * 1024
MEMBERS_MAX = 1_000_000
NAME_BYTES_MAX, DEPTH_MAX = 240, 6
# What a restore leaves free on the disk.
SPARE_BYTES = 64 * 1024 * 1024
# However much is packed, a file of ours never unpacks to more than this many times its size.
UNPACKED_TIMES_MAX, UNPACKED_BYTES_MIN = 200, 1024**3
_NAME = re.compile(r"[^\x00-\x1f\x7f\\/.][^\x00-\x1f\x7f\\/]*")
_GZIP = b"\x1f\x8b"


class Readable(Protocol):
    """What gives bytes in order; fewer than asked only at the end."""

    def read(self, size: int, /) -> bytes: ...


@contextmanager
def reading(path: Path, lock: Lock | None) -> Iterator[Readable]:
    """The tar in the file. Raises StorageProblem for one that can't be opened."""
    with path.open("rb") as file:
        source: Readable = file
        start = file.read(64)
        file.seek(0)
        if is_age_file(start):
            if lock is None:
                raise locked()
            try:
                source = Opening(file, lock)
            except NotOpened as error:
                raise locked() from error
        try:
            yield _Unpacked(source)
        except NotOpened as error:
            raise damaged(path.name) from error


class _Unpacked:
    """The tar, unpacked by the way if it is gzipped."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._ready = source.read(BLOCK)
        self._unzip = None
        if self._ready.startswith(_GZIP):
            self._unzip = zlib.decompressobj(wbits=31)
            self._packed, self._ready = self._ready, b""

    def read(self, size: int) -> bytes:
        parts, left = [], size
        while left > 0:
            part = self._part(left)
            if not part:
                break
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def _part(self, size: int) -> bytes:
        if self._ready:
            part, self._ready = self._ready[:size], self._ready[size:]
            return part
        if self._unzip is None:
            return self._source.read(size)
        while not self._unzip.eof:
            packed = self._unzip.unconsumed_tail or self._packed or self._source.read(PART_BYTES)
            self._packed = b""
            try:
                part = self._unzip.decompress(packed, size)
            except zlib.error as error:
                raise damaged("gzip") from error
            if part or not packed:
                return part
        return b""


def read_first(path: Path, lock: Lock | None) -> About:
    """What a backup says of itself, from its first member. Raises StorageProblem."""
    with reading(path, lock) as source:
        return _first(source)


def unpack(path: Path, folder: Path, lock: Lock | None) -> Manifest:
    """Unpack a backup into the empty folder and prove each member by the manifest.

    Raises StorageProblem for whatever is not as a backup is, or for which there is no room; the
    folder is then the caller's to remove.
    """
    with reading(path, lock) as source:
        about = _first(source)
        members: dict[str, Member] = {}
        total, most = 0, max(UNPACKED_BYTES_MIN, UNPACKED_TIMES_MAX * path.stat().st_size)
        while True:
            head = _head(source)
            if head.name == MANIFEST:
                manifest = read_manifest(_content(source, head, MANIFEST_BYTES_MAX))
                break
            _require_clean(head.name, members)
            total += head.size
            if total > most:
                raise refused_member(head.name)
            members[head.name] = _unpack_one(source, head, folder)
    _require_same(about, manifest, members)
    return manifest


def _first(source: Readable) -> About:
    try:
        head = _head(source)
    except tarfile.HeaderError as error:
        raise not_ours() from error
    if head.name != ABOUT:
        raise not_ours()
    return read_about(_content(source, head, ABOUT_BYTES_MAX))


def _head(source: Readable) -> tarfile.TarInfo:
    block = source.read(BLOCK)
    try:
        head = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise damaged("tar") from error
    if head.type != tarfile.REGTYPE or head.size < 0:
        raise refused_member(_readable(head.name))
    return head


def _readable(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8", "replace")


def _content(source: Readable, head: tarfile.TarInfo, most: int) -> bytes:
    if head.size > most:
        raise refused_member(head.name)
    content = source.read(head.size)
    if len(content) < head.size or len(source.read(-head.size % BLOCK)) < -head.size % BLOCK:
        raise damaged(head.name)
    return content


def _require_clean(name: str, members: dict[str, Member]) -> None:
    parts = name.split("/")
    readable = _readable(name)
    if (
        readable != name
        or len(name.encode()) > NAME_BYTES_MAX
        or len(parts) > DEPTH_MAX
        or not all(_NAME.fullmatch(part) for part in parts)
        or name in members
        or len(members) >= MEMBERS_MAX
    ):
        raise refused_member(readable)


def _unpack_one(source: Readable, head: tarfile.TarInfo, folder: Path) -> Member:
    free = shutil.disk_usage(folder).free - SPARE_BYTES
    if head.size > free:
        raise no_room(head.size, max(0, free))
    target = folder / head.name
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except (FileExistsError, NotADirectoryError) as error:  # a file and a folder of one name
        raise refused_member(head.name) from error
    digest, left = hashlib.sha256(), head.size
    with open(handle, "wb") as file:
        while left > 0:
            part = source.read(min(PART_BYTES, left))
            if not part:
                raise damaged(head.name)
            digest.update(part)
            file.write(part)
            left -= len(part)
        file.flush()
        os.fsync(file.fileno())
    if len(source.read(-head.size % BLOCK)) < -head.size % BLOCK:
        raise damaged(head.name)
    return Member(head.name, head.size, digest.hexdigest())


def _require_same(about: About, manifest: Manifest, members: dict[str, Member]) -> None:
    if manifest.about != about:
        raise damaged(ABOUT)
    listed = {member.name: member for member in manifest.members}
    for name in sorted(listed.keys() | members.keys()):
        if listed.get(name) != members.get(name):
            raise damaged(name)
    if about.database not in members:
        raise damaged(about.database)
