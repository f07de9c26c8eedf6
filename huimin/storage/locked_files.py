"""Reads the files of a SQLite database that carry its locks: the database itself, and its index.

Closing such a file would take away the locks of every connection that this process has to it
(https://sqlite.org/howtocorrupt.html, 2.2), so what is opened here is never closed. All but SQLite
itself must read these two files by `locked_file`; the log carries no locks.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

# By device and inode.
_files: dict[tuple[int, int], int] = {}
_changing = threading.Lock()


def locked_file(path: Path) -> int:
    """The file, open for `os.pread`; the same one each time. Raises OSError."""
    with _changing:
        state = path.stat()
        place = (state.st_dev, state.st_ino)
        if place not in _files:
            for known, file in list(_files.items()):
                if os.fstat(file).st_nlink == 0:  # deleted, so that nobody's locks matter
                    os.close(_files.pop(known))
            _files[place] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return _files[place]
