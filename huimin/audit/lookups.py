"""Who looked at which card, written in batches off the request's path.

A look-up must not make customers wait, so a thread writes once a second; a crash may lose the last
second. Redemptions, which must not be lost, never pass through here.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from datetime import datetime
from typing import Any

import structlog

from huimin.audit import queries
from huimin.core.days import instant_text
from huimin.storage.engine import Engine, Transaction
from huimin.storage.ids import new_id

BATCH_MAX = 500
WAITING_MAX = 50_000
PAUSE_SECONDS = 1.0

log = structlog.get_logger(__name__)


class LookupLog:
    """A queue of look-ups and the thread that writes them, started by the first look-up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: queue.Queue[dict[str, Any]] = queue.Queue(WAITING_MAX)
        self._stop = threading.Event()
        self._starting = threading.Lock()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None

    def note(
        self,
        *,
        at: datetime,
        outcome: str,
        card_id: str | None = None,
        terminal_id: str | None = None,
        staff_id: str | None = None,
    ) -> None:
        """Queue one look-up; `outcome` is "found" or a refusal's code."""
        lookup = {
            "id": new_id(),
            "at": instant_text(at),
            "terminal_id": terminal_id,
            "staff_id": staff_id,
            "card_id": card_id,
            "outcome": outcome,
        }
        try:
            self._waiting.put_nowait(lookup)
        except queue.Full:
            log.warning("card look-up not recorded: too many wait")
        self._start()

    def flush(self) -> None:
        """Write everything queued."""
        with self._writing:
            while batch := self._batch():
                self._engine.write(lambda tx, batch=batch: _write(tx, batch))  # type: ignore[misc]

    def close(self) -> None:
        """Write everything queued and end the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def _batch(self) -> list[dict[str, Any]]:
        batch: list[dict[str, Any]] = []
        with contextlib.suppress(queue.Empty):
            while len(batch) < BATCH_MAX:
                batch.append(self._waiting.get_nowait())
        return batch

    def _start(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=self._serve, name="huimin-lookups", daemon=True
                    )
                    self._thread.start()

    def _serve(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            try:
                self.flush()
            except Exception:
                log.exception("card look-ups not written")


def _write(tx: Transaction, batch: list[dict[str, Any]]) -> None:
    queries.insert_lookup(tx, batch)
