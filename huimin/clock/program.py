"""When this program was made: no right clock says an earlier time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import huimin


def built_at() -> datetime:
    """The day of the release, which stands in the package; of a checkout, when it was checked out
    if that was earlier.

    Where the files came onto a machine whose clock was earlier than the release, that clock is what
    the county goes by, and the release says nothing about it.
    """
    released = datetime.fromisoformat(huimin.__released__).replace(tzinfo=UTC)
    package = Path(huimin.__file__)
    if not (package.parent.parent / "pyproject.toml").exists():
        return released
    # The inode's change: a copied or unpacked file brings its date of modification with it.
    return min(released, datetime.fromtimestamp(package.stat().st_ctime, UTC))
