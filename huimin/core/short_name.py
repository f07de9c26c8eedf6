"""A name cut to the places that a drawing has for it; a Chinese character takes two."""

from __future__ import annotations

FIRST_WIDE = 0x2E80


def short_name(name: str, places_max: int) -> str:
    """The name, or its beginning with an ellipsis where it takes more than `places_max` places."""
    places, kept = 0, ""
    for letter in name:
        places += 2 if ord(letter) >= FIRST_WIDE else 1
        if places > places_max:
            return kept[:-1] + "…"
        kept += letter
    return kept
