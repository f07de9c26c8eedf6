"""A form on a page: what was typed, and what must be mended, each beside its field.

A form that is refused is shown again with everything that was typed, an error summary that links to
the fields, and the first of them in focus (static/forms.js).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import flash, request

from huimin.core.days import parse_day
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.web.language import request_language

TEXT_MAX = 4_000


@dataclass(frozen=True)
class Form:
    """The values by field, and the problems by field in the reader's language."""

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def sent(cls) -> Form:
        """What the browser sent: one value a field, trimmed; no file."""
        return cls({name: value.strip()[:TEXT_MAX] for name, value in request.form.items()})

    @classmethod
    def asked(cls, names: Iterable[str]) -> Form:
        """What the address of a list asks for, trimmed; "" where it says nothing."""
        return cls({name: request.args.get(name, "").strip() for name in names})

    @classmethod
    def secret(cls) -> Form:
        """The same for passwords: not trimmed, and never to be shown again."""
        return cls({name: value[:TEXT_MAX] for name, value in request.form.items()})

    def refused(self, why: FieldProblems | Refusal) -> Form:
        """The same form with what must be mended; a refusal concerns the form as a whole ("")."""
        language = request_language()
        if isinstance(why, Refusal):
            return Form(self.values, {"": why.detail(language)})
        found: dict[str, str] = {}
        for problem in why.problems:
            found.setdefault(problem.field, problem.message(language))
        return Form(self.values, found)

    def text(self, name: str) -> str:
        """What was typed into a field, or ""."""
        return str(self.values.get(name) or "")

    def day(self, name: str) -> date:
        """The day that was typed into a field. Raises FieldProblems for what is none."""
        try:
            return parse_day(self.text(name))
        except ValueError:
            raise field_problem(
                name, "日期请写成 2026-10-31。", "Write the day as 2026-10-31."
            ) from None

    def optional_day(self, name: str) -> date | None:
        """The same, or None where nothing was typed."""
        return self.day(name) if self.text(name) else None

    def optional(self, name: str) -> str | None:
        """What was typed, or None where nothing was."""
        return self.text(name) or None


def tell(sentence: str) -> None:
    """Say on the next page, in words, what succeeded and what comes next."""
    flash(sentence, "done")
