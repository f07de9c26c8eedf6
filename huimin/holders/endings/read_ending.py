"""What pages show of a proposal to end aid: the people, what they lose, what they bought since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from huimin.core.identity import mask_name
from huimin.core.json_text import read_json
from huimin.holders import queries
from huimin.ledger.read import sales_of_holder_after
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery

PAGE_ROWS = 200
ROWS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class EndingCriteria:
    """What to list; None does not filter."""

    state: str | None = None


# The latest first.
endings_before = ListQuery[EndingCriteria](queries, "endings_before")


@dataclass(frozen=True, slots=True)
class EndingCounts:
    """Of what is chosen: people, and eligibilities by row state.

    `listed` counts all rows, chosen or not, `without_day` those that have no day of their own.
    """

    people: int
    eligibilities: int
    by_state: dict[str, int]
    without_day: int
    listed: int


def ending_counts(tx: Transaction, ending_id: str) -> EndingCounts:
    """The numbers that the page of a proposal shows."""
    rows = list(queries.ending_counts(tx, ending_id=ending_id))
    chosen = [row for row in rows if row["chosen"]]
    return EndingCounts(
        people=int(queries.ending_people_count(tx, ending_id=ending_id)),
        eligibilities=sum(row["eligibilities"] for row in chosen),
        by_state={row["state"]: row["eligibilities"] for row in chosen},
        without_day=sum(row["without_day"] for row in rows),
        listed=sum(row["eligibilities"] for row in rows),
    )


def ending_rows(
    tx: Transaction,
    ending_id: str,
    *,
    today: date,
    after: int = 0,
    count: int = PAGE_ROWS,
    all_rows: bool = False,
) -> list[Row]:
    """The chosen rows behind a place, with `all_rows` also the others; masked.

    Each with `name_masked`, `card_end` (the last digits of the live card, None without one),
    `left_kinds` (what the person is still entitled to afterwards) and `since` (sales after the last
    day, None if that day is not known or not over).
    """
    rows = queries.ending_people(
        tx, ending_id=ending_id, after=after, count=count, least_chosen=0 if all_rows else 1
    )
    return [_shown(tx, row, today) for row in rows]


def unmatched_rows(ending: Row) -> list[Row]:
    """The rows of the list that end nobody's aid: sheet, row, name (masked) and kept `why`."""
    rows: list[Row] = read_json(ending["unmatched_json"])
    return rows


def _shown(tx: Transaction, row: Row, today: date) -> Row:
    last_day = date.fromisoformat(row["last_day"]) if row["last_day"] else None
    left = queries.kinds_left(
        tx,
        holder_id=row["holder_id"],
        ending_id=row["ending_id"],
        day=(last_day or today).isoformat(),
    )
    since = None
    if last_day is not None and last_day < today:
        since = sales_of_holder_after(tx, row["holder_id"], last_day)
    return {
        **row,
        "id": row["holder_id"],
        "name_masked": mask_name(row["name"]),
        "card_end": row["card_number"][-4:] if row["card_number"] else None,
        "left_kinds": [one["kind"] for one in left],
        "since": since,
    }
