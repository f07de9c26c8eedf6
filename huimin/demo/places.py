"""The demo county's merchants with their outlets, and its staff.

They stand in places.json. The towns are real; the merchants, their credit codes, the people and the
passwords are invented.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

OPENING_HOURS = {
    "supermarket": "08:00-22:00",
    "pharmacy": "08:00-21:30",
    "hospital": "24 小时",
    "school": "07:30-20:30",
    "other": "08:00-20:00",
}


@dataclass(frozen=True)
class Place:
    """An outlet. `division_code` is a town's or village's; `tills` are its terminals' labels.

    `location` is an invented (latitude, longitude) in decimal degrees, or (None, None).
    """

    name: str
    kind: str
    division_code: str
    address: str
    tills: tuple[str, ...] = ("1 号收银台",)
    location: tuple[str | None, str | None] = (None, None)

    @property
    def opening_hours(self) -> str:
        """The usual hours of its kind."""
        return OPENING_HOURS[self.kind]


@dataclass(frozen=True)
class Company:
    """A merchant and its outlets."""

    name: str
    credit_code: str
    contact_name: str
    contact_phone: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Account:
    """A member of staff. `place` limits the role: a town's code, or an outlet's name."""

    username: str
    name: str
    role: str
    password: str
    place: str = ""


def _companies() -> Iterator[Company]:
    for company in _PLACES["companies"]:
        places = (
            Place(**{**place, **{n: tuple(place[n]) for n in ("tills", "location") if n in place}})
            for place in company["places"]
        )
        yield Company(**{**company, "places": tuple(places)})


_PLACES = json.loads((files("huimin.demo") / "places.json").read_text(encoding="utf-8"))
COMPANIES = tuple(_companies())
# Fixed, weak passwords on purpose: the county is invented and says so wherever they are printed.
STAFF = tuple(Account(**account) for account in _PLACES["staff"])
# Who signs a month, in order: 填报人, 审核人, 负责人.
SIGNERS = tuple(each for each in STAFF if each.role == "administrator")
