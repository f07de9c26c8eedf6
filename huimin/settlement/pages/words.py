"""What the pages of this room share: who asks, and how settlements are written on a page."""

from __future__ import annotations

from typing import Any

from huimin.access.guards import member
from huimin.core.money import percent_words
from huimin.core.period_words import month_words
from huimin.core.permissions import allows
from huimin.settlement.wording import state_of, state_words
from huimin.web.language import request_language

# Where it stands → the look of web/static/huimin.css.
LOOKS = {
    "open": "waiting",
    "disputed": "returned",
    "confirmed": "submitted",
    "nothing": "done",
    "paid": "done",
    "voided": "ended",
}


def own_merchant() -> str | None:
    """A manager's merchant; None for those who see the whole county."""
    reader = member()
    return reader.merchant_id if reader.role == "merchant_manager" else None


def page_words() -> dict[str, Any]:
    """What the templates call: the state of a settlement, its look, a month in words."""
    language = request_language()
    return {
        "state_word": lambda row: state_words(row, language),
        "state_look": lambda row: LOOKS[state_of(row)],
        "month_word": lambda month: month_words(month, language),
        "of_county": own_merchant() is None,
        "may": lambda action: allows(member().role, action),
        "share": percent_words,
    }
