"""Find the division code for a written town and village, or suggest similar names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from huimin.core.catalogue import Text, text
from huimin.divisions.find import DivisionIndex, clean_name

SHOWN_CHARACTERS_MAX = 20
# A register has a few hundred places; a malicious one may have as many as rows.
REMEMBERED_MAX = 20_000
_GROUP = re.compile(r"(第?[0-9一二三四五六七八九十]+)(组|社|队|村民小组)$")


class PlaceProblem(ValueError):
    """No division, or several, match the text. `field` is the column: town or village."""

    def __init__(self, field: str, text: Text) -> None:
        super().__init__(text.say())
        self.field, self.text = field, text


class Places:
    """Resolves written places, and caches the results, failures included."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        listed = list(rows)
        self._index = DivisionIndex(listed)
        self._results: dict[tuple[str, str], str | PlaceProblem] = {}
        self._towns = [row["name"] for row in listed if row["level"] == "town"]
        self._villages: dict[str, list[str]] = {}
        for row in listed:
            if row["level"] == "village":
                self._villages.setdefault(row["parent_code"], []).append(row["name"])

    def village(self, town_text: str, village_text: str) -> str:
        """The 12-digit code of the village. Raises PlaceProblem."""
        written = (town_text, village_text)
        result = self._results.get(written)
        if result is None:
            try:
                result = self._village(town_text, village_text)
            except PlaceProblem as problem:
                result = problem
            if len(self._results) < REMEMBERED_MAX:
                self._results[written] = result
        if isinstance(result, PlaceProblem):
            raise PlaceProblem(result.field, result.text)
        return result

    def _village(self, town_text: str, village_text: str) -> str:
        town = self._index.town(town_text)
        if town is None:
            raise PlaceProblem(
                "town",
                text(
                    "没有叫“{town}”的乡镇（街道）{hint}",
                    town=quotable(town_text),
                    hint=self._near(town_text, self._towns),
                ),
            )
        town_name, _ = self._index.names(town)
        for reading in self._readings(village_text, town_name):
            code = self._index.village(town, reading)
            if code is not None:
                return code
        raise PlaceProblem(
            "village",
            text(
                "{town}没有叫“{village}”的村（社区）{hint}",
                town=town_name,
                village=quotable(village_text),
                hint=self._near(village_text, self._villages.get(town, [])),
            ),
        )

    @staticmethod
    def _readings(text: str, town_name: str) -> list[str]:
        """The text as written, then without the town before it and the group after it."""
        bare = clean_name(text)
        inner = _GROUP.sub("", bare.removeprefix(town_name))
        return [text, inner] if inner and inner != bare else [text]

    @staticmethod
    def _near(written: str, names: list[str]) -> Text:
        near = near_names(written, names)
        if near:
            return text("，相近的有{near}，请改正。", near=tuple(near))
        return text("，请对照行政区划改正。")


def near_names(text: str, names: Iterable[str]) -> list[str]:
    """Up to three names that are most similar to the text."""
    return difflib.get_close_matches(clean_name(text), list(names), n=3, cutoff=0.5)


def quotable(text: str) -> str:
    """A written place as a message may quote it: short, and without long numbers."""
    short = clean_name(text)[:SHOWN_CHARACTERS_MAX]
    return re.sub(r"[0-9Xx*]{5,}", "*****", short)
