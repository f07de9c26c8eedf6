"""Files that are there whole or not at all: new ones, and those that take an old one's place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME_MAX = 120


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """An empty file beside `path`, for its owner alone (0600); it becomes `path` after the block.

    It is gone when the block raises. Raises FileExistsError at the end rather than replace a file.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    half_made = Path(name)
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
    finally:
        half_made.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes, *, for_all: bool = False) -> None:
    """Write a file durably in one step, in place of any that was there. Raises OSError.

    It is for its owner alone (0600), or `for_all` whom the process lets read its files.
    """
    # mkstemp creates with mode 0600, so there is no moment at which others could read it.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if for_all:
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(name, 0o666 & ~umask)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def clean_file_name(name: str, otherwise: str = "file") -> str:
    """The last part of a sent file's name without control characters, at most NAME_MAX long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[-NAME_MAX:] or otherwise
