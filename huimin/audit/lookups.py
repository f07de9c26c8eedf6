"""Who looked at which card, written in batches off the request's path (written_later.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from huimin.audit import queries
from huimin.audit.written_later import WrittenLater
from huimin.core.days import instant_text
from huimin.storage.engine import Engine, Transaction
from huimin.storage.ids import new_id


class LookupLog:
    """Looks at cards, found or missed."""

    def __init__(self, engine: Engine) -> None:
        self._later = WrittenLater[dict[str, Any]]("lookups", engine, _write)

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
        self._later.put(
            {
                "id": new_id(),
                "at": instant_text(at),
                "terminal_id": terminal_id,
                "staff_id": staff_id,
                "card_id": card_id,
                "outcome": outcome,
            }
        )

    def flush(self) -> None:
        """Write everything queued."""
        self._later.flush()

    def close(self) -> None:
        """Write everything queued and end the thread."""
        self._later.close()


def _write(tx: Transaction, batch: Sequence[dict[str, Any]]) -> None:
    queries.insert_lookup(tx, batch)
