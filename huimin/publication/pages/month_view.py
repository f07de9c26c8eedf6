"""A published month as its page shows it: names for codes, and the table as rows and columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from huimin.core.money import BASIS_POINTS, half_up
from huimin.core.words import OUTLET_KINDS
from huimin.reach.chart import share_text
from huimin.storage.engine import Row

MEASURES = ("saved_fen", "sales", "cards")
COMMAS = {"en": ", "}


def month_view(figures: Mapping[str, Any], language: str) -> Row:
    """{month, withheld, county, towns, kinds, columns, rows}; figures None where withheld.

    Those of the take-up are None also in a month that was published before there was one.
    """
    names = {town["code"]: town["name"] for town in figures["towns"]}
    comma = COMMAS.get(language, "、")

    def kind_words(kinds: Iterable[str]) -> str:
        return comma.join(OUTLET_KINDS.say(kind, language) for kind in kinds)

    cells = figures["by_town_and_kind"]
    return {
        "month": figures["month"],
        "withheld": figures["withheld"],
        "county": _with_shares(figures["county"] or {}),
        "towns": [
            {**_with_shares(row), "names": [names[code] for code in row["towns"]]}
            for row in figures["by_town"]
        ],
        "kinds": [{**row, "names": [kind_words(row["kinds"])]} for row in figures["by_kind"]],
        "comma": comma,
        "columns": _each_once(kind_words(cell["kinds"]) for cell in cells),
        "rows": _rows(cells, names),
        "hidden": any(cell["cards"] is None for cell in cells),
        "people_min": figures["rule"]["people_min"],
        "merchants_min": figures["rule"].get("merchants_min"),
    }


def _with_shares(row: Row) -> Row:
    """The figures with the shares of the take-up in words: of the entitled, reached and used."""
    entitled, reached = row.get("entitled"), row.get("reached")
    shares = {"entitled": entitled, "reached": reached}
    if entitled and reached is not None:
        shares |= {
            "reached_share": share_text(half_up(reached * BASIS_POINTS, entitled)),
            "used_share": share_text(half_up(row["cards"] * BASIS_POINTS, entitled)),
        }
    return {**row, **shares}


def _rows(cells: Sequence[Row], names: Mapping[str, str]) -> list[tuple[list[str], list[Row]]]:
    by_towns: dict[tuple[str, ...], list[Row]] = {}
    for cell in cells:
        by_towns.setdefault(tuple(names[code] for code in cell["towns"]), []).append(cell)
    return [(list(towns), row) for towns, row in by_towns.items()]


def _each_once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
