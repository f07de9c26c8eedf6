"""Send what is due from within the server, so that news need no timer to leave.

One thread looks every half minute and gives each target a thread of its own, for which it does
not wait: a target that is slow is passed over until its thread has come to an end.
`huimin notices send` may run beside it: a delivery is claimed by one sender alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog

from huimin.jobs.lead import Lead
from huimin.notices.send import LANES_AT_ONCE, Lane, due_lanes, send_lane
from huimin.settings import Settings
from huimin.storage.engine import Engine

log = structlog.get_logger(__name__)

SECONDS_BETWEEN = 30


class Sender:
    """Sends until it is stopped."""

    def __init__(
        self, engine: Engine, settings: Settings, clock: Callable[[], datetime], lead: Lead
    ) -> None:
        self._engine, self._settings, self._clock, self._lead = engine, settings, clock, lead
        self._stopped = threading.Event()
        self._busy: set[tuple[str, ...]] = set()
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    def start(self) -> None:
        """Begin; the first look is half a minute away."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no other look. A delivery that is cut off is due again later, with the same id."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(SECONDS_BETWEEN):
            with self._noting_problems():
                if self._lead.is_mine():
                    self.look()

    def look(self) -> None:
        """Begin to send what is due, without waiting for what becomes of it."""
        for lane in due_lanes(self._engine, self._clock()):
            if lane.name not in self._busy and len(self._busy) < LANES_AT_ONCE:
                self._busy.add(lane.name)
                threading.Thread(
                    target=self._send, args=(lane,), name="notices-lane", daemon=True
                ).start()

    def _send(self, lane: Lane) -> None:
        try:
            with self._noting_problems():
                send_lane(self._engine, self._settings, lane, clock=self._clock)
        finally:
            self._busy.discard(lane.name)

    @contextmanager
    def _noting_problems(self) -> Iterator[None]:
        try:
            yield
        except Exception:
            if not self._stopped.is_set():
                log.exception("notices could not be sent")
