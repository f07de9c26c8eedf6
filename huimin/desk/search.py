"""One search for everything: people, cards, receipts, orders, merchants, outlets and staff.

Each room's own search knows what a text may be; the reader's role decides which rooms are asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from huimin.access.staff_list import StaffCriteria, staff_after
from huimin.core.identity import Names, masked
from huimin.core.permissions import allows
from huimin.core.refusals import FieldProblem, FieldProblems
from huimin.desk import queries
from huimin.holders.search import PersonCriteria, people_rows, search
from huimin.keys.personal_data import PersonalData
from huimin.merchants.merchants import MerchantCriteria, merchants_after
from huimin.merchants.outlet_list import OutletCriteria, outlets_after
from huimin.storage.engine import Row, Transaction

# Of each kind; the list of the kind has the others.
MATCHES_MAX = 10
# A shorter text is the number of too many orders to mean one.
NUMBER_LENGTH_MIN = 3


@dataclass(frozen=True, slots=True)
class Matches:
    """Rows by kind, up to MATCHES_MAX + 1 of each kind that has any.

    `problem` says why the text can be nobody's number.
    """

    rows: dict[str, list[Row]]
    problem: FieldProblem | None = None

    @property
    def only(self) -> tuple[str, Row] | None:
        """The kind and row of the one thing that was found, if it is one."""
        every = [(kind, row) for kind, rows in self.rows.items() for row in rows]
        return every[0] if len(every) == 1 else None


def search_everything(
    tx: Transaction,
    personal_data: PersonalData,
    text: str,
    *,
    role: str,
    within: str | None,
    today: date,
    names: Names = masked,
) -> Matches:
    """What the reader may see that has this text as its name or its number.

    `within` is the code of the town that a registrar is limited to. `names` shows people's names.
    """
    problem = None
    rows: dict[str, list[Row]] = {}
    try:
        rows["people"] = _people(tx, personal_data, text, within, today, names)
    except FieldProblems as error:
        problem = error.problems[0]
    for kind, (action, rows_of) in _OTHERS.items():
        if allows(role, action):
            rows[kind] = rows_of(tx, text)
    return Matches({kind: some for kind, some in rows.items() if some}, problem)


def _people(
    tx: Transaction,
    personal_data: PersonalData,
    text: str,
    within: str | None,
    today: date,
    names: Names,
) -> list[Row]:
    find = search(tx, personal_data, PersonCriteria(text=text), today=today, within=within)
    ids = [person.id for person in find("", MATCHES_MAX + 1)]
    return people_rows(tx, personal_data, ids, today, text, names)


def _sales(tx: Transaction, text: str) -> list[Row]:
    if len(text) < NUMBER_LENGTH_MIN:
        return []
    return list(queries.sales_numbered(tx, number=text, row_limit=MATCHES_MAX + 1))


def _merchants(tx: Transaction, text: str) -> list[Row]:
    return merchants_after(tx, MerchantCriteria(text=text), count=MATCHES_MAX + 1)


def _outlets(tx: Transaction, text: str) -> list[Row]:
    return outlets_after(tx, OutletCriteria(text=text), count=MATCHES_MAX + 1)


def _staff(tx: Transaction, text: str) -> list[Row]:
    return staff_after(tx, StaffCriteria(text=text), count=MATCHES_MAX + 1)


_OTHERS: dict[str, tuple[str, Callable[[Transaction, str], list[Row]]]] = {
    "sales": ("ledger.read", _sales),
    "merchants": ("merchant.read", _merchants),
    "outlets": ("merchant.read", _outlets),
    "staff": ("staff.read", _staff),
}
