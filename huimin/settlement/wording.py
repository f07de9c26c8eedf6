"""The words of settlements: in files always Chinese, on pages in the reader's language.

The one place that says what each state and each figure is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.core.catalogue import Words
from huimin.core.words import SETTLEMENT_STATES

# The amounts of a settlement, as its paper and its workbook name them.
AMOUNTS = Words(
    "settlement_amount",
    {
        "government_share_fen": "本月政府承担",
        "carried_in_fen": "上期结转",
        "due_fen": "应付商户",
        "paid_before_fen": "此前版本已付",
        "carried_fen": "结转下期",
        "paid_fen": "已付",
        "unpaid_fen": "未付",
        "payable_fen": "本次支付",
    },
)
STATES = ("open", "disputed", "confirmed", "paid", "voided")


def state_of(settlement: Mapping[str, Any]) -> str:
    """Where it stands, a code of SETTLEMENT_STATES: nothing to pay has its own."""
    if settlement["state"] == "confirmed" and settlement["unpaid_fen"] == 0:
        return "nothing"
    return str(settlement["state"])


def state_words(settlement: Mapping[str, Any], language: str = "zh_Hans") -> str:
    """The same in words."""
    return SETTLEMENT_STATES.say(state_of(settlement), language)
