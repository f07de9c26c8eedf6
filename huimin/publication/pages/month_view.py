"""A published month as its page shows it: names for codes, and the table as rows and columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from huimin.core.words import OUTLET_KINDS
from huimin.storage.engine import Row

MEASURES = ("saved_fen", "sales", "cards")
COMMAS = {"en": ", "}


def month_view(figures: Mapping[str, Any], language: str) -> Row:
    """{month, withheld, county, towns, kinds, columns, rows}; figures None where withheld."""
    names = {town["code"]: town["name"] for town in figures["towns"]}
    comma = COMMAS.get(language, "、")

    def kind_words(kinds: Iterable[str]) -> str:
        return comma.join(OUTLET_KINDS.say(kind, language) for kind in kinds)

    cells = figures["by_town_and_kind"]
    return {
        "month": figures["month"],
        "withheld": figures["withheld"],
        "county": figures["county"],
        "towns": [
            {**row, "names": [names[code] for code in row["towns"]]} for row in figures["by_town"]
        ],
        "kinds": [{**row, "names": [kind_words(row["kinds"])]} for row in figures["by_kind"]],
        "comma": comma,
        "columns": _each_once(kind_words(cell["kinds"]) for cell in cells),
        "rows": _rows(cells, names),
        "hidden": any(cell["cards"] is None for cell in cells),
        "people_min": figures["rule"]["people_min"],
    }


def _rows(cells: Sequence[Row], names: Mapping[str, str]) -> list[tuple[list[str], list[Row]]]:
    by_towns: dict[tuple[str, ...], list[Row]] = {}
    for cell in cells:
        by_towns.setdefault(tuple(names[code] for code in cell["towns"]), []).append(cell)
    return [(list(towns), row) for towns, row in by_towns.items()]


def _each_once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
