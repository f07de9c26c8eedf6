"""What the holder of a receipt says of the sale: the discount given or not, stars, words."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal, cast

from huimin.core.refusals import Problems

Given = Literal["yes", "in_part", "no"]
GIVEN: tuple[Given, ...] = ("yes", "in_part", "no")
STARS = range(1, 6)
WORDS_MAX = 500


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judgement: whether the discount was given as promised, 1 to 5 stars, words if any."""

    given: Given
    stars: int
    words: str | None = None

    @property
    def complains(self) -> bool:
        """Whether the county has to look: no discount, or a part of it and words about that."""
        return self.given == "no" or (self.given == "in_part" and self.words is not None)


def read_judgement(given: str, stars: str, words: str) -> Judgement:
    """The judgement that a form sent. Raises FieldProblems on `given`, `stars` and `words`."""
    problems = Problems()
    if given not in GIVEN:
        problems.refuse("given", "请选一项：优惠给了、只给了一部分、没有给。")
    if stars not in {str(number) for number in STARS}:
        problems.refuse("stars", "请选 1 到 5 颗星。")
    words = written(words)
    if len(words) > WORDS_MAX:
        problems.refuse("words", "最多写 {words_max} 字。", words_max=WORDS_MAX)
    problems.finish()
    return Judgement(cast(Given, given), int(stars), words or None)


def written(text: str) -> str:
    """What was typed, without letters that nobody sees and no database takes (NUL)."""
    return "".join(letter for letter in text if letter == "\n" or _is_seen(letter)).strip()


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter)[0] != "C"
