"""The one form in which names are compared and searched, however they are written.

Blanks, middle dots, hyphens, letter case, compatibility forms and traditional characters make no
difference: 阿依•古麗 and 阿依 古丽 are one name. What is shown and printed is never this form.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from huimin.core.visible_text import visible

# SQLite's trigram index finds nothing shorter than three characters, and most names here have two
# or three; a table of grams works on both engines, and for a single character too.
GRAM_MAX = 8
_BETWEEN_PARTS = re.compile(r"[\s·•‧∙⋅●◦・.。․▪⸱᛫ꞏ'’‘`-]+")


def name_form(name: str) -> str:
    """The name in simplified characters and small letters, without blanks, dots and hyphens."""
    return "".join(map(_simplified, _BETWEEN_PARTS.sub("", visible(name)).casefold()))


def name_grams(name: str) -> set[str]:
    """Every run of up to GRAM_MAX characters of the form: 小平 → 小, 平, 小平."""
    form = name_form(name)
    return {
        form[start : start + size]
        for size in range(1, GRAM_MAX + 1)
        for start in range(len(form) - size + 1)
    }


def simplified(text: str) -> str:
    """The text in simplified characters: 高寺鎮 → 高寺镇."""
    return str(_converter().convert(text))


def simplified_words(text: str) -> str:
    """The text in simplified characters, one by one, to look for words in it: 遷出 → 迁出.

    Unlike `simplified` it costs next to nothing for each of many cells.
    """
    return text if text.isascii() else "".join(map(_simplified, text))


@cache
def _simplified(character: str) -> str:
    # One by one: in a phrase a character may stay as it is, and a part of a name would differ.
    return character if character.isascii() else simplified(character)


@cache
def _converter() -> Any:
    # Its dictionaries take a tenth of a second to read, and few registers need them.
    from opencc import OpenCC

    return OpenCC("t2s")
