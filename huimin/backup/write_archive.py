"""Writes the file format: a tar of plain files, perhaps gzipped, perhaps encrypted as `age` does.

Any `tar` lists and unpacks it in an emergency; `age -d` opens an encrypted one first.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Literal, cast

from huimin.backup.age_file import Lock, Sealing, Writable
from huimin.backup.manifest import (
    ABOUT,
    MANIFEST,
    About,
    Manifest,
    Member,
    about_bytes,
    manifest_bytes,
)
from huimin.core.days import parse_instant
from huimin.storage.file_parts import PART_BYTES, parts_of
from huimin.storage.giving_way import give_way
from huimin.storage.new_file import forget_pages

BLOCK = tarfile.BLOCKSIZE
# The largest size that the older form of a tar's header holds.
USTAR_BYTES_MAX = 8**11 - 1


class ArchiveWriter:
    """Writes a backup member by member; `finish` writes the manifest and the end."""

    def __init__(self, target: Writable, about: About) -> None:
        self._target, self._about = target, about
        self._members: list[Member] = []
        self._at = int(parse_instant(about.made_at).timestamp())
        self._add_bytes(ABOUT, about_bytes(about))

    def add(self, name: str, size: int, parts: Iterable[bytes]) -> None:
        """Add a member of `size` bytes. Raises ValueError when the parts hold more or fewer."""
        self._head(name, size)
        digest, left = hashlib.sha256(), size
        for part in parts:
            give_way()  # to whom interrupts the command
            digest.update(part)
            self._target.write(part)
            left -= len(part)
        if left:
            raise ValueError(f"{name} was to have {size} bytes")
        self._pad(size)
        self._members.append(Member(name, size, digest.hexdigest()))

    def add_file(self, name: str, file: IO[bytes]) -> None:
        """Add an open file as long as it is now. Raises OSError when it is cut meanwhile."""
        self.add(name, os.fstat(file.fileno()).st_size, parts_of(file))

    def finish(self, counts: dict[str, int], heads_sha256: str) -> Manifest:
        """Write the manifest and the end of the tar."""
        manifest = Manifest(self._about, tuple(self._members), counts, heads_sha256)
        self._add_bytes(MANIFEST, manifest_bytes(manifest))
        self._target.write(bytes(2 * BLOCK))
        return manifest

    def _add_bytes(self, name: str, content: bytes) -> None:
        self._head(name, len(content))
        self._target.write(content)
        self._pad(len(content))

    def _head(self, name: str, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, self._at
        # Only GNU's form has sizes above 8 GB, only the other one names of more than 100 bytes.
        form: Literal[0, 1] = tarfile.GNU_FORMAT if size > USTAR_BYTES_MAX else tarfile.USTAR_FORMAT
        self._target.write(info.tobuf(form, "utf-8", "strict"))

    def _pad(self, size: int) -> None:
        self._target.write(bytes(-size % BLOCK))


@contextmanager
def writing(path: Path, *, lock: Lock | None, packed: bool) -> Iterator[tuple[Writable, PacedFile]]:
    """The half-made file at `path` to write to, durable after the block, and what it becomes on the
    disk.
    """
    with path.open("wb") as file, ExitStack() as layers:
        paced = PacedFile(file)
        target: Writable = paced
        if lock is not None:
            sealing = Sealing(target, lock)
            layers.callback(sealing.finish)
            target = sealing
        if packed:
            fast = gzip.GzipFile("", "wb", 1, cast(IO[bytes], target), mtime=0)
            target = layers.enter_context(fast)
        yield target, paced
        layers.close()
        file.flush()
        os.fsync(file.fileno())


class PacedFile:
    """A file whose content goes to the disk in small parts, so that no commit waits behind it.

    `checksum` is the CRC-32 of all that was written: quick, and for reading back alone.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._unsent = file, 0
        self.checksum = 0

    def write(self, content: bytes) -> int:
        count = self._file.write(content)
        self.checksum = zlib.crc32(content, self.checksum)
        self._unsent += count
        if self._unsent >= PART_BYTES:
            self._file.flush()
            os.fdatasync(self._file.fileno())
            forget_pages(self._file)
            self._unsent = 0
        return count

    def flush(self) -> None:
        """What gzip asks of a file at its end."""
        self._file.flush()
