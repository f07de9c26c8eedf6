"""The signs of life of the worker processes, which the process above them reads.

A worker touches its file after every look that came to an end (readiness.py). The file's time is
that of the monotonic clock, which all processes of a machine share and nobody can set back.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

# How the processes know of their common folder; it is no setting of an operator.
FOLDER_VARIABLE = "HUIMIN_PULSE_FOLDER"
# prometheus_client's own name for the folder in which processes share what they count.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
COUNTS = "metrics"


def beat() -> None:
    """Say that this process is alive; nothing to say where nobody listens."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder is None:
        return
    path = Path(folder) / str(os.getpid())
    now = time.monotonic_ns()
    # Another time needs no room on the disk, only the first beat does.
    with contextlib.suppress(OSError):
        if not path.exists():
            path.touch(mode=0o600)
        os.utime(path, ns=(now, now))


def seconds_since_beat(folder: Path, process: int) -> float | None:
    """How long a worker has been silent; None before its first sign."""
    try:
        beaten = (folder / str(process)).stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return (time.monotonic_ns() - beaten) / 1e9


def forget(folder: Path, alive: set[int]) -> None:
    """Take away the files of processes that are no more."""
    for path in folder.iterdir():
        if path.name.isdigit() and int(path.name) not in alive:
            path.unlink(missing_ok=True)
            # What it had waiting waits no more; what it has counted still counts.
            for gauge in (folder / COUNTS).glob(f"gauge_live*_{path.name}.db"):
                gauge.unlink(missing_ok=True)
