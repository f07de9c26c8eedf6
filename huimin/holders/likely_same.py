"""People who may be the same as the one being entered; a warning, a person decides."""

from __future__ import annotations

from huimin.core.identity import mask_name
from huimin.divisions.find import town_of
from huimin.divisions.within import division_parameters
from huimin.holders import queries
from huimin.holders.name_grams import GRAM_MAX
from huimin.holders.people import HolderDraft
from huimin.storage.engine import Row, Transaction


def likely_same(tx: Transaction, draft: HolderDraft) -> list[Row]:
    """Up to ten people with the same name who live in the same town or have the same birthday.

    Each with id, name_masked, birth_date and division_code.
    """
    rows = queries.likely_same(
        tx,
        gram="".join(draft.name.split())[:GRAM_MAX],
        name=draft.name,
        birth_date=draft.id_number.birth_date.isoformat(),
        **division_parameters(town_of(draft.division_code)),
    )
    return [
        {
            **{name: row[name] for name in ("id", "birth_date", "division_code")},
            "name_masked": mask_name(row["name"]),
        }
        for row in rows
    ]
