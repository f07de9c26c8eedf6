"""Which figures of a report differ from those that were checked and signed.

Names, and what is no figure of the month (which outlets were silent, which alerts somebody has
looked at since), may change between two signatures; a figure may not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.core.money import money_text
from huimin.core.refusal_words import LANGUAGES
from huimin.ledger.groupings import tables
from huimin.reports.wording import FIGURE_WORDS, grouping_word

NAMED_MAX = 3
IGNORED = ("alerts", "silent_outlets", "top_outlets")
NAMES = ("name", "kind", "division_code", "merchant_name", "credit_code")
# Parts of a report that have no word of their own, in the order of LANGUAGES.
PARTS = {
    "adjustments": ("往月调整", "往月調整", "adjustments of earlier months"),
    "cards": ("卡数", "卡數", "cards"),
    "claims": ("补办", "補辦", "claims"),
    "offline": ("断网交易", "斷網交易", "offline sales"),
}

Report = Mapping[str, Any]
Words = tuple[str, ...]


def changed_figures(kept: Report, now: Report) -> Words | None:
    """What differs, in words of each of LANGUAGES; None when every figure is the same.

    Both are `MonthlyReport.as_dict()`. Sums of the whole county are said with both values.
    """
    parts = [part for part in kept.keys() | now.keys() if part not in IGNORED]
    differing = {part for part in parts if _figures(kept.get(part)) != _figures(now.get(part))}
    if not differing:
        return None
    found = _totals(kept["total"], now["total"]) if "total" in differing else []
    for grouping in tables():
        if f"by_{grouping.code}" in differing:
            found.append(tuple(grouping_word(grouping.code, lang) for lang in LANGUAGES))
    for part, words in PARTS.items():
        if part in differing:
            found.append(words)
    shown = found[:NAMED_MAX] or [tuple(", ".join(sorted(differing)) for _ in LANGUAGES)]
    return tuple(
        (", " if language == "en" else "、").join(words[place] for words in shown)
        for place, language in enumerate(LANGUAGES)
    )


def _totals(kept: Report, now: Report) -> list[Words]:
    found = []
    for figure, words in FIGURE_WORDS.items():
        before, after = kept.get(figure), now.get(figure)
        if before != after:
            shown = [
                money_text(value) if figure.endswith("_fen") and value is not None else str(value)
                for value in (before, after)
            ]
            found.append(tuple(f"{words[lang]} {' → '.join(shown)}" for lang in LANGUAGES))
    return found


def _figures(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {name: _figures(value) for name, value in part.items() if name not in NAMES}
    if isinstance(part, list):
        return [_figures(one) for one in part]
    return part
