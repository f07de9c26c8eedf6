"""Stop a card at once: by its holder, or by a registrar whom somebody calls and who asks for proof.

Stopping is reporting it lost: no till takes it from then on, and the office resumes it or issues a
new one. Whoever stops it twice has stopped it once. A caller is known by two facts that a stranger
would not know; what they were is recorded, what was said is not.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, Unpack

from huimin.audit.record import record
from huimin.cards.change_state import report_lost
from huimin.core.acting import By
from huimin.core.days import typed_day
from huimin.core.name_form import name_form
from huimin.core.phone import BETWEEN
from huimin.core.recorded_reasons import REASONS
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.divisions.within import required_within
from huimin.holders.people import family_of
from huimin.keys.personal_data import PersonalData, Purpose
from huimin.my import queries
from huimin.storage.engine import Row, Transaction

FACTS_NEEDED = 2
LAST = 4
# What a caller is asked, by the field in which the registrar types what they say.
FACTS = ("id_last", "birth_date", "phone_last", "member_name")
# Those of them that stand encrypted.
SEALED_FACTS: Mapping[str, Purpose] = {
    "id_last": "holder.id_number",
    "phone_last": "holder.phone",
}
STOPPABLE = ("active", "suspended")


def stop_own_card(tx: Transaction, holder_id: str, **by: Unpack[By]) -> Row:
    """Stop the holder's card; its row, the same whether this or an earlier press did it.

    Raises Refusal `not_found` if there is no card.
    """
    card: Row | None = queries.card_of_holder(tx, holder_id=holder_id)
    if card is None:
        raise Refusal("not_found")
    if card["state"] not in STOPPABLE:
        return card
    try:
        return report_lost(tx, card_id=card["id"], reason=REASONS["stopped_by_holder"], **by)
    except FieldProblems:
        # Another press, or the office, was faster: the card is as it was wanted.
        after: Row = queries.card_of_holder(tx, holder_id=holder_id)
        if after["state"] in STOPPABLE:
            raise
        return after


def card_of_caller(tx: Transaction, card_id: str, *, within: str | None) -> Row:
    """The card and the person that a call is about. Raises Refusal `not_found`, for another town's
    people as well."""
    found: Row | None = queries.card_with_person(tx, card_id=card_id)
    row = required_within(found, within)
    if row["erased_at"] is not None:
        raise Refusal("not_found")
    return row


def stop_for_caller(
    tx: Transaction,
    secrets: PersonalData,
    card_id: str,
    said: Mapping[str, str],
    *,
    within: str | None,
    **by: Unpack[By],
) -> bool:
    """Stop a card for somebody on the telephone; False, on record, if they are not known.

    `said` is what the caller answered, by the fields of FACTS, "" for what was not asked: two of
    them right, and none wrong. Raises FieldProblems if fewer than two were asked, one can't be told
    because no key opens what is on record, or the card can't be stopped.
    """
    card = card_of_caller(tx, card_id, within=within)
    asked = [fact for fact in FACTS if said.get(fact, "").strip()]
    if len(asked) < FACTS_NEEDED:
        raise field_problem("", "请至少问两样，把来电人说的填进去。")
    for fact in asked:
        if _is_unreadable(secrets, card, fact):  # what no key opens is not wrong
            raise field_problem(fact, "现有的密钥读不出登记的号码，这一样核对不了；请改问别的。")
    facts = {"facts": asked}
    right = _right_facts(tx, secrets, card, said)
    if not all(right[fact] for fact in asked):
        record(tx, "card.caller_not_proved", card_id, new=facts, **by)
        return False
    record(tx, "card.caller_proved", card_id, new=facts, **by)
    if card["state"] != "lost":
        report_lost(tx, card_id=card_id, reason=REASONS["stopped_by_phone"], **by)
    return True


def _right_facts(
    tx: Transaction, secrets: PersonalData, card: Mapping[str, Any], said: Mapping[str, str]
) -> dict[str, bool]:
    """Whether each fact is as it is registered."""
    number = secrets.readable_value(card, "holder.id_number") or ""
    phones = (secrets.readable_value(card, "holder.phone") or "").split(BETWEEN)
    last = {fact: "".join(said.get(fact, "").split()).upper() for fact in ("id_last", "phone_last")}
    member = name_form(said.get("member_name", ""))
    names = [name_form(row["name"]) for row in family_of(tx, card["holder_id"])]
    return {
        "id_last": _same(last["id_last"], number[-LAST:]),
        "birth_date": _same(_day(said.get("birth_date", "")), card["birth_date"]),
        "phone_last": any(_same(last["phone_last"], phone[-LAST:]) for phone in phones),
        "member_name": any(_same(member, name) for name in names),
    }


def _is_unreadable(secrets: PersonalData, card: Mapping[str, Any], fact: str) -> bool:
    purpose = SEALED_FACTS.get(fact)
    if purpose is None or card[f"{purpose.partition('.')[2]}_cipher"] is None:
        return False
    return secrets.readable_value(card, purpose) is None


def _same(said: str, known: str) -> bool:
    return bool(known) and hmac.compare_digest(said.encode(), known.encode())


def _day(typed: str) -> str:
    try:
        return typed_day(typed.strip()).isoformat()
    except ValueError:
        return ""
