"""Which figures of a report differ from those that were checked and signed.

Names, and what is no figure of the month (which outlets were silent, which alerts somebody has
looked at since, the months before it), may change between two signatures; a figure may not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.core.catalogue import Text, Words, text
from huimin.core.money import money_text
from huimin.core.words import FIGURE_NAMES, GROUPING_NAMES
from huimin.ledger.groupings import tables

NAMED_MAX = 3
IGNORED = ("alerts", "silent_outlets", "top_outlets", "months")
NAMES = ("name", "kind", "division_code", "merchant_name", "credit_code")
PARTS = Words(
    "report_part",
    {"adjustments": "往月调整", "cards": "卡数", "claims": "补录", "offline": "断网交易"},
)

Report = Mapping[str, Any]


def changed_figures(signed: Report, now: Report) -> tuple[Text, ...]:
    """What differs; nothing when every figure is the same.

    Both are `MonthlyReport.as_dict()`. Sums of the whole county are said with both values.
    """
    parts = [part for part in signed.keys() | now.keys() if part not in IGNORED]
    differing = {part for part in parts if _figures(signed.get(part)) != _figures(now.get(part))}
    named = _totals(signed["total"], now["total"]) if "total" in differing else []
    named += [GROUPING_NAMES.text(each.code) for each in tables() if f"by_{each.code}" in differing]
    named += [PARTS.text(part) for part in PARTS if part in differing]
    return tuple(named[:NAMED_MAX] or [Text(part) for part in sorted(differing)])


def _totals(signed: Report, now: Report) -> list[Text]:
    changes = []
    for figure in FIGURE_NAMES:
        before, after = signed.get(figure), now.get(figure)
        if before != after:
            both = [
                money_text(value) if figure.endswith("_fen") and value is not None else str(value)
                for value in (before, after)
            ]
            name = FIGURE_NAMES.text(figure)
            changes.append(text("{figure} {change}", figure=name, change=" → ".join(both)))
    return changes


def _figures(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {name: _figures(value) for name, value in part.items() if name not in NAMES}
    if isinstance(part, list):
        return [_figures(one) for one in part]
    return part
