"""What tills were refused, as the office reads it: filtered, of a card, a person or an outlet.

The latest first. Names are masked; whoever may see one town only sees the attempts of its people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from huimin.alerts import queries
from huimin.core.days import county_start, instant_text
from huimin.core.identity import mask_name
from huimin.core.json_text import read_json
from huimin.core.kept_refusal import KeptRefusal
from huimin.divisions.within import division_parameters
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery, parameters_of

# So many stand on the page of a card, a person or an outlet.
LATEST = 10


@dataclass(frozen=True, slots=True)
class AttemptCriteria:
    """What to list; None does not filter. Days are county days, the last one included.

    `within` is the division whose people the reader may see; None for the whole county.
    """

    act: str | None = None
    code: str | None = None
    outlet_id: str | None = None
    terminal_code: str | None = None
    number: str | None = None
    first: date | None = None
    last: date | None = None
    within: str | None = None


def attempts_of_card(tx: Transaction, card_id: str) -> list[Row]:
    """The latest refused attempts with a card."""
    rows = queries.attempts_of_card(tx, card_id=card_id, row_limit=LATEST)
    return [_for_reader(row) for row in rows]


def attempts_of_holder(tx: Transaction, holder_id: str) -> list[Row]:
    """The latest refused attempts with any copy of a person's card."""
    rows = queries.attempts_of_holder(tx, holder_id=holder_id, row_limit=LATEST)
    return [_for_reader(row) for row in rows]


def attempts_of_outlet(tx: Transaction, outlet_id: str) -> list[Row]:
    """The latest refused attempts at an outlet."""
    rows = queries.attempts_of_outlet(tx, outlet_id=outlet_id, row_limit=LATEST)
    return [_for_reader(row) for row in rows]


def outlets_with_attempts(tx: Transaction) -> list[Row]:
    """Id and name of every outlet with a refused attempt."""
    return list(queries.outlets_with_attempts(tx))


def _statement(criteria: AttemptCriteria) -> str:
    return "attempts_before" if criteria.within is None else "attempts_within_before"


def _parameters(criteria: AttemptCriteria) -> Row:
    last = criteria.last + timedelta(days=1) if criteria.last else None
    return {
        **parameters_of(criteria),
        **division_parameters(criteria.within),
        "first": instant_text(county_start(criteria.first)) if criteria.first else None,
        "last": instant_text(county_start(last)) if last else None,
    }


def _for_reader(row: Row) -> Row:
    """`refusal` is a KeptRefusal, `name_masked` the holder's if the card is known."""
    name = row["holder_name"]
    return {
        **row,
        "name_masked": mask_name(name) if name else None,
        "refusal": KeptRefusal.from_record(read_json(row.pop("refusal_json"))),
    }


attempts_before = ListQuery[AttemptCriteria](
    queries, _statement, _parameters, _for_reader, "count_attempts", AttemptCriteria()
)
