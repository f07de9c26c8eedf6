"""A disk that fails or is full in the middle of sales.

    python -m tests.faults.disk --minutes 30

I/O errors come from a limit on the size of files (EFBIG), at any byte of the log and the database.
As root the county is on a tmpfs of its own, which is made as small as what it holds (ENOSPC).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.faults.attack import Attack, parser_of, run, temporary_settings

REFUSED = "storage_unavailable"
REFUSED_MIN = 8
TMPFS_BYTES = 4 << 30
SLACK_BYTES = 64 << 10


def io_errors(attack: Attack) -> None:
    """Writes fail beyond some byte until tills have heard so; then the disk is well again."""
    with attack.county.files_limited(_a_size(attack)):
        attack.tills.wait_for_more(REFUSED, REFUSED_MIN)
    attack.wait_until_served([])


def killed_with_io_errors(attack: Attack) -> None:
    """The same, and then a power cut."""
    with attack.county.files_limited(_a_size(attack)):
        attack.tills.wait_for_more(REFUSED, REFUSED_MIN)
        attack.county.kill_all()
    attack.wait_until_served([])


def workers_killed_with_io_errors(attack: Attack) -> None:
    """New workers begin while writes still fail."""
    with attack.county.files_limited(_a_size(attack)):
        attack.tills.wait_for_more(REFUSED, REFUSED_MIN)
        killed = attack.county.workers()
        attack.county.kill_workers(killed)
        attack.tills.wait_for_more("unanswered", 2)
    attack.wait_until_served(killed)


def full(attack: Attack) -> None:
    """No room until tills have heard so."""
    with no_room(attack.settings.folder):
        attack.tills.wait_for_more(REFUSED, REFUSED_MIN)
    attack.wait_until_served([])


def killed_when_full(attack: Attack) -> None:
    """No room, a power cut, and a start without room; then there is room again."""
    with no_room(attack.settings.folder):
        attack.tills.wait_for_more(REFUSED, REFUSED_MIN)
        starts = attack.county.starts
        attack.county.kill_all()
        attack.county.wait_until_tried(starts)
    attack.wait_until_served([])


IO_ERRORS: Mapping[str, Callable[[Attack], None]] = {
    "I/O errors": io_errors,
    "I/O errors and kill -9 of everything": killed_with_io_errors,
    "I/O errors and kill -9 of all workers": workers_killed_with_io_errors,
}
NO_ROOM: Mapping[str, Callable[[Attack], None]] = {
    "disk full": full,
    "disk full, kill -9 of everything, start on the full disk": killed_when_full,
}


def _a_size(attack: Attack) -> int:
    """Somewhere in the log or right behind it."""
    log = attack.settings.database_path.with_name("huimin.db-wal")
    return attack.chance.randrange(4096, log.stat().st_size + SLACK_BYTES)


@contextlib.contextmanager
def no_room(folder: Path) -> Iterator[None]:
    """Until the block ends, the tmpfs of the folder has room for a few pages more at most."""
    while not _resize(folder, _used(folder) + SLACK_BYTES):
        pass  # it grew meanwhile
    try:
        yield
    finally:
        assert _resize(folder, TMPFS_BYTES)


def _used(folder: Path) -> int:
    about = os.statvfs(folder)
    return (about.f_blocks - about.f_bfree) * about.f_frsize


def _resize(folder: Path, size: int) -> bool:
    command = ["mount", "-o", f"remount,size={size}", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@contextlib.contextmanager
def tmpfs(folder: Path) -> Iterator[bool]:
    """Whether the folder is a tmpfs while the block runs: only root may make it one."""
    folder.mkdir(mode=0o700)
    options = f"size={TMPFS_BYTES},mode=700"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def main() -> None:
    """Hurt the disk for as long as it is told; an AssertionError names what was lost."""
    options = parser_of(__doc__ or "").parse_args()
    with temporary_settings() as settings, tmpfs(settings.folder) as mounted:
        if not mounted:
            print("no tmpfs (only root may mount one): I/O errors alone")
        run({**IO_ERRORS, **(NO_ROOM if mounted else {})}, settings, options)


if __name__ == "__main__":
    main()
