"""What a holder asks of the office: that a purchase was not theirs, or that their data is wrong.

Asking changes nothing but the list of the office: the ledger's row and the person's data stay as
they are until somebody answers (answer.py). Whoever asks twice has asked once, and is told so
alike. What is said is about people, so it is encrypted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import county_day, county_minute, instant_text
from huimin.core.identity import mask_name
from huimin.core.refusals import Refusal, field_problem
from huimin.divisions.within import division_parameters, required_within
from huimin.holders.working_days import WorkingDays
from huimin.keys.personal_data import PersonalData
from huimin.my import queries
from huimin.my.purchases import purchase_of
from huimin.my.words import ABOUT
from huimin.privacy.export import with_request_words
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id
from huimin.storage.list_query import ListQuery, parameters_of

WORDS_MAX = 500
# The office answers within so many working days.
DAYS_TO_ANSWER = 7
RECORDED = ("kind", "about", "redemption_id", "due_on")


@dataclass(frozen=True, slots=True)
class RequestCriteria:
    """Filters of the office's list; None does not filter. `overdue_on`: what was due before it."""

    state: str | None = None
    kind: str | None = None
    overdue_on: date | None = None
    within: str | None = None


def dispute_purchase(
    tx: Transaction,
    secrets: PersonalData,
    holder_id: str,
    ledger_id: str,
    *,
    words: str,
    working_days: WorkingDays,
    **by: Unpack[By],
) -> Row:
    """Say that a purchase with the holder's card was not theirs; the request, old or new.

    Raises FieldProblems on `words`, and for a purchase that was given back wholly; Refusal
    `not_found`, for another person's as well.
    """
    words = checked_words(words)
    purchase = purchase_of(tx, holder_id, ledger_id)
    if purchase["request_id"] is None and purchase["left_fen"] <= 0:
        raise field_problem("", "这一笔已经全部退掉了，不用再问。")
    asked = {"kind": "purchase", "ledger_id": ledger_id, "about": None}
    return _ask(tx, secrets, holder_id, asked, words, working_days, by)


def ask_correction(
    tx: Transaction,
    secrets: PersonalData,
    holder_id: str,
    *,
    about: str,
    words: str,
    working_days: WorkingDays,
    **by: Unpack[By],
) -> Row:
    """Ask the office to correct a part of the holder's data; the request, old or new.

    Raises FieldProblems on `about` and `words`.
    """
    if about not in ABOUT:
        raise field_problem("about", "请选一样要更正的。")
    words = checked_words(words)
    if not words:
        raise field_problem("words", "请写明现在登记的哪里不对，应该是什么。")
    asked = {"kind": "correction", "ledger_id": None, "about": about}
    return _ask(tx, secrets, holder_id, asked, words, working_days, by)


def checked_words(words: str) -> str:
    """What was typed, on lines without invisible letters; "" for nothing.

    Raises FieldProblems on `words`.
    """
    lines = ("".join(filter(str.isprintable, line)).strip() for line in words.splitlines())
    text = "\n".join(lines).strip()
    if len(text) > WORDS_MAX:
        raise field_problem("words", "请写短一些，最多 {most} 个字。", most=WORDS_MAX)
    return text


def due_on(today: date, working_days: WorkingDays) -> date:
    """The day by which the office answers what is asked today."""
    return working_days.after(today, DAYS_TO_ANSWER)


def requests_of_holder(tx: Transaction, secrets: PersonalData, holder_id: str) -> list[Row]:
    """All that a holder has asked, the latest first, with both sides' words; None also for those
    that no key opens."""
    rows = queries.requests_of_holder(tx, holder_id=holder_id)
    return [with_request_words(secrets.readable, row) for row in rows]


def request_of_holder(
    tx: Transaction, secrets: PersonalData, holder_id: str, request_id: str
) -> Row:
    """One of them, with its purchase. Raises Refusal `not_found`, for another's as well."""
    row = queries.request_of_holder(tx, id=request_id, holder_id=holder_id)
    if row is None:
        raise Refusal("not_found")
    purchase = purchase_of(tx, holder_id, row["ledger_id"]) if row["ledger_id"] else None
    return {**with_request_words(secrets.readable, row), "purchase": purchase}


def request_in(
    tx: Transaction, secrets: PersonalData, request_id: str, *, within: str | None
) -> Row:
    """A request as the office sees it, with the person's names and the ledger's row beside it.

    Raises Refusal `not_found`, for another town's people as well.
    """
    found: Row | None = queries.request_with_person(tx, id=request_id)
    row = required_within(found, within)
    sale = None
    if row["ledger_id"]:
        keys = {"ledger_id": row["ledger_id"], "reversal_id": row["reversal_id"]}
        sale = queries.sale_of_request(tx, **keys)
    return {**with_request_words(secrets.readable, row), "sale": sale}


def record_request(
    tx: Transaction,
    action: str,
    request: Mapping[str, Any],
    **by: Unpack[By],
) -> None:
    """Write what happened to a request to the audit record, without what was said."""
    new = {**request, "redemption_id": request["ledger_id"]}
    record(tx, action, request["id"], new=new, only=RECORDED, **by)


def _ask(
    tx: Transaction,
    secrets: PersonalData,
    holder_id: str,
    asked: Mapping[str, Any],
    words: str,
    working_days: WorkingDays,
    by: By,
) -> Row:
    request: Row | None = queries.insert_request(
        tx,
        id=new_id(),
        holder_id=holder_id,
        **asked,
        words_cipher=secrets.encrypt(words, "holder_request") if words else None,
        raised_at=instant_text(by["now"]),
        raised_by=by["actor"],
        due_on=due_on(county_day(by["now"]), working_days).isoformat(),
    )
    if request is not None:
        record_request(tx, "holder_request.raised", request, **by)
        return request
    keys = {"ledger_id": asked["ledger_id"], "about": asked["about"]}
    same: Row | None = queries.same_request(tx, holder_id=holder_id, **keys)
    if same is None:
        # It was answered in this very moment.
        raise field_problem("", "这一件刚刚有了答复，请回到上一页看一看。")
    return same


def _for_office(row: Row) -> Row:
    return {
        **row,
        "raised_minute": county_minute(row["raised_at"]),
        "name_masked": "—" if row["erased_at"] else mask_name(row["holder_name"]),
    }


def _parameters(criteria: RequestCriteria) -> Row:
    return {**parameters_of(criteria), **division_parameters(criteria.within)}


# The latest first.
requests_before = ListQuery[RequestCriteria](queries, "requests_before", _parameters, _for_office)
