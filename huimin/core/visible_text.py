"""Text as a reader sees it: what cannot be seen is dropped, and what looks alike is written alike.

Programs leave bidi marks, joiners, soft hyphens and byte-order marks in cells, Excel writes a
carriage return as the letters `_x000D_`, and some fonts' radicals and compatibility forms look like
the usual character. The same name, number or place must be the same wherever it enters.
"""

from __future__ import annotations

import re
import unicodedata

_CARRIAGE_RETURN = re.compile("_x000[dD]_")
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180d]")
# Invisible, though Unicode does not count them as format characters.
_FILLERS = re.compile("[\u115f\u1160\u3164\uffa0\u034f]")


def visible(text: str) -> str:
    """The text in its compatibility form (NFKC) without invisible characters; blanks stay."""
    plain = _VARIATION_SELECTORS.sub("", _CARRIAGE_RETURN.sub("", text))
    plain = _FILLERS.sub("", plain)
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", plain)
        if unicodedata.category(character) != "Cf"
    )


def without_blanks(text: str) -> str:
    """`visible(text)` without any white space."""
    return "".join(visible(text).split())


def unprintable(text: str) -> bool:
    """Whether a character remains that no reader sees: a control, private-use or unknown one."""
    return any(
        unicodedata.category(character) in ("Cc", "Co", "Cn", "Cs") or character == "\ufffd"
        for character in text
    )
