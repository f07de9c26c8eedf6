"""The language of an answer: Accept-Language for the API, the reader's choice for a page."""

from __future__ import annotations

from flask import has_request_context, request, session

LANGUAGES = ("zh_Hans", "zh_Hant", "en")
DEFAULT = "zh_Hans"
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
        return DEFAULT
    if not request.path.startswith("/api/"):
        # A public page has its language in its address.
        if request.path.startswith("/public/") and (tag := request.args.get("lang", "").lower()):
            return TAGS.get(tag, DEFAULT)
        chosen = session.get("language")
        return chosen if chosen in LANGUAGES else DEFAULT
    for tag, _ in request.accept_languages:
        lowered = tag.lower()
        for known, language in TAGS.items():
            if lowered == known or lowered.startswith(f"{known}-"):
                return language
    return DEFAULT
