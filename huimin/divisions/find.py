"""Find a town or a village by its code, or by its name as an office wrote it.

Offices leave out 村民委员会 or 街道 and add the county in front (above.py); a name counts when
exactly one division of that town matches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from huimin.core.name_form import simplified
from huimin.core.visible_text import without_blanks
from huimin.divisions import queries
from huimin.divisions.above import SIGNS, above_of
from huimin.storage.engine import Row, Transaction

# Ending → kind. Longer endings come before shorter ones that they contain.
VILLAGE_ENDINGS = (
    ("村民委员会", "村"),
    ("居民委员会", "社区"),
    ("行政村", "村"),
    ("村党支部", "村"),
    ("村党总支", "村"),
    ("村委会", "村"),
    ("居委会", "社区"),
    ("村委", "村"),
    ("居委", "社区"),
    ("村党群服务中心", "村"),
    ("社区党群服务中心", "社区"),
    ("村便民服务站", "村"),
    ("社区便民服务站", "社区"),
)
TOWN_ENDINGS = ("街道办", "街道", "镇", "乡")
_ANOTHER_VILLAGE = re.compile("村(?!民|部|委)|社区|居委|^(委|党)")
# The offices of a town: any of them, also one behind the other.
_TOWN_OFFICE = re.compile(
    "(人民政府|政府|党委|党工委|办事处|便民服务中心|社会事务办(公室)?|民政办(公室)?|党政办(公室)?|民政所)+$"
)
_SIGNS = f"{SIGNS}。;:"
# What is left of a town's name behind its short form, in either script.
_TOWN_KIND = re.compile("^(人民政府|政府|办事处|街道[办辦]?|[镇鎮乡鄉])")
CODE_DIGITS, TOWN_DIGITS = 12, 9


def find(tx: Transaction, code: str) -> Row | None:
    """The division with that 12-digit code, or None."""
    row: Row | None = queries.division_by_code(tx, code=code)
    return row


def all_divisions(tx: Transaction) -> list[Row]:
    """Every division, ordered by code."""
    return list(queries.all_divisions(tx))


def town_of(code: str) -> str:
    """The code of the town that a division belongs to; the county's own code stays unchanged."""
    return f"{code[:9]}000"


