"""The JSON body of a sale."""

from __future__ import annotations

from pydantic import Field

from huimin.checkout.api_bodies import Cashier, Checked, GivenId, QuoteBody, ShopOrderNo
from huimin.checkout.order_as_sent import OrderBody
from huimin.checkout.requests import RedemptionRequest
from huimin.core.card_token import CheckedCard


class RedemptionBody(OrderBody, QuoteBody):
    """A basket that is being paid."""

    presented_by: GivenId = Field(description="verify 返回的 may_present[].id / from verify")
    identity_checked: Checked = Field(
        description="收银员已核对出示人；动态码可为 false / "
        "checked by the cashier; may be false for a changing code"
    )
    cashier: Cashier | None = None
    shop_order_no: ShopOrderNo | None = None

    def to_request(self, card: CheckedCard) -> RedemptionRequest:
        """As the use case takes it."""
        return RedemptionRequest(card, **self.values())
