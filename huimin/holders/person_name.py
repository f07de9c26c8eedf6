"""Read a person's name as offices type it: with blanks for padding, or a remark after it."""

from __future__ import annotations

import re
from typing import Any

from huimin.holders.people import NAME_MAX

_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_REMARK = re.compile(r"[（(](户主|本人|持卡人)[）)]$")
# Minority names have a dot between their parts, which is typed in many ways.
_DOTS = re.compile("[•‧∙⋅●・.．]")


class NameProblem(ValueError):
    """The text is not a name."""


def read_name(cell: Any) -> str:
    """The name in a cell. Raises NameProblem."""
    if not isinstance(cell, str):
        raise NameProblem("no text")
    text = cell.strip().strip("'’‘")
    text = _REMARK.sub("", text.strip())
    if re.fullmatch(r"[A-Za-z .'-]+", text):
        name = " ".join(text.split())
    else:
        name = _DOTS.sub("·", _BLANKS.sub("", text)).strip("·")
    letters = re.sub("[· .'-]", "", name)
    if not letters or not letters.isalpha() or len(name) > NAME_MAX or not name.isprintable():
        raise NameProblem("no name")
    return name
