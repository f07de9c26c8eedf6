"""Work that the server does again and again beside its requests, in a thread of its own.

Every worker has the thread, and the one with the lead does the work, so that it goes on in another
one when that worker ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from huimin.jobs.lead import Lead

log = structlog.get_logger(__name__)

SECONDS_BETWEEN = 30


class Repeated:
    """Does the work every half minute, or every so many seconds, until it is stopped.

    A failure is logged and tried again. With a `lead` it is done by one process of several.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], object],
        lead: Lead | None = None,
        *,
        seconds: float = SECONDS_BETWEEN,
    ) -> None:
        self._name, self._work, self._lead, self._seconds = name, work, lead, seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; the first turn comes after the first pause."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no other turn; what is cut off is done again the next time."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                if self._lead is None or self._lead.is_mine():
                    self._work()
            except Exception:
                if not self._stopped.is_set():
                    log.exception("repeated work failed", work=self._name)
