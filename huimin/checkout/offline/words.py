"""The words that a till without network needs, from the same tables as the server's own.

They go with the pack, in every language, so that a till page says the same offline as online.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from huimin.core.catalogue import LANGUAGES, say
from huimin.core.discount import EXPLANATIONS
from huimin.core.refusal_kinds import KINDS
from huimin.core.words import CAPS

# What a till can determine by itself.
CODES = (
    *("card_unreadable", "card_number_wrong", "card_signature_invalid", "card_expired"),
    "card_key_revoked",
    *("card_denied", "code_stale", "code_used", "no_policy", "below_minimum"),
    *("unknown_category", "nothing_eligible", "cap_reached", "identity_unchecked", "order_exists"),
    *("invalid_input", "offline_not_allowed", "offline_pack_expired", "offline_code_needed"),
    *("offline_cap_exceeded", "offline_time_wrong"),
)


@cache
def offline_words() -> dict[str, Any]:
    """By language: the templates of explanations, the names of caps, the rate of 100 %, and of each
    refusal the reason for staff and the sentence to read aloud. The till fills in `{name}`.
    """
    return {language: _words(language) for language in LANGUAGES}


def _words(language: str) -> dict[str, Any]:
    return {
        "explanations": {code: say(words, language) for code, words in EXPLANATIONS.items()},
        "caps": {code: CAPS.say(code, language) for code in CAPS},
        "free": say("免费", language),
        "refusals": {
            code: {
                "detail": say(KINDS[code].detail, language),
                "cashier_message": say(KINDS[code].cashier, language),
            }
            for code in CODES
        },
    }
