"""Exactly once: the idempotency key of a request, taken and answered in the request's transaction.

Same key and same body → the first answer again; same key and another body → a refusal. The key is
taken by an insert, so of two at once one waits for the other (or is rolled back with it).
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huimin.checkout import queries
from huimin.core.days import instant_text
from huimin.core.json_text import canonical_json, write_json
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction


@dataclass(frozen=True, slots=True)
class Answer:
    """The body to answer with, as JSON, and whether it is one that was given before."""

    json_text: str
    replayed: bool


def fingerprint(act: str, request: Any) -> str:
    """SHA-256 of what is asked: the act (with its target) and every field of the request."""
    return hashlib.sha256(canonical_json([act, request])).hexdigest()


def once(
    tx: Transaction,
    *,
    terminal_id: str,
    key: str,
    fingerprint: str,
    now: datetime,
    work: Callable[[], dict[str, Any]],
) -> Answer:
    """Do the work unless this terminal's key has done it; then the answer of that time.

    Raises Refusal `idempotency_mismatch`. What `work` raises frees the key again, because the
    transaction is rolled back.
    """
    taken = queries.take_key(
        tx, terminal_id=terminal_id, key=key, fingerprint=fingerprint, created_at=instant_text(now)
    )
    if taken is None:
        kept = queries.kept_answer(tx, terminal_id=terminal_id, key=key)
        if kept["fingerprint"] != fingerprint:
            raise Refusal("idempotency_mismatch")
        return Answer(kept["response_json"], replayed=True)
    text = write_json(work())
    queries.keep_answer(tx, terminal_id=terminal_id, key=key, response_json=text)
    return Answer(text, replayed=False)


class KeysInProgress:
    """The keys that this process is working on; a second request with one is told to wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[tuple[str, str]] = set()

    @contextmanager
    def holding(self, terminal_id: str, key: str) -> Iterator[None]:
        """Hold the key meanwhile. Raises Refusal `request_in_progress`."""
        name = (terminal_id, key)
        with self._lock:
            if name in self._keys:
                raise Refusal("request_in_progress")
            self._keys.add(name)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(name)
