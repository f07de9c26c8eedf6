"""Texts that people typed, wherever they stand: found by what names a person, and freed from it.

In a record of staff, shops or policies a name is somebody else's, so there only an ID number or a
phone number is taken out. The ledger is not here: its rows never change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from huimin.privacy import queries
from huimin.storage.append_only import opened
from huimin.storage.engine import Row, Transaction

GONE = "＊＊"
# Behind every id.
LAST = "~"
# Audit events of these kinds speak of people, so that a name there is theirs.
ABOUT_PEOPLE = frozenset(
    {
        *("holder", "application", "card", "claim", "waiting_sale", "ending", "alert", "list"),
        "holder_request",
        *("register_import", "redemption", "receipt"),
    }
)


@dataclass(frozen=True, slots=True)
class Needles:
    """What names one person: the name, and the numbers that are theirs alone."""

    name: str
    numbers: tuple[str, ...]

    def patterns(self) -> Row:
        """As the four parameters of the statements; one that is missing repeats another."""
        texts = [*self.numbers[:3], self.name] if self.name else [*self.numbers[:4]]
        texts = (texts * 4)[:4]
        names = ("first", "second", "third", "fourth")
        return {name: f"%{text}%" for name, text in zip(names, texts, strict=True)}

    def are_in(self, text: str | None, *, with_name: bool = True) -> bool:
        """Whether a text has one of them."""
        return any(needle in (text or "") for needle in self._all(with_name))

    def out_of(self, text: str | None, *, with_name: bool = True) -> str | None:
        """The text without them."""
        if text is None:
            return None
        for needle in self._all(with_name):
            text = text.replace(needle, GONE)
        return text

    def _all(self, with_name: bool) -> tuple[str, ...]:
        # The longest first, so that no half of one is left.
        texts = (*self.numbers, self.name) if with_name and self.name else self.numbers
        return tuple(sorted(texts, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class FreeText:
    """A table with texts that people typed. `guarded`: it is append-only."""

    table: str
    columns: tuple[str, ...]
    find: Callable[..., Any]
    write: Callable[..., int]
    guarded: bool = False


FREE_TEXTS = (
    FreeText(
        "audit_event",
        ("reason", "old_json", "new_json"),
        queries.texts_of_event,
        queries.write_text_of_event,
        guarded=True,
    ),
    FreeText(
        "application", ("reason",), queries.texts_of_application, queries.write_text_of_application
    ),
    FreeText(
        "eligibility",
        ("evidence", "source"),
        queries.texts_of_eligibility,
        queries.write_text_of_eligibility,
    ),
    FreeText("claim", ("note", "reason"), queries.texts_of_claim, queries.write_text_of_claim),
    FreeText(
        "card_event",
        ("reason",),
        queries.texts_of_card_event,
        queries.write_text_of_card_event,
        guarded=True,
    ),
    FreeText("alert", ("note",), queries.texts_of_alert, queries.write_text_of_alert),
    FreeText(
        "aid_ending",
        ("file_name", "unmatched_json", "reason", "decision_reason", "undo_reason"),
        queries.texts_of_ending,
        queries.write_text_of_ending,
    ),
    FreeText("print_run", ("reason",), queries.texts_of_print_run, queries.write_text_of_print_run),
    FreeText(
        "waiting_decision",
        ("reason",),
        queries.texts_of_waiting_decision,
        queries.write_text_of_waiting_decision,
        guarded=True,
    ),
    FreeText(
        "waiting_sale",
        ("purchase_json",),
        queries.texts_of_waiting_sale,
        queries.write_text_of_waiting_sale,
        guarded=True,
    ),
    FreeText(
        "cancelled_order",
        ("reason",),
        queries.texts_of_cancelled_order,
        queries.write_text_of_cancelled_order,
    ),
    FreeText(
        "settlement_dispute",
        ("text", "answer"),
        queries.texts_of_dispute,
        queries.write_text_of_dispute,
    ),
    FreeText(
        "complaint_step",
        ("text",),
        queries.texts_of_complaint_step,
        queries.write_text_of_complaint_step,
        guarded=True,
    ),
    FreeText(
        "day_close",
        ("reasons_json",),
        queries.texts_of_day_close,
        queries.write_text_of_day_close,
        guarded=True,
    ),
    FreeText("job", ("asked_json", "result_json"), queries.texts_of_job, queries.write_text_of_job),
    FreeText(
        "register_import",
        ("file_name",),
        queries.texts_of_register_import,
        queries.write_text_of_register_import,
    ),
    FreeText(
        "evidence_file", ("file_name",), queries.texts_of_evidence, queries.write_text_of_evidence
    ),
)


def naming_texts(tx: Transaction, needles: Needles) -> Iterator[tuple[FreeText, list[str]]]:
    """The ids of the rows of each table that name the person; it reads every row."""
    for free in FREE_TEXTS:
        ids = [row["id"] for row in _freed(tx, free, needles, least="", most=LAST)]
        if ids:
            yield free, ids


def free_texts(tx: Transaction, free: FreeText, needles: Needles, ids: Iterable[str]) -> None:
    """Take what names the person out of these rows, as they are now."""
    with opened(tx, free.table) if free.guarded else nullcontext():
        for row_id in ids:
            for row in _freed(tx, free, needles, least=row_id, most=row_id):
                free.write(tx, **row)


def _freed(
    tx: Transaction, free: FreeText, needles: Needles, *, least: str, most: str
) -> Iterator[Row]:
    """Rows that name the person, with their texts freed from it."""
    for row in free.find(tx, least=least, most=most, **needles.patterns()):
        with_name = row.get("subject_kind", "holder") in ABOUT_PEOPLE
        new = {c: needles.out_of(row[c], with_name=with_name) for c in free.columns}
        if any(new[column] != row[column] for column in free.columns):
            yield {"id": row["id"], **new}
