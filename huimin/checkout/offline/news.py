"""What a merchant's own system is told of a sale without network that had waited for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.core.catalogue import say
from huimin.core.money import money_text
from huimin.notices.post import Notice


def waiting_news(
    sale: Mapping[str, Any], decision: Mapping[str, Any], redemption: Mapping[str, Any] | None
) -> Notice:
    """The news of a waiting sale's final decision; `redemption` is its row where it was entered."""
    order_no, discount = sale["order_no"], money_text(sale["discount_fen"])
    if redemption is None:
        title = say("待核交易 {order_no}：不入账", order_no=order_no)
        body = say("优惠 {discount} 没有入账，由谁承担见数据里的 bearer。", discount=discount)
    else:
        title = say("待核交易 {order_no}：已入账", order_no=order_no)
        body = say("优惠 {discount} 已入账。", discount=discount)
    sale_fields = (
        "client_id",
        "order_no",
        "outlet_id",
        "business_day",
        "amount_fen",
        "discount_fen",
    )
    redemption_fields = ("id", "receipt_no", "amount_fen", "discount_fen", "payable_fen")
    return Notice(
        kind="waiting_sale.decided",
        key=f"waiting_sale.decided/{decision['id']}",
        title=title,
        body=body,
        data={
            **{name: sale[name] for name in sale_fields},
            "verdict": decision["verdict"],
            "bearer": decision["bearer"],
            "decided_at": decision["decided_at"],
            "redemption": redemption and {name: redemption[name] for name in redemption_fields},
        },
    )
