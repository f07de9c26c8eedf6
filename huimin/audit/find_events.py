"""Search the audit record: who saw or changed what, when, from where. Newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from huimin.audit import queries
from huimin.core.days import county_start, instant_text
from huimin.core.identity import mask_name
from huimin.storage.engine import Transaction
from huimin.storage.named_queries import either_way

Row = dict[str, Any]
# Behind every id: they are lower-case hexadecimal.
LAST_ID = "~"


@dataclass(frozen=True, slots=True)
class WantedEvents:
    """Filters; None lets everything through. Days are county days, the last one included."""

    actor: str | None = None
    action: str | None = None
    subject_id: str | None = None
    number: str | None = None
    first: date | None = None
    last: date | None = None

    def bounds(self) -> dict[str, str | None]:
        """The days as a half-open range of instants."""
        last = self.last + timedelta(days=1) if self.last else None
        return {
            "first": instant_text(county_start(self.first)) if self.first else None,
            "last": instant_text(county_start(last)) if last else None,
        }


def events_before(
    tx: Transaction, wanted: WantedEvents, before: str, count: int, *, backwards: bool = False
) -> list[Row]:
    """Up to `count` events after the id `before`, newest first, each with `subject_name`.

    Names of people are masked.
    """
    rows = list(
        either_way(queries, "events_before", backwards)(
            tx,
            before=before or LAST_ID,
            count=count,
            actor=wanted.actor,
            action=wanted.action,
            subject_id=wanted.subject_id,
            **wanted.bounds(),
        )
    )
    for row in rows:
        person = row.pop("person_name")
        row["subject_name"] = mask_name(person) if person else row["subject_name"]
    return rows


def subject_of(tx: Transaction, text: str) -> str:
    """The id that a search text means: a card number, user name, terminal code, or an id itself."""
    subject = queries.subject_of_text(tx, text=text, digits="".join(text.split()))
    return str(subject["id"]) if subject else text


def lookups_before(
    tx: Transaction, wanted: WantedEvents, before: str, count: int, *, backwards: bool = False
) -> list[Row]:
    """Up to `count` card look-ups after the id `before`, newest first."""
    return list(
        either_way(queries, "lookups_before", backwards)(
            tx, before=before or LAST_ID, count=count, number=wanted.number, **wanted.bounds()
        )
    )
