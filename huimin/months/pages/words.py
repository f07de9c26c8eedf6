"""What the pages of this room share: how a closing is written on a page."""

from __future__ import annotations

from typing import Any

from huimin.core.period_words import month_words
from huimin.core.words import CLOSING_STATES
from huimin.months.words import LEVELS, check_sentence, check_title, queue_note

# A closing's state → the look of the label (huimin.css).
LOOKS = {
    "running": "running",
    "open": "waiting",
    "draft": "draft",
    "prepared": "submitted",
    "reviewed": "submitted",
    "approved": "approved",
    "returned": "returned",
    "reopened": "ended",
}
LEVEL_LOOKS = {"ok": "done", "warning": "waiting", "stop": "stop"}


def page_words(language: str) -> dict[str, Any]:
    """What the templates call, in the reader's language."""
    return {
        "state_word": lambda state: CLOSING_STATES.say(state, language),
        "looks": LOOKS,
        "level_word": lambda level: LEVELS.say(level, language),
        "level_looks": LEVEL_LOOKS,
        "check_title": lambda code: check_title(code, language),
        "check_sentence": lambda check: check_sentence(check, language),
        "queue_note": lambda check: queue_note(check, language),
        "month_word": lambda month: month_words(month, language),
    }
