"""Which of a server's processes does what is to be done once: one of them has the lead."""

from __future__ import annotations

import threading

from huimin.storage.places import Places


class Lead:
    """The lead of a folder's processes, kept until this process ends."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._lock = threading.Lock()
        self._is_mine = False

    def is_mine(self) -> bool:
        """Whether this process has the lead; it takes it if nobody has it."""
        with self._lock:
            if not self._is_mine:
                self._is_mine = self._places.take("lead") is not None
            return self._is_mine
