"""The opened instance that every request and command works with; open_instance.py opens it.

It stands on the ground, so that every room may name it. What rooms further up keep in memory (a
log, a list) is held by its type: the room asks for its own with `part`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from huimin.apart.readers import Readers
from huimin.jobs.jobs import Jobs
from huimin.keys.key_ring import KeyRing
from huimin.keys.personal_data import PersonalData
from huimin.settings import Settings
from huimin.storage.counters import Counters
from huimin.storage.engine import Engine

T = TypeVar("T")


@dataclass
class Instance:
    """An opened instance: settings, database, keys, and the clock, so that no rule reads the time.

    `clock` gives the current instant, aware, in UTC. `closing` ends, last first, what was opened.
    """

    settings: Settings
    engine: Engine
    clock: Callable[[], datetime]
    key_ring: KeyRing
    personal_data: PersonalData
    jobs: Jobs
    counters: Counters
    parts: Mapping[type, Any]
    closing: ExitStack
    readers: Readers

    def part(self, kind: type[T]) -> T:
        """What a room keeps in memory for this instance. Raises KeyError for an unknown type."""
        return cast(T, self.parts[kind])

    def close(self) -> None:
        """Write everything queued, then close the database. May be called twice."""
        self.closing.close()
