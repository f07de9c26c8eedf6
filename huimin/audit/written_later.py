"""Records that are written in batches off the request's path, once a second.

Such a record must not make customers wait; a crash may lose its last second. Redemptions, which
must not be lost, never pass through here.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import structlog

from huimin.core.refusals import Refusal
from huimin.storage.engine import Engine, StorageProblem, Transaction

T = TypeVar("T")
BATCH_MAX = 500
WAITING_MAX = 50_000
PAUSE_SECONDS = 1.0

log = structlog.get_logger(__name__)


class WrittenLater(Generic[T]):
    """A queue of records and the thread that writes them, started by the first.

    `hand_in` is called before each round, to queue what was held back: all of it, or what is due.
    """

    def __init__(
        self,
        name: str,
        engine: Engine,
        write: Callable[[Transaction, Sequence[T]], None],
        hand_in: Callable[[bool], None] = lambda everything: None,
    ) -> None:
        self._name, self._engine, self._write, self._hand_in = name, engine, write, hand_in
        self._waiting: queue.Queue[T] = queue.Queue(WAITING_MAX)
        self._stop = threading.Event()
        self._starting = threading.Lock()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, record: T) -> None:
        """Queue a record; above WAITING_MAX it is lost, and that is logged."""
        try:
            self._waiting.put_nowait(record)
        except queue.Full:
            log.warning("not recorded: too many wait", records=self._name)
        self._start()

    def flush(self) -> None:
        """Write everything queued and held back."""
        self._flush(everything=True)

    def flush_due(self) -> None:
        """Write what is queued and due, as the thread does each second."""
        self._flush(everything=False)

    def close(self) -> None:
        """Write everything and end the thread. By a wrong clock nothing is written, and this is
        lost."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        try:
            self.flush()
        except Refusal as refusal:
            log.error("not written", records=self._name, why=refusal.detail("en"))

    def _flush(self, *, everything: bool) -> None:
        with self._writing:
            self._hand_in(everything)
            while batch := self._batch():
                self._write_batch(batch)

    def _write_batch(self, batch: list[T]) -> None:
        """Write the batch; where a record can't be, the others are. Raises StorageProblem, and
        Refusal while the clock is wrong."""
        try:
            self._write_all(batch)
        except (StorageProblem, Refusal):
            for record in batch:
                self.put(record)  # for the next round
            raise
        except Exception:
            log.exception("not written", records=self._name)
            if len(batch) > 1:
                for record in batch:
                    self._write_batch([record])

    def _write_all(self, batch: Sequence[T]) -> None:
        self._engine.write(lambda tx: self._write(tx, batch))

    def _batch(self) -> list[T]:
        batch: list[T] = []
        with contextlib.suppress(queue.Empty):
            while len(batch) < BATCH_MAX:
                batch.append(self._waiting.get_nowait())
        return batch

    def _start(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None and not self._stop.is_set():
                    self._thread = threading.Thread(
                        target=self._serve, name=f"huimin-{self._name}", daemon=True
                    )
                    self._thread.start()

    def _serve(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            try:
                self._flush(everything=False)
            except Exception:
                log.exception("not written", records=self._name)
