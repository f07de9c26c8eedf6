"""What tells a jump of the clock from time that has passed, and who has set the clock."""

from __future__ import annotations

import ctypes
import time

# adjtimex(2): the answer of a clock that nobody synchronises.
TIME_ERROR = 5
# struct timex, with room to spare.
TIMEX_BYTES = 512


def since_boot() -> float:
    """Seconds that no setting of the clock changes, sleep included where the system counts it."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def kernel_synchronised() -> bool:
    """Whether the kernel says that a time service (NTP) keeps its clock; False where it can't say.

    Setting the clock by hand takes it back until the service has set it again.
    """
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
        answer = int(adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)))
    except (AttributeError, OSError):
        return False
    return 0 <= answer < TIME_ERROR
