"""What forms offer to choose from, as (value, word) in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext

from huimin.core.words import ELIGIBILITIES, OTHER_RELATION, OUTLET_KINDS, RELATIONS
from huimin.web.words import OnPages

# What a register's family member is who has no relation there; nobody chooses it.
UNSAID = "household"
Choices = list[tuple[str, Any]]


def outlet_kind_choices() -> Choices:
    """The kinds of outlets."""
    return list(OnPages(OUTLET_KINDS).items())


def eligibility_choices() -> Choices:
    """The kinds of eligibility."""
    return list(OnPages(ELIGIBILITIES).items())


def relation_choices() -> Choices:
    """What a family member may be to the holder; the last has words of its own."""
    listed = [choice for choice in OnPages(RELATIONS).items() if choice[0] != UNSAID]
    return [*listed, (OTHER_RELATION, gettext("其他（请写明）"))]


def choices_of(words: Mapping[str, Any], codes: Iterable[str]) -> Choices:
    """Some of the words, by their codes."""
    return [(code, words[code]) for code in codes]
