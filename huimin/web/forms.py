"""A form on a page: the typed values and the problems, each next to its field.

A refused form is shown again with everything that was typed, an error summary with links to the
fields, and focus on the first of them (static/forms.js).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from huimin.core.days import typed_day
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.storage.engine import Transaction
from huimin.storage.held_writes import WritesHeld
from huimin.web.current import change
from huimin.web.language import request_language

TEXT_MAX = 4_000
# Sent with a form whose sender had to sign in again, or that could not be taken for the moment: it
# is shown once more, and nothing is done. Its value is the address of the page where it stood.
AGAIN = "again_after_sign_in"
# Of forms that hold secrets, these are typed again.
SECRETS = ("csrf_token", "code", "new_again", "kept_form")

T = TypeVar("T")
# What a page that takes a form answers: a page, the way to another, or the form again with 422.
Answer = str | Response | tuple[str | Response, int]


@dataclass(frozen=True)
class Form:
    """The values by field, and the problems by field in the reader's language."""

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def sent(cls) -> Form:
        """The submitted form: one trimmed value per field, no files."""
        return cls({name: value.strip()[:TEXT_MAX] for name, value in request.form.items()})

    @classmethod
    def from_address(cls, names: Iterable[str]) -> Form:
        """The filters in a list's address, trimmed; "" for a missing one."""
        return cls({name: request.args.get(name, "").strip() for name in names})

    @classmethod
    def secret(cls) -> Form:
        """A submitted form with passwords: not trimmed, and never to be shown again."""
        return cls({name: value[:TEXT_MAX] for name, value in request.form.items()})

    def refused(self, error: FieldProblems | Refusal) -> Form:
        """The same form with its problems; a Refusal concerns the whole form (field "")."""
        language = request_language()
        if isinstance(error, Refusal):
            return Form(self.values, {"": error.page_detail(language)})
        problems: dict[str, str] = {}
        for problem in error.problems:
            problems.setdefault(problem.field, problem.message(language))
        return Form(self.values, problems)

    def text(self, name: str) -> str:
        """The value of a field, or ""."""
        return str(self.values.get(name) or "")

    def act(self, *acts: str) -> str:
        """Which of a form's buttons was pressed. Raises FieldProblems for any other.

        Nothing is done, and least of all refused or ended, by a form that says nothing known.
        """
        act = self.text("act")
        if act not in acts:
            raise field_problem("", "请按页面上的按钮选择要做什么；什么也没有改动。")
        return act

    def texts(self, *names: str) -> dict[str, Any]:
        """The values of some fields by name, as a use case takes them."""
        return {name: self.text(name) for name in names}

    def optionals(self, *names: str) -> dict[str, Any]:
        """The same for fields that may be left empty."""
        return {name: self.optional(name) for name in names}

    def day(self, name: str) -> date:
        """The date in a field. Raises FieldProblems if it is not a date."""
        try:
            return typed_day(self.text(name))
        except ValueError:
            raise field_problem(name, "日期请写成 2026-10-31。") from None

    def optional_day(self, name: str) -> date | None:
        """The date in a field, or None if it is empty."""
        return self.day(name) if self.text(name) else None

    def optional(self, name: str) -> str | None:
        """The value of a field, or None if it is empty."""
        return self.text(name) or None

    def shown_again(self) -> Form:
        """The same form, shown once more to its sender (see AGAIN)."""
        return Form(self.values, {"": gettext("刚才填写的内容还在；请核对后再提交。")})

    def carry_out(
        self,
        work: Callable[[Transaction], T],
        *,
        again: Callable[[Form], str | Response],
        then: Callable[[T], str | Response],
        refusals: bool = False,
    ) -> Answer:
        """Run a use case with what was sent, and answer as `attempt` does.

        `work` may run in another thread, which knows no reader: a sentence that it returns is a
        lazy_gettext.
        """
        return self.attempt(lambda: change(work), again=again, then=then, refusals=refusals)

    def attempt(
        self,
        do: Callable[[], T],
        *,
        again: Callable[[Form], str | Response],
        then: Callable[[T], str | Response],
        refusals: bool = False,
    ) -> Answer:
        """Do something with what was sent, and answer with what `then` makes of its result.

        What is refused by field is shown in the form of the page `again`, with status 422; with
        `refusals` any other refusal as well, above the form and with its own status, except that
        something does not exist.
        """
        if is_shown_again():
            return again(self.shown_again())
        try:
            result = do()
        except FieldProblems as error:
            return again(self.refused(error)), 422
        except Refusal as error:
            if not refusals or error.code == "not_found":
                raise
            return again(self.refused(error)), error.status
        return then(result)


def is_shown_again() -> bool:
    """Whether the form is only shown once more, so that nothing is done (see AGAIN)."""
    return request.method == "POST" and AGAIN in request.form


def sent_fields() -> tuple[list[tuple[str, str]], bool]:
    """What was sent, to be shown once more, and whether secrets or files of it were left out."""
    fields, lacks = [], any(file.filename for file in request.files.values())
    for name, value in request.form.items(multi=True):
        if name in (AGAIN, *SECRETS) or "password" in name:
            lacks = lacks or name not in (AGAIN, "kept_form", "csrf_token")
        else:
            fields.append((name, value))
    return fields, lacks


def sent_file(field: str, wanted: str) -> FileStorage:
    """The file in a field of the form. Raises FieldProblems with `wanted` when there is none.

    The view says how large it may be (web/uploads.py).
    """
    file = request.files.get(field)
    if file is None or not file.filename:
        raise field_problem(field, wanted)
    return file


def go_on(sentence: Any, endpoint: str, **arguments: Any) -> Response:
    """Say on another page what succeeded and what comes next."""
    tell(sentence)
    return redirect(url_for(endpoint, **arguments))


def tell(sentence: Any) -> None:
    """Show a sentence on the next page: what succeeded and what comes next.

    Raises WritesHeld for a form that is only shown once more: with it nothing can have succeeded.
    """
    if is_shown_again():
        raise WritesHeld
    flash(str(sentence), "done")


def tell_not_done(sentence: Any) -> None:
    """Show a sentence on the next page: what was not done, and how to do it; Markup may link."""
    flash(sentence if isinstance(sentence, Markup) else str(sentence), "not_done")
