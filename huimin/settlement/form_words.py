"""What stands on a 结算单 beside its figures, the same on paper and in the workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.core.catalogue import say, sentence, sentences
from huimin.core.money import percent_words
from huimin.settlement.amount_words import amount_words

Row = Mapping[str, Any]

COUNTED = sentences("笔数", "退货", "交易原价", "优惠金额", "商户承担", "政府承担")
SUMS = ("amount_fen", "discount_fen", "merchant_share_fen", "government_share_fen")
# From the county's share to what is due and what of it is paid or carried on.
OWED = ("government_share_fen", "carried_in_fen", "due_fen", "paid_before_fen", "carried_fen")
ADJUSTED = sentence("其中属于以前月份的调整（已计入上表，不再相加）")


def form_title(county_name: str) -> str:
    """The title of the form."""
    return say("{county_name}惠民卡优惠结算单", county_name=county_name)


def void_words(settlement: Row) -> str:
    """That it is void, and why; "" for one that counts."""
    return say("【已作废】{void_reason}", **settlement) if settlement["state"] == "voided" else ""


def shares(line: Row) -> str:
    """What of a line's discount the merchant and the county pay."""
    return (
        f"{percent_words(line['merchant_share_bp'])}／{percent_words(line['government_share_bp'])}"
    )


def pay_now_fen(settlement: Row) -> int:
    """What is paid on this version, in fen."""
    return int(settlement["payable_fen"] - settlement["paid_before_fen"])


def in_capitals(fen: int) -> str:
    """An amount as payment papers say it."""
    return say("（大写）人民币{words}", words=amount_words(fen))
