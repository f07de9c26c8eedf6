"""What forms offer to choose from, as (value, word) in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from huimin.core.words import ELIGIBILITIES, OUTLET_KINDS
from huimin.web.words import OnPages

Choices = list[tuple[str, Any]]


def outlet_kind_choices() -> Choices:
    """The kinds of outlets."""
    return list(OnPages(OUTLET_KINDS).items())


def eligibility_choices() -> Choices:
    """The kinds of eligibility."""
    return list(OnPages(ELIGIBILITIES).items())


def choices_of(words: Mapping[str, Any], codes: Iterable[str]) -> Choices:
    """Some of the words, by their codes."""
    return [(code, words[code]) for code in codes]
