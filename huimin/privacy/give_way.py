"""Long work beside running tills: in small parts, with a pause after each as long as it took.

A till that waits for the database's one writer then never waits longer than a part takes, and gets
at least every second turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from huimin.storage.engine import Engine, Transaction

T = TypeVar("T")
# Rows in one transaction.
AT_ONCE = 100
PAUSE_SECONDS_MAX = 0.5


def write_part(engine: Engine, work: Callable[[Transaction], T]) -> T:
    """Write one part, then leave the database to others for as long."""
    began = time.monotonic()
    result = engine.write(work)
    time.sleep(min(time.monotonic() - began, PAUSE_SECONDS_MAX))
    return result
