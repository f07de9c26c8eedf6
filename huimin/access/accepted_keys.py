"""The terminals' keys that were accepted lately, to know their callers before a look-up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from huimin.access.terminal_keys import hash_key
from huimin.storage.counters import Counters

# More than the tills of a county; beyond it, the one longest unheard of is forgotten.
KEYS_MAX = 4_096
# Other processes of the folder know for so long that a key was accepted here.
SHARED_SECONDS = 24 * 3_600


class AcceptedKeys:
    """The keys, as hashes, that were accepted since this process began, or lately by another one of
    the folder."""

    def __init__(self, counters: Counters, clock: Callable[[], datetime]) -> None:
        self._counters, self._clock = counters, clock
        self._lock = threading.Lock()
        # Of each, when the others were told.
        self._hashes: dict[str, float] = {}

    def note(self, key: str) -> None:
        """The key has just been accepted."""
        key_hash = hash_key(key)
        now = self._clock().timestamp()
        with self._lock:
            shared_at = self._hashes.pop(key_hash, 0.0)
            is_due = not 0 <= now - shared_at < SHARED_SECONDS / 2
            self._hashes[key_hash] = now if is_due else shared_at
            if len(self._hashes) > KEYS_MAX:
                del self._hashes[next(iter(self._hashes))]
        if is_due:
            self._counters.count(_name(key_hash), limit=2, seconds=SHARED_SECONDS, now=now)

    def knows(self, key_hash: str) -> bool:
        """Whether the key with that hash was accepted lately."""
        return key_hash in self._hashes or not self._counters.has_room(
            _name(key_hash), limit=1, seconds=SHARED_SECONDS, now=self._clock().timestamp()
        )


def _name(key_hash: str) -> str:
    return f"accepted key {key_hash}"
