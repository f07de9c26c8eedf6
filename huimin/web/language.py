"""The language of an answer: Accept-Language for the API, the reader's choice for a page.

Pages say everything by Flask-Babel's `_()`, behind which the one catalogue of core/ stands.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale
from markupsafe import Markup

from huimin.core.catalogue import LANGUAGES, SOURCE, say

TAGS = {
    "zh-hans": "zh_Hans",
    "zh-cn": "zh_Hans",
    "zh-sg": "zh_Hans",
    "zh-hant": "zh_Hant",
    "zh-tw": "zh_Hant",
    "zh-hk": "zh_Hant",
    "zh-mo": "zh_Hant",
    "zh": "zh_Hans",
    "en": "en",
}


def request_language() -> str:
    """One of LANGUAGES; zh_Hans by default."""
    if not has_request_context():
        return SOURCE
    if not request.path.startswith("/api/"):
        # A public page has its language in its address.
        if request.path.startswith("/public/") and (tag := request.args.get("lang", "").lower()):
            return TAGS.get(tag, SOURCE)
        chosen = session.get("language")
        return chosen if chosen in LANGUAGES else SOURCE
    for tag, _ in request.accept_languages:
        lowered = tag.lower()
        for known, language in TAGS.items():
            if lowered == known or lowered.startswith(f"{known}-"):
                return language
    return SOURCE


class OneCatalogue(Domain):
    """What stands behind Flask-Babel's gettext and lazy_gettext."""

    def gettext(self, source: str, **params: Any) -> str:
        """The sentence in the reader's language."""
        return say(source, str(get_locale() or SOURCE), **params)


def install(app: Flask) -> None:
    """Let the pages of the application speak the reader's language."""
    babel = Babel()
    babel.init_app(app, default_locale=SOURCE, locale_selector=request_language)
    babel.domain_instance = OneCatalogue()
    app.jinja_env.globals["gettext"] = _in_template


def _in_template(source: str, /, **params: Any) -> Markup:
    """A sentence of ours holds no HTML; what fills it is escaped."""
    sentence = Markup(say(source, str(get_locale() or SOURCE)))  # noqa: S704
    return sentence.format(**params) if params else sentence
