"""People who may be the same as the one being entered; a warning, a person decides."""

from __future__ import annotations

from huimin.core.identity import mask_name
from huimin.core.name_form import GRAM_MAX, name_form
from huimin.divisions.find import town_of
from huimin.divisions.within import division_parameters
from huimin.holders import queries
from huimin.holders.people import HolderDraft, find_by_id_number
from huimin.keys.personal_data import PersonalData
from huimin.storage.engine import Row, Transaction

SAME_MAX = 10


def registered_before(
    tx: Transaction, personal_data: PersonalData, draft: HolderDraft
) -> Row | None:
    """The person who has the draft's ID number already, wherever in the county; or None."""
    return find_by_id_number(tx, personal_data, draft.id_number.number)


def likely_same(tx: Transaction, draft: HolderDraft) -> list[Row]:
    """Up to ten people with the same name who live in the same town or have the same birthday.

    Each with id, name_masked, birth_date and division_code.
    """
    form = name_form(draft.name)
    rows = queries.likely_same(
        tx,
        gram=form[:GRAM_MAX],
        birth_date=draft.id_number.birth_date.isoformat(),
        **division_parameters(town_of(draft.division_code)),
    )
    return [
        {
            **{name: row[name] for name in ("id", "birth_date", "division_code")},
            "name_masked": mask_name(row["name"]),
        }
        for row in [row for row in rows if name_form(row["name"]) == form][:SAME_MAX]
    ]
