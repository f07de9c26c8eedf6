"""Search the audit record: who saw or changed what, when, from where. Newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from huimin.audit import queries
from huimin.core.days import county_start, instant_text
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery, parameters_of


@dataclass(frozen=True, slots=True)
class EventCriteria:
    """What to list; None does not filter. Days are county days, the last one included."""

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


def subject_of(tx: Transaction, text: str) -> str:
    """The id that a search text means: a card number, user name, terminal code, or an id itself."""
    subject = queries.subject_of_text(tx, text=text, digits="".join(text.split()))
    return str(subject["id"]) if subject else text


def _parameters(criteria: EventCriteria) -> Row:
    return {**parameters_of(criteria), **criteria.bounds()}


# Both latest first.
events_before = ListQuery[EventCriteria](
    queries, "events_before", _parameters, whole="count_events", everything=EventCriteria()
)
lookups_before = ListQuery[EventCriteria](
    queries, "lookups_before", _parameters, whole="count_lookups", everything=EventCriteria()
)
