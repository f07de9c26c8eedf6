"""What a rule looks at: one ledger row as far as it matters, and the rows around it.

Plain values, so that a rule is a function that a table of cases can test; named tuples, because one
is made while a customer waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from huimin.core.days import county_start, parse_instant
from huimin.divisions.find import town_of

# By the national code, 001 to 099 below a county are its streets: neighbours in the county seat.
STREET_CODES = range(1, 100)


class Fact(NamedTuple):
    """A ledger row. `discount_fen` is net of later reversals, in fen."""

    id: str
    kind: str
    channel: str
    card_id: str
    outlet_id: str
    outlet_kind: str
    division_code: str
    terminal_id: str
    staff_id: str | None
    cashier: str | None
    policy_id: str
    amount_fen: int
    discount_fen: int
    at: datetime
    day: str

    @property
    def town_code(self) -> str:
        """The town or street of the outlet."""
        return town_of(self.division_code)

    @property
    def place(self) -> str:
        """The area that counts as one place: a town, or the county seat with all its streets."""
        town = self.town_code
        return town[:6] + "seat" if int(town[6:9]) in STREET_CODES else town

    @property
    def is_claim(self) -> bool:
        """Recorded by a decision about a claim, not by a sale at the till."""
        return self.channel == "claim"

    @property
    def hour_known(self) -> bool:
        """False for a claim of an earlier day, which is dated to noon (claims/submit.py)."""
        noon = county_start(date.fromisoformat(self.day)) + timedelta(hours=12)
        return not self.is_claim or self.at != noon

    @property
    def hands(self) -> str:
        """Who stood at the till: an account, a name that the till sent, or else the till itself."""
        if self.staff_id is not None:
            return f"staff {self.staff_id}"
        if self.cashier is not None:
            return f"cashier {self.outlet_id} {self.cashier}"
        return f"terminal {self.terminal_id}"


# What of a fact is a column of the ledger as it is.
COLUMNS = tuple(set(Fact._fields) - {"division_code", "discount_fen", "at", "day"})


class Scene(NamedTuple):
    """The row that was just written, its card's other sales that day, its till's earlier sales.

    `till_before` is filled only for a round amount, newest first. `hours` is the outlet's own text.
    """

    row: Fact
    of_card: tuple[Fact, ...] = ()
    till_before: tuple[Fact, ...] = ()
    cap_redemption_fen: int | None = None
    hours: str | None = None


def fact_of(row: Mapping[str, Any], division_code: str | None = None) -> Fact:
    """Build a Fact from a ledger row; `division_code` is the outlet's, if the row lacks it."""
    columns = {name: row[name] for name in COLUMNS}
    return Fact(
        **columns,
        division_code=division_code or row["division_code"],
        discount_fen=row["discount_fen"] - row.get("returned_fen", 0),
        at=parse_instant(row["occurred_at"]),
        day=row["business_day"],
    )
