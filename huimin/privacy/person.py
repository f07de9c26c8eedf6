"""One person as the county knows them: found by id, card or ID number, and all that is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from huimin.cards.find import find_card
from huimin.core.card_token import read_text
from huimin.core.days import county_day, parse_instant
from huimin.core.phone import BETWEEN
from huimin.core.refusals import Refusal, field_problem
from huimin.holders.people import find_by_id_number, holder_by_id
from huimin.instance import Instance
from huimin.keys.personal_data import PersonalData
from huimin.privacy import queries
from huimin.privacy.texts import Needles
from huimin.storage.engine import Row, Transaction

# What is recorded of a person by their id, in the order of the export. Encrypted and hashed columns
# are left out of it; what they hold is written in clear.
RECORDS: Mapping[str, Callable[..., Any]] = {
    "family": queries.members_of_person,
    "eligibilities": queries.eligibilities_of_person,
    "applications": queries.applications_of_person,
    "papers": queries.evidence_of_person,
    "cards": queries.cards_of_person,
    "card_events": queries.card_events_of_person,
    "redemptions_and_reversals": queries.sales_of_person,
    "discount_used": queries.usage_of_person,
    "claims": queries.claims_of_person,
    "ratings": queries.ratings_of_person,
    "complaint_answers": queries.complaint_answers_of_person,
    "offline_sales": queries.offline_of_person,
    "refused_attempts": queries.attempts_of_person,
    "alerts": queries.alerts_of_person,
    "card_lookups": queries.lookups_of_person,
    "contacts": queries.contacts_of_person,
    "messages": queries.messages_of_person,
    "messages_told": queries.told_to_person,
    "wishes_for_messages": queries.wishes_of_person,
    "cards_handed_over": queries.handovers_of_person,
    "requests": queries.requests_of_person,
    "endings_of_aid": queries.endings_of_person,
    "changes_of_division": queries.moves_of_person,
    "my_card_codes": queries.my_codes_of_person,
    "my_card_sign_ins": queries.my_sessions_of_person,
    "my_card_phones": queries.my_devices_of_person,
    "my_card_family": queries.my_views_of_person,
    "audit_record": queries.events_of_person,
}


def find_person(tx: Transaction, instance: Instance, typed: str, number: str | None) -> Row:
    """The holder's row by the id or card number that was typed, or by an ID number.

    Raises FieldProblems on `person`; Refusal for a card that can't be read.
    """
    if number is not None:
        holder = find_by_id_number(tx, instance.personal_data, number)
    else:
        holder = holder_by_id(tx, typed.strip())
        if holder is None:
            holder = _holder_of_card(tx, instance, typed)
    if holder is None:
        raise field_problem("person", "没有这个持卡人，请核对编号、卡号或身份证号码。")
    if holder["erased_at"] is not None:
        day = county_day(parse_instant(holder["erased_at"]))
        raise field_problem("person", "这个人的资料已经在 {at} 删除。", at=day.isoformat())
    return holder


def needles_of(secrets: PersonalData, holder: Mapping[str, Any]) -> Needles:
    """What names that holder in a text."""
    number = secrets.value(holder, "holder.id_number")
    phones = (secrets.value(holder, "holder.phone") or "").split(BETWEEN)
    return Needles(holder["name"], tuple(text for text in (number, *phones) if text))


def _holder_of_card(tx: Transaction, instance: Instance, typed: str) -> Row | None:
    try:
        card = find_card(tx, read_text(typed), instance.key_ring.public_keys())
    except Refusal:
        return None
    return holder_by_id(tx, card["holder_id"])
