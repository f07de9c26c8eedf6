"""Send what is due from within the server, so that news need no timer to leave.

One thread looks every half minute. `huimin notices send` may run beside it: a delivery is claimed
by one sender alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import structlog

from huimin.notices.send import send_due
from huimin.settings import Settings
from huimin.storage.engine import Engine

log = structlog.get_logger(__name__)

SECONDS_BETWEEN = 30


class Sender:
    """Sends until it is stopped."""

    def __init__(self, engine: Engine, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._engine, self._settings, self._clock = engine, settings, clock
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    def start(self) -> None:
        """Begin; the first look is half a minute away."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no other look. A delivery that is cut off is due again later, with the same id."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(SECONDS_BETWEEN):
            try:
                send_due(self._engine, self._settings, clock=self._clock)
            except Exception:
                if not self._stopped.is_set():
                    log.exception("notices could not be sent")
