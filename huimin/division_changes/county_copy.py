"""The county's divisions on which a plan is played through, and one change as it will be done.

The copy knows what a written name means and which divisions there are; what a line of the file may
ask for is decided in plan.py. Nothing is written here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from huimin.division_changes.read_list import Line
from huimin.divisions.find import DivisionIndex, town_of
from huimin.divisions.lives import Lives
from huimin.holders.registers.places import near_names


@dataclass(frozen=True, slots=True)
class Planned:
    """One change as it will be done. `line` is the row of the file; old is None for a new division,
    new for one that is dissolved."""

    line: int
    kind: str
    level: str
    effective_on: date
    old_code: str | None
    old_name: str | None
    new_code: str | None
    new_name: str | None
    basis: str

    @property
    def only_name(self) -> bool:
        """Whether the code stays."""
        return self.old_code == self.new_code

    def as_line(self) -> Line:
        """The line that says exactly this."""
        return Line(
            self.line,
            self.effective_on,
            self.kind,
            self.old_code or "",
            "",
            self.new_code or "",
            self.new_name or "",
            self.basis,
        )


@dataclass(slots=True)
class Place:
    """A division of the copy."""

    code: str
    name: str
    level: str
    parent: str | None
    since: str
    ended_on: str | None
    successor: str | None


class CountyCopy:
    """The divisions, changed one by one; names mean what they meant as the day began."""

    def __init__(self, lives: Lives) -> None:
        self._places: dict[str, Place] = {}
        for code, stretches in lives.by_code.items():
            last = stretches[-1]
            over = last.ended_on if last.valid_until is not None else None
            self._places[code] = Place(
                code,
                last.name,
                last.level,
                lives.parents[code],
                last.valid_from,
                over,
                last.successor_code,
            )
        self.code = next(code for code, one in self._places.items() if one.level == "county")
        self.begin_day()

    def begin_day(self) -> None:
        """From now on names mean the divisions that there are now."""
        self._index = DivisionIndex(
            {"code": one.code, "name": one.name, "level": one.level, "parent_code": one.parent}
            for one in self.living()
        )

    def get(self, code: str) -> Place | None:
        """The division that has or had that code."""
        return self._places.get(code)

    def __getitem__(self, code: str) -> Place:
        return self._places[code]

    def living(self) -> list[Place]:
        """The divisions that there are now."""
        return [one for one in self._places.values() if one.ended_on is None]

    def do(self, change: Planned) -> None:
        """Change the copy."""
        day = change.effective_on.isoformat()
        if change.only_name and change.new_name:
            place = self._places[str(change.old_code)]
            place.name, place.since = change.new_name, day
            return
        if change.old_code is not None:
            before = self._places[change.old_code]
            before.ended_on, before.successor = day, change.new_code
        if change.new_code is None or change.new_name is None:
            return
        target = self._places.get(change.new_code)
        if target is None or target.ended_on is not None:
            parent = self.code if change.level == "town" else town_of(change.new_code)
            self._places[change.new_code] = Place(
                change.new_code, change.new_name, change.level, parent, day, None, None
            )

    def clean(self, written: str) -> str:
        """A written name without spaces and without the province, city or county in front."""
        return self._index.clean(written)

    def code_by_name(self, text: str) -> str | None:
        """A town, or a village with its town in front, or the only village of that name."""
        text = re.sub(r"\s*[·・•/]\s*", "", text)
        town = self._index.town(text)
        if town is not None:
            return town
        start = self._index.town_at_start(text)
        if start is not None and start[1]:
            return self._index.village(*start)
        codes = {
            self._index.village(one.code, text) for one in self.living() if one.level == "town"
        } - {None}
        return codes.pop() if len(codes) == 1 else None

    def village_beside(self, village: Place, name: str) -> str | None:
        """The village of that name in the same town."""
        return self._index.village(town_of(village.code), name)

    def is_called(self, place: Place, text: str) -> bool:
        """Whether that may be written for the division."""
        if self.clean(text) in (place.name, self.full_name(place)):
            return True
        if place.level == "town":
            return self._index.town(text) == place.code
        start = self._index.town_at_start(text)
        rest = start[1] if start and start[1] else text
        return self._index.village(town_of(place.code), rest) == place.code

    def full_name(self, place: Place) -> str:
        """A village's name with its town's in front."""
        if place.level == "village":
            return f"{self._places[str(place.parent)].name}{place.name}"
        return place.name

    def names_near(self, written: str) -> list[str]:
        """Names that may have been meant."""
        return list(near_names(self.clean(written), [one.name for one in self.living()]))

    def are_of_one_town(self, old: str, new: str) -> bool:
        """Whether both codes are of one town, or of one and what it becomes on that day."""
        town = self._places.get(town_of(old))
        return town_of(new) in (town_of(old), town.successor if town else None)

    def leads_to(self, code: str, sought: str) -> bool:
        """Whether one of the divisions that followed `code` is `sought`."""
        seen: set[str] = set()
        follow: str | None = code
        while follow is not None and follow not in seen:
            seen.add(follow)
            follow = self._places[follow].successor if follow in self._places else None
            if follow == sought:
                return True
        return False
