"""How much of the machine a process of its own may take."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass

# The tills' requests come first.
NICE = 15
# The processors that this program may use. A worker of the server keeps to some of them
# (serving/worker.py); whatever else it starts there, its sales would wait for.
PROCESSORS = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
OPEN_FILES = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """CPU and elapsed time in seconds, memory in bytes; `nice` is how far others come first."""

    cpu_seconds: int
    seconds: int
    memory_bytes: int
    nice: int = NICE


def apply(limits: Limits) -> None:
    """Hold this process to the limits, as far as the system can."""
    try:
        import resource
    except ImportError:  # not on Windows: the elapsed time still holds
        return
    os.nice(limits.nice)
    wanted = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }
    for what, most in wanted.items():
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))


def use_processors(processors: set[int] | None) -> None:
    """Let this thread, or a process of one thread, run on any of these, as far as it may."""
    if processors is not None:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, processors)
