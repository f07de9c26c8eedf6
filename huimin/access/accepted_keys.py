"""The terminals' keys that this process accepted lately, to know their callers before a look-up."""

from __future__ import annotations

import threading

from huimin.access.terminal_keys import hash_key

# More than the tills of a county; beyond it, the one longest unheard of is forgotten.
KEYS_MAX = 4_096


class AcceptedKeys:
    """The keys, as hashes, that were accepted since this process began."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hashes: dict[str, None] = {}

    def note(self, key: str) -> None:
        """The key has just been accepted."""
        key_hash = hash_key(key)
        with self._lock:
            self._hashes.pop(key_hash, None)
            self._hashes[key_hash] = None
            if len(self._hashes) > KEYS_MAX:
                del self._hashes[next(iter(self._hashes))]

    def knows(self, key_hash: str) -> bool:
        """Whether the key with that hash was accepted lately."""
        return key_hash in self._hashes
