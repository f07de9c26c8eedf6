"""What a merchant's own system is told of a claim that was decided: numbers, sums and the state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.core.catalogue import say
from huimin.core.money import money_text
from huimin.notices.post import Notice


def claim_news(claim: Mapping[str, Any], redemption: Mapping[str, Any] | None) -> Notice:
    """The news of a decided claim; `redemption` is the ledger row of an approved one.

    The reason is not in it, because people write it freely: `GET /api/v1/claims/{id}` has it.
    """
    if redemption is None:
        title = say("补录 {claim_no}：不予通过", claim_no=claim["claim_no"])
        body = say("原因请在补录登记里查看。")
    else:
        title = say("补录 {claim_no}：已通过", claim_no=claim["claim_no"])
        body = say("补给顾客 {discount}。", discount=money_text(redemption["discount_fen"]))
    entered = None
    if redemption is not None:
        names = ("id", "receipt_no", "amount_fen", "discount_fen", "payable_fen")
        entered = {name: redemption[name] for name in names}
    claim_fields = (
        "id",
        "claim_no",
        "state",
        "order_no",
        "outlet_id",
        "business_day",
        "decided_at",
    )
    return Notice(
        kind="claim.decided",
        key=f"claim.decided/{claim['id']}",
        title=title,
        body=body,
        data={**{name: claim[name] for name in claim_fields}, "redemption": entered},
    )