class DivisionIndex:
    """All divisions in memory, for looking up many written names.

    `past` are former names and codes (divisions/lives.py:past_names): they count where no living
    division fits, and lead to the one that took their place.
    """

    def __init__(
        self, rows: Iterable[Mapping[str, Any]], past: Iterable[Mapping[str, Any]] = ()
    ) -> None:
        self._by_code = {row["code"]: row for row in rows}
        self._above = above_of(self._by_code.values())
        self._towns = [row for row in self._by_code.values() if row["level"] == "town"]
        self._villages: dict[str, list[Mapping[str, Any]]] = {}
        for row in self._by_code.values():
            if row["level"] == "village":
                self._villages.setdefault(row["parent_code"], []).append(row)
        past = list(past)
        self._past = {row["code"]: row for row in past if row["code"] not in self._by_code}
        self._past_towns = [row for row in past if row["level"] == "town"]
        # Under the town that they had, and under the one in which their successor lies.
        self._past_villages: dict[str, list[Mapping[str, Any]]] = {}
        for row in past:
            if row["level"] == "village":
                for parent in dict.fromkeys((row["parent_code"], town_of(row["now"]))):
                    self._past_villages.setdefault(parent, []).append(row)

    def clean(self, text: str) -> str:
        """A written name without spaces and without the province, city or county in front."""
        return self._above.sub("", without_blanks(text)).strip(_SIGNS)

    def now(self, code: str) -> str:
        """The living division that a code of this index leads to."""
        row = self._past.get(code)
        return str(row["now"]) if row else code

    def town(self, text: str) -> str | None:
        """The code of the only town that the text can mean, or None.

        That of a former town if only its name fits: its villages are looked up by `village`.
        """
        code = self._by_written_code(text, "town")
        if code is None:
            code = self._only_match(self._towns, text, town_form)
        return code or self._only_match(self._past_towns, text, town_form)

    def village(self, town_code: str, text: str) -> str | None:
        """The living code of the only village of that town that the text can mean, or None."""
        code = self._by_written_code(text, "village")
        if code is not None:
            in_town = town_code in (town_of(code), town_of(self.now(code)))
            return self.now(code) if in_town else None
        past = self._past_villages.get(town_code, [])
        living = self._villages.get(town_code, [])
        if town_code in self._past:
            past = [row for row in past if row["parent_code"] == town_code]
            living = self._villages.get(self.now(town_code), [])
            return self._only_match(past, text, village_form, "now") or self._only_match(
                living, text, village_form
            )
        return self._only_match(living, text, village_form) or self._only_match(
            past, text, village_form, "now"
        )

    def is_called(self, code: str, town_code: str, text: str) -> bool:
        """Whether a living village is what the text and the town name now, not a former name."""
        if town_of(code) != town_code:
            return False
        if self.clean(text).startswith(village_form(self._by_code[code]["name"])):
            return True
        return self._by_written_code(text, "village") == code or code == self._only_match(
            self._villages.get(town_code, []), text, village_form
        )

    def town_at_start(self, text: str) -> tuple[str, str] | None:
        """The code of the town with whose name an address begins, and the rest of the address."""
        plain = self._town_at_start(self.clean(text))
        if plain is not None or text.isascii():
            return plain
        return self._town_at_start(self.clean(simplified(text)))

    def _town_at_start(self, sought: str) -> tuple[str, str] | None:
        for form in (lambda name: name, lambda name: f"{town_form(name)}镇", town_form):
            towns = self._starting(sought, form)
            if len(towns) == 1:
                name = form(towns[0]["name"])
                rest = _TOWN_KIND.sub("", sought[len(name) :])
                return towns[0]["code"], rest.strip(_SIGNS)
        return None

    def village_at_start(self, town_code: str, text: str) -> str | None:
        """The code of the town's village with whose name the text begins: 清水村双河组15号.

        None where another village's name may follow in the text.
        """
        sought = self.clean(text)
        fitting = [
            (len(form), row.get("now", row["code"]))
            for row in (
                *self._villages.get(self.now(town_code), []),
                *self._past_villages.get(town_code, []),
            )
            if sought.startswith(form := village_form(row["name"]))
            and not _ANOTHER_VILLAGE.search(sought[len(form) :])
        ]
        longest = {str(code) for length, code in fitting if length == max(fitting)[0]}
        return longest.pop() if len(longest) == 1 else None

    def _starting(self, sought: str, form: Callable[[str], str]) -> list[Mapping[str, Any]]:
        """The towns with whose name, in that form, the text begins; living ones first."""
        for towns in (self._towns, self._past_towns):
            starting = {row["code"]: row for row in towns if sought.startswith(form(row["name"]))}
            if starting:
                return list(starting.values())
        return []

    def _by_written_code(self, text: str, level: str) -> str | None:
        digits = self.clean(text).removesuffix(".0")
        if not re.fullmatch(r"[0-9]{9}|[0-9]{12}", digits, re.ASCII):
            return None
        code = digits.ljust(CODE_DIGITS, "0")
        row = self._by_code.get(code) or self._past.get(code)
        return None if row is None or row["level"] != level else code

    def _only_match(
        self,
        rows: Iterable[Mapping[str, Any]],
        text: str,
        form: Callable[[str], str],
        answer: str = "code",
    ) -> str | None:
        """The code of the only row whose name, or else whose short form, matches the text.

        `answer` is the column of the code: several rows with the same are one.
        """
        sought = self.clean(text)
        if not sought:
            return None
        listed = list(rows)
        for written in (sought, simplified(sought)) if not sought.isascii() else (sought,):
            for fits in (
                lambda name, written=written: name == written,
                lambda name, written=written: form(name) == form(written),
                # 高寺 alone may be the village or the community: only if there is but one of them.
                lambda name, written=written: (
                    form(name).removesuffix("村").removesuffix("社区") == written
                ),
            ):
                codes = {str(row[answer]) for row in listed if fits(row["name"])}
                if codes:
                    return codes.pop() if len(codes) == 1 else None
        return None

    def by_code(self, text: str) -> str | None:
        """The village whose 12-digit code the text is, or None."""
        code = self._by_written_code(text, "village")
        return None if code is None else self.now(code)

    def names(self, code: str) -> tuple[str, str]:
        """(town, village) of a code; the village is empty for a town's code."""
        row = self._row(code)
        if row["level"] == "village":
            return self._row(row["parent_code"])["name"], row["name"]
        return row["name"], ""

    def _row(self, code: str) -> Mapping[str, Any]:
        return self._by_code.get(code) or self._past[code]


def town_form(name: str) -> str:
    """The name without its kind: 天池镇 became 天池街道, and offices still write the old name."""
    name = _TOWN_OFFICE.sub("", name) or name
    for ending in TOWN_ENDINGS:
        name = name.removesuffix(ending) or name
    return name


def village_form(name: str) -> str:
    """The short form that keeps the kind: 高寺村村民委员会 → 高寺村."""
    for ending, kind in VILLAGE_ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)].removesuffix(kind) + kind
    return name
