"""The words that a till without network needs, from the same tables that the server speaks from.

They go with the pack, in every language, so that the page of a till says offline what it says
online and nothing is written twice.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from huimin.core.discount import CAP_WORDS, EXPLANATIONS
from huimin.core.refusal_words import LANGUAGES
from huimin.core.refusals import KINDS

# What a till can find out by itself.
CODES = (
    *("card_unreadable", "card_number_wrong", "card_signature_invalid", "card_expired"),
    *("card_denied", "code_stale", "code_used", "no_policy", "below_minimum"),
    *("nothing_eligible", "cap_reached", "identity_unchecked", "order_exists", "invalid_input"),
    *("offline_not_allowed", "offline_pack_expired", "offline_code_needed"),
    *("offline_cap_exceeded", "offline_time_wrong"),
)


@cache
def offline_words() -> dict[str, Any]:
    """By language: the templates of explanations, the names of caps, and of each refusal the reason
    for staff and the sentence to read aloud. `{name}` in a template is filled in by the till.
    """
    return {language: _words(index) for index, language in enumerate(LANGUAGES)}


def _words(index: int) -> dict[str, Any]:
    language = LANGUAGES[index]
    return {
        "explanations": {code: words[language] for code, words in EXPLANATIONS.items()},
        "caps": {name: words[index] for name, words in CAP_WORDS.items()},
        "refusals": {
            code: {
                "detail": KINDS[code].detail[index],
                "cashier_message": KINDS[code].cashier[index],
            }
            for code in CODES
        },
    }
