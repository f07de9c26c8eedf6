"""Check form fields about merchants, outlets and terminals before anything is written.

All problems of a form are collected and raised together, each with its field and the remedy.
"""

from __future__ import annotations

import re
from typing import Any

from huimin.core.refusals import FieldProblem, FieldProblems

NAME_CHARACTERS_MAX = 60
ADDRESS_CHARACTERS_MAX = 120
PHONE = re.compile(r"\+?[0-9][0-9 \-]{4,18}[0-9]", re.ASCII)


class FieldChecks:
    """Collects the problems of a form; `finish` raises them all at once."""

    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []

    def refuse(self, field: str, zh: str, en: str) -> None:
        """Note one problem of one field."""
        self.problems.append(FieldProblem(field, zh, en))

    def text(self, field: str, value: Any, zh: str, en: str, limit: int) -> str:
        """The trimmed text of a required field; messages call it `zh` or `en`."""
        cleaned = value.strip() if isinstance(value, str) else ""
        if not cleaned:
            self.refuse(field, f"请填写{zh}。", f"Give the {en}.")
        elif len(cleaned) > limit:
            self.refuse(
                field,
                f"{zh}请控制在 {limit} 字以内。",
                f"Keep the {en} within {limit} characters.",
            )
        elif not cleaned.isprintable():
            self.refuse(
                field,
                f"{zh}里有看不见的控制字符，请删掉后重填。",
                f"The {en} holds control characters; remove them.",
            )
        return cleaned

    def optional_text(self, field: str, value: Any, zh: str, en: str, limit: int) -> str | None:
        """The trimmed text of an optional field, or None."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        return self.text(field, value, zh, en, limit)

    def phone(self, field: str, value: Any) -> str | None:
        """An optional phone number as typed, or None."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        cleaned = value.strip() if isinstance(value, str) else ""
        if not PHONE.fullmatch(cleaned):
            self.refuse(
                field,
                "电话号码只能有数字、空格和短横，6 到 20 位，例如 028-23330000。",
                "A phone number is 6 to 20 digits, spaces and hyphens, such as 028-23330000.",
            )
        return cleaned

    def finish(self) -> None:
        """Raise FieldProblems if there are any."""
        if self.problems:
            raise FieldProblems(self.problems)


def searchable(text: str) -> str:
    """A search text, trimmed; "", which matches nothing, if it cannot occur in a row."""
    return text.strip() if text.isprintable() else ""


def like_pattern(text: str) -> str:
    """A pattern for LIKE … ESCAPE '!' that finds the text anywhere, in lower case."""
    escaped = "".join(f"!{letter}" if letter in "!%_" else letter for letter in text.lower())
    return f"%{escaped}%"
