"""Who is having a file read: one at a time of each person or till, and few in all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from huimin.core.refusals import Refusal

AT_ONCE = 2
WAITING_MAX = 4
WAIT_SECONDS_MAX = 20


class SharedPlaces(Protocol):
    """Places that all processes of the server share (storage/places.py)."""

    def take(self, name: str, most: int = 1) -> int | None: ...
    def give_back(self, place: int) -> None: ...
    def waited_for(self, name: str, most: int, seconds: float) -> AbstractContextManager[bool]: ...


class Readers:
    """The files that the server is having read."""

    def __init__(self, places: SharedPlaces) -> None:
        self._places = places

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Run the block, which has a file read, when it is this person's or till's turn.

        Raises Refusal `file_in_progress` while another file of that name is read, and
        `too_many_uploads` when too many wait.
        """
        with (
            self._taken(f"file of {name}", 1, "file_in_progress"),
            self._taken("files to read", AT_ONCE + WAITING_MAX, "too_many_uploads"),
            self._places.waited_for("files read", AT_ONCE, WAIT_SECONDS_MAX) as came,
        ):
            if not came:
                raise Refusal("too_many_uploads")
            yield

    @contextmanager
    def _taken(self, name: str, most: int, code: str) -> Iterator[None]:
        place = self._places.take(name, most)
        if place is None:
            raise Refusal(code)
        try:
            yield
        finally:
            self._places.give_back(place)
