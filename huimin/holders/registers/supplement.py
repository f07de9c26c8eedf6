"""What the person who imports a register says once, for what the register does not say itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from huimin.core.refusals import FieldProblem, FieldProblems
from huimin.core.words import ELIGIBILITIES
from huimin.holders.registers.cells import COLUMNS_MAX

# The fields for which a person may say which column has them.
CHOSEN_FIELDS = ("name", "id_number", "kind", "starts_on", "ends_on", "town", "village")
_LETTERS = re.compile("[A-Za-z]{1,3}")


@dataclass(frozen=True, slots=True)
class Supplement:
    """Kinds, place and first day for rows that say none, and the columns chosen for fields.

    `town` and `village` are names as a register would have them; columns count from 0.
    """

    kinds: tuple[str, ...] = ()
    town: str | None = None
    village: str | None = None
    starts_on: date | None = None
    columns: dict[str, int] = field(default_factory=dict)
    # The county day of the register, if it may change what was corrected by hand before it.
    register_date: date | None = None
    # The code of the only town whose people the sender may enter or change; None for the county.
    only_town: str | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns that need not be there."""
        values = {
            "kind": self.kinds,
            "town": self.town,
            "village": self.village,
            "starts_on": self.starts_on,
        }
        return tuple(name for name, value in values.items() if value)

    def as_dict(self) -> dict[str, Any]:
        """As a job keeps it; `supplement_of` reads it."""
        return {
            "kinds": list(self.kinds),
            "town": self.town,
            "village": self.village,
            "starts_on": self.starts_on and self.starts_on.isoformat(),
            "columns": self.columns,
            "register_date": self.register_date and self.register_date.isoformat(),
            "only_town": self.only_town,
        }


def supplement_of(values: Mapping[str, Any] | None) -> Supplement:
    """What a job kept of `Supplement.as_dict`; nothing if it is older than that."""
    if not values:
        return Supplement()
    day, register_day = values["starts_on"], values["register_date"]
    return Supplement(
        tuple(values["kinds"]),
        values["town"],
        values["village"],
        date.fromisoformat(day) if day else None,
        dict(values["columns"]),
        date.fromisoformat(register_day) if register_day else None,
        values.get("only_town"),
    )


def checked_supplement(
    *,
    kinds: tuple[str, ...] = (),
    town: str | None = None,
    village: str | None = None,
    starts_on: date | None = None,
    columns: Mapping[str, str] | None = None,
    register_date: date | None = None,
    only_town: str | None = None,
    today: date,
) -> Supplement:
    """What was said, checked. `columns` has Excel's letters by field; empty ones are not chosen.

    Raises FieldProblems on eligibility, column, starts_on, register_date.
    """
    problems = []
    if any(kind not in ELIGIBILITIES for kind in kinds):
        problems.append(FieldProblem("eligibility", "没有这一类保障，请从列出的里面选。"))
    if starts_on is not None and starts_on > today:
        problems.append(FieldProblem("starts_on", "这一天还没有到；认定日期不能在今天之后。"))
    if register_date is not None and register_date > today:
        problems.append(FieldProblem("register_date", "这一天还没有到；请填名册上的日期。"))
    chosen = {}
    for name, letters in (columns or {}).items():
        if not letters.strip():
            continue
        place = _place_of(letters.strip())
        if name not in CHOSEN_FIELDS or place is None:
            problems.append(
                FieldProblem(
                    "column", "请写列的字母，例如 name=C；能指定的有姓名、身份证号码等列。"
                )
            )
        else:
            chosen[name] = place
    if problems:
        raise FieldProblems(problems)
    return Supplement(
        kinds, town or None, village or None, starts_on, chosen, register_date, only_town
    )


def _place_of(letters: str) -> int | None:
    if not _LETTERS.fullmatch(letters):
        return None
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1 if place <= COLUMNS_MAX else None
