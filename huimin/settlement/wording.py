"""The words of settlements: in files always Chinese, on pages in the reader's language.

The one place that says what each state and each figure is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Words = Mapping[str, str]

STATE_WORDS: Mapping[str, Words] = {
    "open": {"zh_Hans": "待商户确认", "zh_Hant": "待商戶確認", "en": "waits for the merchant"},
    "disputed": {"zh_Hans": "有异议，待答复", "zh_Hant": "有異議，待答覆", "en": "disputed"},
    "confirmed": {"zh_Hans": "已确认，待付款", "zh_Hant": "已確認，待付款", "en": "to be paid"},
    "nothing": {
        "zh_Hans": "已确认，无需付款",
        "zh_Hant": "已確認，無需付款",
        "en": "confirmed, nothing to pay",
    },
    "paid": {"zh_Hans": "已付清", "zh_Hant": "已付清", "en": "paid"},
    "voided": {"zh_Hans": "已作废", "zh_Hant": "已作廢", "en": "void"},
}
STATES = ("open", "disputed", "confirmed", "paid", "voided")


def state_of(settlement: Mapping[str, Any]) -> str:
    """Where it stands, as STATE_WORDS knows it: confirmed with nothing to pay is its own word."""
    if settlement["state"] == "confirmed" and settlement["unpaid_fen"] == 0:
        return "nothing"
    return str(settlement["state"])


def state_words(settlement: Mapping[str, Any], language: str = "zh_Hans") -> str:
    """The same in words."""
    return STATE_WORDS[state_of(settlement)][language]
