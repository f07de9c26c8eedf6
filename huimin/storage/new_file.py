"""Files that are there whole or not at all: new ones, and those that take an old one's place."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

NAME_MAX = 120
DELETED_AT_ONCE = 16 * 1024 * 1024
# What some file systems say of a folder that is to be made durable, and what is said of a folder
# that its owner may write to and not read.
NOT_SYNCED = (errno.EINVAL, errno.ENOTSUP, errno.EACCES)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """An empty file beside `path`, for its owner alone (0600); it becomes `path` after the block.

    It is gone when the block raises. Raises FileExistsError at the end rather than replace a file.
    """
    half_made = _empty_beside(path, 0o600)
    try:
        yield half_made
        try:
            os.link(half_made, path)  # unlike a rename, it never replaces a file
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if path.exists():
                raise FileExistsError(path) from None
            os.rename(half_made, path)
        sync_folder(path.parent)
    finally:
        half_made.unlink(missing_ok=True)


def delete_large(path: Path) -> None:
    """Delete a large file in small steps, each finished on the disk before the next.

    A file system that gives blocks back to the disk does so when it commits, with everybody waiting
    for it: for two gigabytes at once, half a second. A file that is not there is no error. One that
    can't be shortened is deleted at once: a full disk may have no room for what that changes.
    """
    with suppress(OSError), path.open("rb+") as file:
        left = file.seek(0, os.SEEK_END)
        while left > 0:
            left = max(0, left - DELETED_AT_ONCE)
            file.truncate(left)
            os.fsync(file.fileno())
    path.unlink(missing_ok=True)


def forget_pages(file: IO[bytes]) -> None:
    """Let the system's memory keep nothing of what is on the disk of this file.

    Otherwise a file of gigabytes that is read or written once would push out the database.
    """
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def write_whole(path: Path, content: bytes, *, for_all: bool = False) -> None:
    """Write a file durably in one step, in place of any that was there. Raises OSError.

    It is for its owner alone (0600), or `for_all` whom the process lets read its files. What is no
    file (/dev/stdout, a pipe) is written to: nothing may take a device's place.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            device.write(content)
        return
    with replacing(path, mode=0o666 if for_all else 0o600) as half_made:
        half_made.write_bytes(content)


@contextmanager
def replacing(path: Path, *, mode: int = 0o600) -> Iterator[Path]:
    """An empty file beside `path`; after the block it takes durably the place of any that is there.

    It is gone when the block raises. What the process takes away from its mode is its umask.
    """
    half_made = _empty_beside(path, mode)
    try:
        yield half_made
        _sync(half_made)
        os.replace(half_made, path)
    except BaseException as error:
        half_made.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)  # a full disk names no file, and nobody asked for the other
        raise
    sync_folder(path.parent)


def _empty_beside(path: Path, mode: int) -> Path:
    # Made with its mode, so that there is no moment at which others could read it; and without the
    # umask being asked for, which is every thread's and can only be read by setting it.
    half_made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        os.close(os.open(half_made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    except OSError as error:
        error.filename = str(path)  # the name that somebody asked for
        raise
    return half_made


def sync_folder(folder: Path) -> None:
    """Make the names durable that were just given in a folder, where its file system can do that.

    Raises OSError.
    """
    try:
        _sync(folder)
    except OSError as error:
        if error.errno not in NOT_SYNCED:
            raise


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clean_file_name(name: str, otherwise: str = "file") -> str:
    """The last part of a sent file's name without control characters, at most NAME_MAX long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[-NAME_MAX:] or otherwise
