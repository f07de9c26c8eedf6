"""Find a town or a village: by code, or by the words that an office wrote.

Offices leave out 村民委员会 or 街道 and add 乐至县 in front; a name counts when exactly one
division of that town fits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from huimin.storage.engine import Transaction
from huimin.storage.named_queries import load_queries

queries = load_queries("divisions")

Row = dict[str, Any]
VILLAGE_ENDINGS = ("社区居民委员会", "居民委员会", "村民委员会", "社区居委会", "村委会", "居委会")
TOWN_ENDINGS = ("街道办事处", "街道办", "人民政府", "街道", "镇", "乡")


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
        return _only_match(self._towns, text, TOWN_ENDINGS)

    def village(self, town_code: str, text: str) -> str | None:
        """The code of the village of that town that is written so, or None."""
        return _only_match(self._villages.get(town_code, []), text, VILLAGE_ENDINGS)

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


def _only_match(rows: list[Mapping[str, Any]], text: str, endings: tuple[str, ...]) -> str | None:
    wanted = clean_name(text)
    if not wanted:
        return None
    exact = [row["code"] for row in rows if row["name"] == wanted]
    if exact:
        return exact[0] if len(exact) == 1 else None
    short = _without_ending(wanted, endings)
    loose = [
        row["code"]
        for row in rows
        # 高寺村 may stand for 高寺村村民委员会, 香泉社区 for 香泉社区居民委员会.
        if (row["name"].startswith(wanted) and row["name"][len(wanted) :] in endings)
        or _without_ending(row["name"], endings) == short
    ]
    return loose[0] if len(loose) == 1 else None


def _without_ending(name: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if name.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)].removesuffix("社区").removesuffix("村") or name
    return name.removesuffix("社区").removesuffix("村") or name
