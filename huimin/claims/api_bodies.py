"""The JSON bodies and answers of claims, as pydantic models: strict, closed, and bounded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, field_validator

from huimin.checkout.api_bodies import (
    PRINTABLE,
    Amount,
    CardBody,
    Cashier,
    Checked,
    InsuranceAmount,
    ItemBody,
    PartAmount,
)
from huimin.checkout.order_as_sent import OrderBody
from huimin.checkout.requests import ITEMS_MAX
from huimin.claims.requests import NOTE_MAX, ClaimRequest
from huimin.core.card_token import CheckedCard
from huimin.core.days import parse_day
from huimin.core.one_case import typed_number
from huimin.web.problems import DAY


class ClaimBody(OrderBody, CardBody):
    """A purchase that missed its discount; without `occurred_on`, one being made now."""

    amount_fen: Amount
    excluded_fen: PartAmount = 0
    insurance_fen: InsuranceAmount = 0
    items: Annotated[list[ItemBody], Field(max_length=ITEMS_MAX)] | None = None
    occurred_on: Annotated[str, Field(strict=True, pattern=DAY)] | None = Field(
        None, description="购买日期，只用于事后补录 / day of purchase, if claimed later"
    )
    presented_by: Literal["holder", "family_member"] = "holder"
    identity_checked: Checked = False
    refusal_code: Annotated[str, Field(strict=True, max_length=40)] | None = Field(
        None, description="当时的拒绝代码 / code of the refusal, if there was one"
    )
    note: (
        Annotated[str, Field(strict=True, min_length=1, max_length=NOTE_MAX, pattern=PRINTABLE)]
        | None
    ) = None
    cashier: Cashier | None = None

    @field_validator("occurred_on")
    @classmethod
    def _is_a_day(cls, text: str | None) -> str | None:
        if text is not None:
            parse_day(text)
        return text

    def to_request(self, card: CheckedCard) -> ClaimRequest:
        """As the use case takes it."""
        day = None if self.occurred_on is None else parse_day(self.occurred_on)
        items = tuple(item.to_item() for item in self.items or ())
        return ClaimRequest(card, **{**self.values(), "occurred_on": day, "items": items})


class ClaimPath(BaseModel):
    """Which claim: its id, or the number on its slip."""

    claim_id: Annotated[str, Field(max_length=64), AfterValidator(typed_number)]


class ClaimedRedemption(BaseModel):
    """The redemption of an approved claim; `discount_fen` is to be paid out to the customer."""

    id: str
    receipt_no: str
    amount_fen: int
    discount_fen: int
    payable_fen: int


class ClaimAnswer(BaseModel):
    """A claim: submitted, approved (with its redemption) or rejected (with the reason)."""

    id: str
    claim_no: str
    state: str
    source: str
    order_no: str
    amount_fen: int
    excluded_fen: int
    insurance_fen: int
    presenter_kind: str
    occurred_at: str
    business_day: str
    refusal_code: str | None
    note: str | None
    cashier: str | None
    submitted_at: str
    decided_at: str | None
    reason: str | None
    redemption: ClaimedRedemption | None
