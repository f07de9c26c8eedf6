"""Find the division code for a written town and village, or suggest similar names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from huimin.core.catalogue import Text, text
from huimin.core.visible_text import without_blanks
from huimin.divisions.find import DivisionIndex
from huimin.holders.registers.header import COLUMN_NAMES

SHOWN_CHARACTERS_MAX = 20
# A register has a few hundred places; a malicious one may have as many as rows.
REMEMBERED_MAX = 20_000
# A group of a village and what stands behind it: 3社12号, 第2村民小组, 2组、3组.
_GROUP = re.compile(
    "第?[0-9一二三四五六七八九十百]+(-[0-9]+)?(村民)?(小组|组|社|队|号|栋|幢|单元|楼|弄|巷|大队).*$"
)
_BRACKETS = re.compile(r"[(\[【][^)\]】]*[)\]】]?")


class PlaceProblem(ValueError):
    """No division, or several, match the text. `field` is the column: town or village."""

    def __init__(self, field: str, text: Text) -> None:
        super().__init__(text.say())
        self.field, self.text = field, text


class Places:
    """Resolves written places, and caches the results, failures included.

    `past` are former names and codes; `former` says which of them were read as what there is now.
    """

    def __init__(
        self, rows: Iterable[Mapping[str, Any]], past: Iterable[Mapping[str, Any]] = ()
    ) -> None:
        listed, past = list(rows), list(past)
        self._index = DivisionIndex(listed, past)
        self._has_past = bool(past)
        self.former: dict[tuple[str, str], str] = {}
        self._results: dict[tuple[str, str], str | PlaceProblem] = {}
        self._towns = [row["name"] for row in listed if row["level"] == "town"]
        self._villages: dict[str, list[str]] = {}
        for row in listed:
            if row["level"] == "village":
                self._villages.setdefault(row["parent_code"], []).append(row["name"])

    def clean(self, text: str) -> str:
        """A written place without spaces, and without the county and what is above it in front."""
        return self._index.clean(text)

    def quotable(self, text: str) -> str:
        """A written place as a message may quote it: without the county in front, and short."""
        return quotable(self.clean(text))

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
        town = self._index.town(
            _BRACKETS.sub("", self.clean(town_text))
        ) or self._town_with_village(town_text, village_text)
        if town is None:
            raise PlaceProblem(
                "town",
                text(
                    "没有叫“{town}”的乡镇（街道）{hint}",
                    town=self.quotable(town_text),
                    hint=self._near(town_text, self._towns),
                ),
            )
        town_name, _ = self._index.names(town)
        for reading in self._readings(village_text, town_name):
            code = self._index.village(town, reading)
            if code is not None:
                self._note_former(town, reading, code, (town_text, village_text))
                return code
        # An address may stop at its town: 高寺镇.
        shortest = next(iter(self._readings(village_text, town_name)[-1:]), "")
        if shortest and (code := self._index.village_at_start(town, shortest)):
            self._note_former(town, shortest, code, (town_text, village_text))
            return code
        if not shortest:
            label = COLUMN_NAMES.text("village")
            raise PlaceProblem("village", text("没有填写{field}，请补填。", field=label))
        raise PlaceProblem(
            "village",
            text(
                "{town}没有叫“{village}”的村（社区）{hint}",
                town=town_name,
                village=self.quotable(village_text),
                hint=self._near(village_text, self._villages.get(self._index.now(town), [])),
            ),
        )

    def _town_with_village(self, town_text: str, village_text: str) -> str | None:
        """The code of the town in a cell that says its village as well: 高寺镇清水村, 清水村."""
        start = self._index.town_at_start(town_text)
        if start is None or not start[1]:
            return None
        town, rest = start
        same = self._index.village(town, rest) == self._index.village(town, village_text)
        return town if same else None

    def _note_former(self, town: str, reading: str, code: str, written: tuple[str, str]) -> None:
        """Note it if the village was written as something that it is no longer called."""
        if self._has_past and not self._index.is_called(code, town, reading):
            self.former[written] = " ".join(self._index.names(code))

    def address(self, written: str, town_text: str | None = None) -> str:
        """The code of the village in which an address lies: 高寺镇清水村3组12号.

        `town_text` is the town, where the register says it elsewhere. Raises PlaceProblem.
        """
        if (code := self._index.by_code(written)) is not None:
            return code
        start = self._index.town_at_start(written)
        if start is not None:
            town, rest = start
            town_name, _ = self._index.names(town)
            try:
                return self.village(town_name, rest)
            except PlaceProblem:
                # 高寺社区3组 in 高寺镇: a village that is called as its town is.
                if town_text is None or self.clean(written).startswith(town_name):
                    raise
                if self._index.town(self.clean(town_text)) != town:
                    raise
        if town_text is not None:
            return self.village(town_text, written)
        raise PlaceProblem(
            "place",
            text(
                "“{place}”里没有找到乡镇（街道）和村（社区），请写成“高寺镇清水村”这样。",
                place=self.quotable(written),
            ),
        )

    def town_of(self, village_text: str) -> tuple[str, str] | None:
        """(town, village) of a village that is written with its town: 高寺镇清水村."""
        start = self._index.town_at_start(village_text)
        if start is None or not start[1]:
            return None
        return self._index.names(start[0])[0], start[1]

    def town_named(self, written: str) -> str | None:
        """The name of the town that a sheet's title names: 高寺镇, 高寺镇特困名单; or None."""
        start = self._index.town_at_start(written)
        return None if start is None else self._index.names(start[0])[0]

    def only_village(self, written: str) -> tuple[str, str] | None:
        """(town, village) by name, of the only village in the county with that name; or None."""
        codes = []
        for town in self._villages:
            town_name, _ = self._index.names(town)
            for reading in self._readings(written, town_name):
                code = self._index.village(town, reading)
                if code is not None:
                    codes.append(code)
                    break
        return self._index.names(codes[0]) if len(codes) == 1 else None

    def _readings(self, text: str, town_name: str) -> list[str]:
        """The text as written, then without the town before it and what stands after its name."""
        bare = self.clean(text)
        inner = bare.removeprefix(town_name) or bare
        without_brackets = _BRACKETS.sub("", inner)
        readings = [text, inner, without_brackets, _GROUP.sub("", without_brackets)]
        return [reading for reading in dict.fromkeys(readings) if reading]

    def _near(self, written: str, names: list[str]) -> Text:
        near = near_names(self.clean(written), names)
        if near:
            return text("，相近的有{near}，请改正。", near=tuple(near))
        return text("，请对照行政区划改正。")


def near_names(text: str, names: Iterable[str]) -> list[str]:
    """Up to three names that are most similar to the text."""
    return difflib.get_close_matches(text, list(names), n=3, cutoff=0.5)


def quotable(text: str) -> str:
    """A written place as a message may quote it: short, and without long numbers."""
    short = without_blanks(text)[:SHOWN_CHARACTERS_MAX]
    return re.sub(r"[0-9Xx*]{5,}", "*****", short)
