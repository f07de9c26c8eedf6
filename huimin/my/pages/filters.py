"""Filters of the templates of "my card": its words in the reader's language."""

from __future__ import annotations

from huimin.core.catalogue import Words
from huimin.core.identity import mask_name
from huimin.core.words import RELATIONS
from huimin.my.looks import LOOKS
from huimin.my.pages import pages
from huimin.my.words import (
    ABOUT,
    CARD_ADVICE,
    CARD_IS,
    OWN_REQUEST_KINDS,
    OWN_REQUEST_STATES,
    PAPERS,
)
from huimin.reach.nearest import kilometres_text
from huimin.web.language import request_language

FILTERS = {
    "own_card_is": CARD_IS,
    "own_card_advice": CARD_ADVICE,
    "own_request_kind": OWN_REQUEST_KINDS,
    "own_request_state": OWN_REQUEST_STATES,
    "correction_part": ABOUT,
    "paper_to_bring": PAPERS,
    "look": LOOKS,
}
_RELATION_CODES = {word: code for code, word in RELATIONS.items()}


def relation(word: str) -> str:
    """What a member of the family is to the holder; what is in no list stays as it was written."""
    code = _RELATION_CODES.get(word)
    return word if code is None else RELATIONS.say(code, request_language())


def _add(name: str, words: Words) -> None:
    pages.add_app_template_filter(lambda code: words.say(code, request_language()), name)


for _name, _words in FILTERS.items():
    _add(_name, _words)
pages.add_app_template_filter(relation, "relation")
pages.add_app_template_filter(mask_name, "masked_name")
pages.add_app_template_filter(kilometres_text, "kilometres")
