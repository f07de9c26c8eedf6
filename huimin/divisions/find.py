"""Find a town or a village: by code, or by the words that an office wrote.

Offices leave out 村民委员会 or 街道 and add 乐至县 in front; a name counts when exactly one
division of that town fits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from huimin.divisions import queries
from huimin.storage.engine import Transaction

Row = dict[str, Any]
# What an ending says about the kind; a longer ending stands before one that it ends in.
VILLAGE_ENDINGS = (
    ("村民委员会", "村"),
    ("居民委员会", "社区"),
    ("村委会", "村"),
    ("居委会", "社区"),
)
TOWN_ENDINGS = ("人民政府", "办事处", "街道办", "街道", "镇", "乡")


def find(tx: Transaction, code: str) -> Row | None:
    """The division of that 12-digit code."""
    row: Row | None = queries.division_by_code(tx, code=code)
    return row


def all_divisions(tx: Transaction) -> list[Row]:
    """Every division by code."""
    return list(queries.all_divisions(tx))


def town_of(code: str) -> str:
    """The town's code of a village's, town's or county's code (the county's stays as it is)."""
    return f"{code[:9]}000"


class DivisionIndex:
    """The divisions in memory, to look up many written names."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._by_code = {row["code"]: row for row in rows}
        self._towns = [row for row in self._by_code.values() if row["level"] == "town"]
        self._villages: dict[str, list[Mapping[str, Any]]] = {}
        for row in self._by_code.values():
            if row["level"] == "village":
                self._villages.setdefault(row["parent_code"], []).append(row)

    def town(self, text: str) -> str | None:
        """The code of the town that is written so, or None."""
        return _only_match(self._towns, text, town_form)

    def village(self, town_code: str, text: str) -> str | None:
        """The code of the village of that town that is written so, or None."""
        return _only_match(self._villages.get(town_code, []), text, village_form)

    def names(self, code: str) -> tuple[str, str]:
        """(town, village) of a code; the village is empty for a town's code."""
        row = self._by_code[code]
        if row["level"] == "village":
            return self._by_code[row["parent_code"]]["name"], row["name"]
        return row["name"], ""


def clean_name(text: str) -> str:
    """A written division name without spaces and without the province, city or county in front."""
    narrow = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"^(四川省)?(资阳市)?(乐至县)?", "", narrow)


def town_form(name: str) -> str:
    """The name without what kind of town it is: 天池镇 became 天池街道 and is still written so."""
    for ending in TOWN_ENDINGS:
        name = name.removesuffix(ending) or name
    return name


def village_form(name: str) -> str:
    """The short form that says village or community: 高寺村村民委员会 → 高寺村."""
    for ending, kind in VILLAGE_ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)].removesuffix(kind) + kind
    return name


def _only_match(
    rows: Iterable[Mapping[str, Any]], text: str, form: Callable[[str], str]
) -> str | None:
    """The code of the one row whose name, or else whose form, is that of the text."""
    wanted = clean_name(text)
    if not wanted:
        return None
    listed = list(rows)
    for fits in (
        lambda name: name == wanted,
        lambda name: form(name) == form(wanted),
        # 高寺 alone may be the village or the community; it counts when there is only one of them.
        lambda name: form(name).removesuffix("村").removesuffix("社区") == wanted,
    ):
        found = [row["code"] for row in listed if fits(row["name"])]
        if found:
            return found[0] if len(found) == 1 else None
    return None
