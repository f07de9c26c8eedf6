"""Which files of the instance folder go into a backup: all but what is made anew by itself.

Whatever a later room puts into the folder is in the backup without being named here.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

# In operations.md, "The folder, and what is lost with each file", for each of them: nothing.
LEFT_OUT_FOLDERS = frozenset({"practice", "refused"})
_LEFT_OUT = re.compile(
    r"\..*|.*\.lock|counters\.bin|huimin\.db(-wal|-shm|-journal)?|huimin-v\d+-.*\.db"
)
# Ends the name of a paper whose row is not yet known to be committed (keys/sealed_files.py).
NEW = ".new"


def files_in(folder: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Name below the folder ("evidence/…") and open file of each, in order of the names.

    Call it after the database was copied, so that no row lacks its file. What is deleted meanwhile
    was to be deleted; what loses its ".new" meanwhile is found by its new name.
    """
    for name in sorted(_names(folder, folder)):
        for candidate in (name, name.removesuffix(NEW)):
            with suppress(FileNotFoundError):
                with open(folder / candidate, "rb") as file:
                    yield candidate, file
                break


def _names(top: Path, folder: Path) -> Iterator[str]:
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if _LEFT_OUT.fullmatch(entry.name):
                continue
            mode = entry.stat(follow_symlinks=False).st_mode
            path = Path(entry.path)
            if stat.S_ISDIR(mode) and not (folder == top and entry.name in LEFT_OUT_FOLDERS):
                yield from _names(top, path)
            elif stat.S_ISREG(mode):
                yield str(path.relative_to(top))
