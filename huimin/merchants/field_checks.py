"""Check what people type about merchants, outlets and terminals, before anything is written.

All problems of one form are collected and raised together, each naming its field and the remedy.
"""

from __future__ import annotations

import re
from typing import Any

from huimin.core.refusals import FieldProblem, FieldProblems

NAME_CHARACTERS_MAX = 60
ADDRESS_CHARACTERS_MAX = 120
REASON_CHARACTERS_MAX = 200
PHONE = re.compile(r"\+?[0-9][0-9 \-]{4,18}[0-9]", re.ASCII)


class FieldChecks:
    """Collects the problems of a form; `finish` raises them all at once."""

    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []

    def refuse(self, field: str, zh: str, en: str) -> None:
        """Note one problem of one field."""
        self.problems.append(FieldProblem(field, zh, en))

    def text(self, field: str, value: Any, zh: str, en: str, limit: int) -> str:
        """The trimmed text of a required field named `zh`/`en` in what is said about it."""
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
        """The trimmed text of a field that may be left out, or None."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        return self.text(field, value, zh, en, limit)

    def phone(self, field: str, value: Any) -> str | None:
        """A phone number that may be left out, as typed, or None."""
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
        """Raise FieldProblems when anything was noted."""
        if self.problems:
            raise FieldProblems(self.problems)


def sought(text: str) -> str:
    """What is looked for, trimmed; empty, which is nobody's, when no row can hold it."""
    return text.strip() if text.isprintable() else ""


def checked_reason(reason: Any) -> str:
    """The reason of a change, trimmed. Raises FieldProblems on field `reason`."""
    checks = FieldChecks()
    text = checks.text("reason", reason, "原因", "reason", REASON_CHARACTERS_MAX)
    checks.finish()
    return text


def like_pattern(text: str) -> str:
    """A part of a text for LIKE … ESCAPE '!', in lower case, with nothing special in it."""
    escaped = "".join(f"!{letter}" if letter in "!%_" else letter for letter in text.lower())
    return f"%{escaped}%"
