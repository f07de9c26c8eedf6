"""What a holder reads when something did not work, below /my/ and at a receipt: in their own type,
in plain words, with one way on. What was typed is not lost by it.

Nothing here asks the database: the page is also for the moment when that does not answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from flask import Flask, g, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _

from huimin.core.refusals import FieldProblem, Refusal
from huimin.my.kept_words import is_own_form, sealed_words
from huimin.my.pages import pages
from huimin.my.pages.door import door_page
from huimin.my.words import MY, RECEIPTS, plain_words
from huimin.web.language import request_language
from huimin.web.own_address import page_of_form
from huimin.web.problems import say_on_own_page, unsent_form

# After which what was typed is shown once more: it was not taken, and was no other site's.
NOT_TAKEN = ("csrf_failed", "too_many_requests", "internal_error", "storage_unavailable")


def problem_page(refusal: Refusal, status: int, fields: Sequence[FieldProblem]) -> str:
    """The page; for somebody whose sign-in has ended, the door, which keeps what they wrote."""
    if refusal.code == "my_signed_out" and request.method == "POST":
        return _door(refusal)
    language, code = request_language(), refusal.code
    sentences = [field.message(language) for field in fields]
    # Nobody is looked for: who is not known by now is a stranger on this page.
    g.setdefault("my_signed_in", None)
    here = page_of_form(request.path, request.referrer, request.host)
    return render_template(
        "my/problem.html",
        sentences=sentences or [plain_words(refusal, language, of_receipt=_is_receipt())],
        unsent=_unsent(code),
        unsure=status == 500,
        here=here,
        way=_way(code, here),
    )


def _way(code: str, here: str) -> tuple[str, str]:
    """Address and words of the one way on."""
    if _is_receipt() and here.startswith(RECEIPTS) and code != "not_found":
        return here, _("回到这张小票")
    if _is_receipt():
        return url_for("publication.home"), _("看公开信息")
    return url_for("my.start"), _("回到“我的惠民卡”")


def _is_receipt() -> bool:
    return request.path.startswith(RECEIPTS)


def _unsent(code: str) -> dict[str, Any] | None:
    """The words that were typed and not taken, or None."""
    if code not in NOT_TAKEN or request.method != "POST" or not is_own_form():
        return None
    return unsent_form() if "words" in request.form else None


def _door(refusal: Refusal) -> str:
    sealed = sealed_words()
    said = _("登录已经结束，刚才写的没有送出去，但还在这里。登录以后接着办，不用重写。")
    return door_page(problem=said if sealed else refusal.detail(request_language()), kept=sealed)


@pages.record_once
def _install(state: BlueprintSetupState) -> None:
    say_on_own_page(cast(Flask, state.app), (MY, RECEIPTS), problem_page)
