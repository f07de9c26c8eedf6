"""Large files are read and written in parts, none of which a till notices."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO

PART_BYTES = 4 * 1024 * 1024


def parts_of(file: IO[bytes]) -> Iterator[bytes]:
    """An open file from where it stands, as much as it has now; it may grow on.

    Raises OSError when it is cut meanwhile.
    """
    left = os.fstat(file.fileno()).st_size - file.tell()
    while left > 0:
        part = file.read(min(PART_BYTES, left))
        if not part:
            raise OSError(f"{file.name} was cut while it was read")
        yield part
        left -= len(part)
