"""A file that is there whole or not at all, and never in another's place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
