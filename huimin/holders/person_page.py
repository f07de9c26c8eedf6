"""Everything that one person's page shows, with masked numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Unpack

from huimin.audit.names import with_names
from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.identity import Names, mask_id_number, mask_name, mask_phone, masked
from huimin.divisions.find import DivisionIndex, all_divisions
from huimin.holders import queries
from huimin.holders.evidence import evidence_of
from huimin.holders.people import eligibilities_of, family_of
from huimin.keys.personal_data import PersonalData
from huimin.ledger.read import rows_of_holder
from huimin.storage.engine import Row, Transaction

EVENTS_MAX = 200
SALES_SHOWN = 20
VIEWS_APART = timedelta(hours=1)


def person_page(
    tx: Transaction,
    personal_data: PersonalData,
    holder: Mapping[str, Any],
    names: Names = masked,
) -> dict[str, Any]:
    """A holder's data, family, eligibilities, applications, cards, evidence, sales and events.

    Of the holder and each member, `name` is what `names` shows, and `name_masked` is masked.
    """
    town, village = DivisionIndex(all_divisions(tx)).names(holder["division_code"])
    number = personal_data.readable_value(holder, "holder.id_number")
    phone = personal_data.readable_value(holder, "holder.phone")
    holder_id = holder["id"]

    def names_of(name: str) -> dict[str, str]:
        return {"name": names(name, holder["division_code"]), "name_masked": mask_name(name)}

    return {
        "id": holder_id,
        **names_of(holder["name"]),
        "gender": holder["gender"],
        "birth_date": holder["birth_date"],
        "id_number_masked": mask_id_number(number or ""),
        "phone_masked": mask_phone(phone),
        # What no key opens: it is not as if there were none.
        "number_unreadable": number is None and holder["id_number_cipher"] is not None,
        "phone_unreadable": phone is None and holder["phone_cipher"] is not None,
        "division_code": holder["division_code"],
        "town": town,
        "village": village,
        "verified_on": holder["verified_on"],
        "family": [{**member, **names_of(member["name"])} for member in family_of(tx, holder_id)],
        "family_ended": [
            {**member, **names_of(member["name"])}
            for member in queries.all_family_of(tx, holder_id=holder_id)
            if member["ended_at"] is not None
        ],
        "eligibilities": eligibilities_of(tx, holder_id),
        "applications": list(queries.applications_of(tx, holder_id=holder_id)),
        "cards": list(queries.cards_of_person(tx, holder_id=holder_id)),
        "evidence": evidence_of(tx, holder_id),
        "sales": rows_of_holder(tx, holder_id, SALES_SHOWN),
        "events": with_names(
            tx, queries.events_of_person(tx, holder_id=holder_id, count=EVENTS_MAX)
        ),
    }


def note_view(tx: Transaction, holder_id: str, **by: Unpack[By]) -> None:
    """Record that somebody viewed a person's page, at most once an hour."""
    since = instant_text(by["now"] - VIEWS_APART)
    if queries.seen_since(tx, holder_id=holder_id, actor=by["actor"], since=since) is None:
        record(tx, "holder.viewed", holder_id, **by)


def live_card(person: Mapping[str, Any]) -> Row | None:
    """The active, suspended or lost card of a `person_page`, or None."""
    live = ("active", "suspended", "lost")
    return next((card for card in person["cards"] if card["state"] in live), None)


def open_application(person: Mapping[str, Any]) -> Row | None:
    """The undecided application of a `person_page`, or None."""
    return next((one for one in person["applications"] if one["state"] == "submitted"), None)
