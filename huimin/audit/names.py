"""What the ids in recorded events mean: outlets, people, policies, divisions by their names.

A name is looked up when the event is read, so it is today's; a person's is masked. What was erased
or never had a name has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from huimin.audit import queries
from huimin.audit.field_words import ids_in
from huimin.core.days import county_minute
from huimin.core.identity import mask_name
from huimin.core.json_text import read_json
from huimin.storage.engine import Row, Transaction

LookUp = Callable[..., Any]
# Kind of thing → the statement that finds its name by its id.
NAME_OF: dict[str, LookUp] = {
    "actor": queries.name_of_actor,
    "alert": queries.name_of_alert,
    "application": queries.name_of_application,
    "basket_good": queries.name_of_basket_good,
    "card": queries.name_of_card,
    "claim": queries.name_of_claim,
    "complaint": queries.name_of_complaint,
    "division": queries.name_of_division,
    "division_list": queries.name_of_division_list,
    "ending": queries.name_of_ending,
    "family_member": queries.name_of_family_member,
    "holder": queries.name_of_holder,
    "holder_request": queries.name_of_holder_request,
    "merchant": queries.name_of_merchant,
    "merchant_application": queries.name_of_merchant_application,
    "notice": queries.name_of_notice,
    "outlet": queries.name_of_outlet,
    # A payee is that of a merchant, by whose id it is recorded.
    "payee": queries.name_of_merchant,
    "policy": queries.name_of_policy,
    "rating": queries.name_of_rating,
    "receipt": queries.name_of_redemption,
    "redemption": queries.name_of_redemption,
    "register_token": queries.name_of_register_token,
    "report_recipient": queries.name_of_report_recipient,
    "report_template": queries.name_of_report_template,
    "settlement": queries.name_of_settlement,
    "shelf_price": queries.name_of_shelf_price,
    "staff": queries.name_of_staff,
    "terminal": queries.name_of_terminal,
    "terminal_code": queries.name_of_terminal_code,
    "till_device": queries.name_of_till_device,
    "waiting_sale": queries.name_of_waiting_sale,
}
MASKED = frozenset({"application", "family_member", "holder", "holder_request"})
# Their id is what people call them.
NAMED_BY_ID = frozenset({"card_key", "clock", "epoch", "month", "personal_key"})
TILL = "terminal:"


def with_names(tx: Transaction, events: Iterable[Row]) -> list[Row]:
    """The events, each with `names`: (kind, id) → name of all that it is about."""
    names: dict[tuple[str, str], str | None] = {}
    named = []
    for event in events:
        asked = set(_asked(event))
        for kind, subject_id in asked - names.keys():
            names[kind, subject_id] = _name(tx, kind, subject_id)
        named.append({**event, "names": {one: names[one] for one in asked if names[one]}})
    return named


def _asked(event: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    actor = str(event["actor"])
    yield "actor", actor
    if actor.startswith(TILL):
        yield "terminal_code", actor.removeprefix(TILL)
    if "subject_kind" in event:
        yield event["subject_kind"], event["subject_id"]
    for side in ("old_json", "new_json"):
        if event.get(side):
            yield from ids_in(read_json(event[side]))


def _name(tx: Transaction, kind: str, subject_id: str) -> str | None:
    if kind in NAMED_BY_ID:
        return subject_id
    look_up = NAME_OF.get(kind)
    name = look_up(tx, id=subject_id) if look_up else None
    if not name:
        return None
    if kind == "till_device":
        return county_minute(name)
    return mask_name(name) if kind in MASKED else str(name)
