"""The office answers what a holder asked, once: it was so and is done, or how it really was.

Where a purchase was not the holder's, its discount is taken back by a reversal of all that is left,
in the same transaction; the row itself stays. Data is corrected on the person's own page: an answer
only says that it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from huimin.checkout.reverse import reverse_for_office
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.recorded_reasons import REASONS
from huimin.core.refusals import FieldProblem, FieldProblems, field_problem
from huimin.keys.personal_data import PersonalData
from huimin.ledger.read import left_fen, row_by_id
from huimin.messages.post import tell_answered
from huimin.my import queries
from huimin.my.requests import checked_words, record_request, request_in
from huimin.settings import Settings
from huimin.storage.engine import Row, Transaction

ACCEPTED, DECLINED = "accepted", "declined"


def answer_request(
    tx: Transaction,
    secrets: PersonalData,
    request_id: str,
    *,
    verdict: str,
    answer: str,
    within: str | None,
    staff_id: str | None,
    settings: Settings,
    **by: Unpack[By],
) -> Row:
    """Answer it; returns the request's row. What the verdict `accepted` does is in the module.

    The holder is told that there is an answer, by phone or from the list on paper.

    Raises FieldProblems on `answer`, for what is answered already, and for somebody who raised it
    themselves; Refusal `not_found`, for another town's people as well.
    """
    request_in(tx, secrets, request_id, within=within)
    locked: Row = queries.lock_request(tx, id=request_id)
    if locked["state"] != "open":
        raise field_problem("", "这一件已经由同事答复了，没有再改动。")
    is_sale = locked["kind"] == "purchase"
    if is_sale and settings.four_eyes and locked["raised_by"] == by["actor"]:
        raise field_problem("", "这是您代持卡人登记的，请由另一位管理员答复。")
    said = _checked_answer(answer)
    reversal_id = None
    if is_sale and verdict == ACCEPTED:
        reversal_id = _take_back(tx, locked, staff_id, by)
    answered: Row = queries.answer_request(
        tx,
        id=request_id,
        state=verdict,
        answer_cipher=secrets.encrypt(said, "holder_request"),
        answered_at=instant_text(by["now"]),
        answered_by=by["actor"],
        reversal_id=reversal_id,
    )
    record_request(tx, f"holder_request.{verdict}", answered, **by)
    tell_answered(tx, settings, secrets, answered["holder_id"], request_id, now=by["now"])
    return answered


def _take_back(
    tx: Transaction, request: Mapping[str, Any], staff_id: str | None, by: By
) -> str | None:
    """Reverse what is left of the purchase; the reversal's id, or None where nothing is left."""
    redemption_id = request["ledger_id"]
    row = row_by_id(tx, redemption_id)
    if row is None or left_fen(tx, row) == 0:
        return None
    reason = REASONS["not_the_holders"]
    taken = reverse_for_office(tx, redemption_id, reason=reason, staff_id=staff_id, now=by["now"])
    return str(taken["id"])


def _checked_answer(answer: str) -> str:
    try:
        said = checked_words(answer)
    except FieldProblems as error:
        problems = [FieldProblem("answer", one.text) for one in error.problems]
        raise FieldProblems(problems) from error
    if not said:
        raise field_problem("answer", "请写明答复，持卡人会看到。")
    return said
