"""The village typed into a form: its 12-digit code, or its name with or without the town.

The form sends the code of the chosen village; an older draft may hold what was typed. Only villages
within the user's own division count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from huimin.core.catalogue import Text, sentence
from huimin.core.refusals import FieldProblems, field_problem
from huimin.core.visible_text import visible
from huimin.divisions.find import DivisionIndex, town_form
from huimin.divisions.within import lies_within
from huimin.holders.registers.places import near_names, quotable

FIELD = "division_code"
BETWEEN = " · "
CODE_DIGITS = 12
NAMED_MAX = 4
_SIGNS = re.compile(r"\s*[·・•/]\s*")


@dataclass(frozen=True, slots=True)
class Village:
    """A village's code, its town's name and its own name."""

    code: str
    town: str
    name: str

    @property
    def label(self) -> str:
        """How a form shows and accepts it: 天池街道 · 西郊社区居民委员会."""
        return f"{self.town}{BETWEEN}{self.name}"


class Villages:
    """The county's villages; `within` is the user's division, None for all.

    `past` are former names and codes, which count as what took their place.
    """

    def __init__(
        self,
        rows: Iterable[Mapping[str, Any]],
        within: str | None,
        past: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        listed, past = list(rows), list(past)
        self._levels = {row["code"]: row["level"] for row in listed}
        self._index = DivisionIndex(listed, past)
        self._past_towns = [row for row in past if row["level"] == "town"]
        self._within = within
        self._towns = [
            row for row in listed if row["level"] == "town" and self._reaches(row["code"])
        ]
        self._names = {
            town["code"]: [row["name"] for row in listed if row["parent_code"] == town["code"]]
            for town in self._towns
        }

    def code_of(self, text: str) -> str:
        """The code of the village that the text means, "" if it means none."""
        try:
            return self.chosen(text).code
        except FieldProblems:
            return ""

    def chosen(self, text: str) -> Village:
        """The village that the text means. Raises FieldProblems on `division_code`."""
        typed = visible(text).strip()
        if not typed:
            raise field_problem(FIELD, "请选择村或社区。")
        digits = re.sub(r"[\s-]", "", typed)
        if digits.isascii() and digits.isdigit():
            return self._by_code(digits)
        town_text, sign, village_text = _SIGNS.sub(BETWEEN, typed, count=1).partition(BETWEEN)
        return self._in_town(town_text, village_text) if sign else self._by_name(typed)

    def _reaches(self, code: str) -> bool:
        return lies_within(code, self._within)

    def _village(self, code: str) -> Village:
        return Village(code, *self._index.names(code))

    def _by_code(self, code: str) -> Village:
        if len(code) != CODE_DIGITS:
            raise field_problem(FIELD, "区划代码是 12 位数字。")
        code = self._index.now(code)
        level = self._levels.get(code)
        if level is None:
            raise field_problem(FIELD, "没有这个区划代码，请核对 12 位数字。")
        if not self._reaches(code) and level != "county":
            raise _elsewhere()
        if level != "village":
            raise _only_town()
        return self._village(code)

    def _in_town(self, town_text: str, village_text: str) -> Village:
        town = self._index.town(town_text)
        if town is None:
            near = near_names(self._index.clean(town_text), [row["name"] for row in self._towns])
            raise field_problem(
                FIELD,
                "没有叫“{town}”的镇（街道）{hint}",
                town=quotable(self._index.clean(town_text)),
                hint=_hint(near),
            )
        if not self._reaches(self._index.now(town)):
            raise _elsewhere()
        if not village_text.strip():
            raise _only_town()
        code = self._index.village(town, village_text)
        if code is None:
            town_name, _ = self._index.names(town)
            near = self._names[self._index.now(town)]
            raise _no_village(self._index.clean(village_text), near, town_name)
        if not self._reaches(code):
            raise _elsewhere()
        return self._village(code)

    def _by_name(self, text: str) -> Village:
        """Find a village by its name alone, or by town and village name written together."""
        cleaned = self._index.clean(text)
        candidates = {self._index.village(row["code"], cleaned) for row in self._towns} - {None}
        for row in [*self._towns, *self._past_towns]:
            for front in (row["name"], town_form(row["name"])):
                rest = cleaned.removeprefix(front)
                if rest != cleaned and rest:
                    candidates |= {self._index.village(row["code"], rest)} - {None}
        codes = sorted(str(code) for code in candidates if self._reaches(str(code)))
        if len(codes) == 1:
            return self._village(codes[0])
        if codes:
            some = tuple(self._village(code).label for code in codes[:NAMED_MAX])
            raise field_problem(
                FIELD,
                "不止一个镇（街道）有“{village}”，请写上镇（街道）：{some}。",
                village=quotable(cleaned),
                some=some,
            )
        if self._index.town(cleaned) is not None:
            return self._in_town(cleaned, "")
        raise _no_village(cleaned, [name for names in self._names.values() for name in names])


def _elsewhere() -> FieldProblems:
    return field_problem(FIELD, "这里不属于您的镇（街道），请由所在的镇（街道）登记。")


def _only_town() -> FieldProblems:
    return field_problem(FIELD, "这是镇（街道），请选到村或社区。")


def _no_village(text: str, names: list[str], town: str = "") -> FieldProblems:
    near = near_names(text, names)
    return field_problem(
        FIELD,
        "{town}没有叫“{village}”的村（社区）{hint}"
        if town
        else "没有叫“{village}”的村（社区）{hint}",
        town=town,
        village=quotable(text),
        hint=_hint(near),
    )


def _hint(near: list[str]) -> Text:
    if near:
        return Text(sentence("，相近的有{near}。"), {"near": tuple(near)})
    return Text(sentence("，请从列表里选择。"))
