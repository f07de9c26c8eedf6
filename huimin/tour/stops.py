"""Where a visitor stands on the tour, and the one next step.

The steps follow the database: whoever takes one without the tour, or as somebody else, is as far.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from huimin.storage.engine import Row, Transaction
from huimin.tour import queries

STOPS = ("apply", "print", "scan", "sell", "month")
Step = Literal["apply", "review", "issue", "print", "scan", "sell", "month", "end"]
# The stop that each step belongs to.
STOP_OF: dict[Step, str] = {"review": "print", "issue": "print"}


@dataclass(frozen=True, slots=True)
class Place:
    """Which stops are done, the next step, and its application or card (or {})."""

    done: frozenset[str]
    step: Step
    about: Mapping[str, Any]

    @property
    def stop(self) -> str:
        """The stop that the next step belongs to; "" at the end."""
        return "" if self.step == "end" else STOP_OF.get(self.step, self.step)


def place_on_tour(tx: Transaction, since: str) -> Place:
    """Where the visitors stand who have been here since that instant (text)."""
    applied: Row | None = queries.applied(tx, since=since)
    happened = queries.happened(tx, since=since)
    is_done = {
        "apply": applied is not None,
        "print": bool(happened["printed"]),
        "scan": bool(happened["scanned"]),
        "sell": bool(happened["sold"]),
        "month": bool(happened["month_begun"]),
    }
    done = frozenset(stop for stop, it_is in is_done.items() if it_is)
    next_stop = next((stop for stop in STOPS if not is_done[stop]), None)
    if next_stop is None:
        return Place(done, "end", {})
    if next_stop == "print" and applied is not None:
        return Place(done, _before_print(applied), applied)
    about = queries.newest_printed(tx, since=since) if next_stop in ("scan", "sell") else None
    return Place(done, next_stop, about or {})  # type: ignore[arg-type]


def _before_print(applied: Mapping[str, Any]) -> Step:
    if applied["card_id"] is not None:
        return "print"
    return {"submitted": "review", "approved": "issue"}.get(applied["state"], "apply")  # type: ignore[return-value]
