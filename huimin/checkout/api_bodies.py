"""The JSON bodies of the POS API, as pydantic models: strict, closed, and bounded.

Strict means that 1.5, "12", true and NaN are no amounts; closed, that an unknown field is refused;
bounded, that nothing can be larger than a till could mean.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import IntEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from huimin.checkout.requests import (
    ITEMS_MAX,
    REASON_MAX,
    CancellationRequest,
    PartReversalRequest,
    QuoteRequest,
    ReturnedItem,
    ReversalRequest,
)
from huimin.core.card_token import TEXT_MAX, CheckedCard
from huimin.core.discount import Item
from huimin.core.money import AMOUNT_FEN_MAX
from huimin.core.one_case import one_case
from huimin.core.order_number import ORDER_NO_MAX, NoOrderNumber, checked_order, plain_order
from huimin.web.key_header import IDENTIFIER
from huimin.web.problems import DAY

# No control characters: they would break a receipt, a CSV or a log line.
PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"

Amount = Annotated[int, Field(strict=True, ge=1, le=AMOUNT_FEN_MAX)]
SignedAmount = Annotated[int, Field(strict=True, ge=-AMOUNT_FEN_MAX, le=AMOUNT_FEN_MAX)]
PartAmount = Annotated[int, Field(strict=True, ge=0, le=AMOUNT_FEN_MAX)]
InsuranceAmount = Annotated[
    PartAmount, Field(description="医保支付，仅医院 / paid by insurance, hospitals only")
]
CardText = Annotated[str, Field(strict=True, min_length=1, max_length=TEXT_MAX)]


def order_number(text: str) -> str:
    """An order number in its one form. Raises pydantic's error for one that no list could hold."""
    try:
        return checked_order(text)
    except NoOrderNumber as error:
        raise PydanticCustomError(error.fault, error.fault, {"max_length": ORDER_NO_MAX}) from None


OrderNo = Annotated[
    str,
    Field(
        strict=True,
        min_length=1,
        max_length=ORDER_NO_MAX,
        pattern=PRINTABLE,
        description="订单号，全半角和首尾空格不论；表格软件会改动的写法不收 / "
        "width and outer spaces do not count; what a spreadsheet would change is refused",
    ),
    AfterValidator(order_number),
]

# Of a sale that may have been made before order numbers had rules; it is put into its one form
# where it is compared (core/order_number.py:earlier_order).
EarlierOrderNo = Annotated[
    str,
    Field(
        strict=True,
        min_length=1,
        max_length=ORDER_NO_MAX,
        pattern=PRINTABLE,
        description="订单号，全半角和首尾空格不论；升级前的写法都收 / "
        "width and outer spaces do not count; taken however it was written before the upgrade",
    ),
]


def shop_order_number(text: str) -> str:
    """The shop's own number, in its one form. It never costs a sale: one that a spreadsheet would
    change is taken as it is, because a person can still find it.
    """
    plain = plain_order(text)
    if not plain or len(plain) > ORDER_NO_MAX:
        fault = "order_blank" if not plain else "order_long"
        raise PydanticCustomError(fault, fault, {"max_length": ORDER_NO_MAX})
    return plain


ShopOrderNo = Annotated[
    str,
    Field(
        strict=True,
        min_length=1,
        max_length=ORDER_NO_MAX,
        pattern=PRINTABLE,
        description="商户自己账上的单号（例如收银小票上的），与 order_no 不同时才填，用于对账 / "
        "the sale's number in the shop's own books, such as on its receipt, for comparing the day",
    ),
    AfterValidator(shop_order_number),
]
Reason = Annotated[str, Field(strict=True, min_length=1, max_length=REASON_MAX, pattern=PRINTABLE)]
Cashier = Annotated[str, Field(strict=True, min_length=1, max_length=64, pattern=PRINTABLE)]
Identifier = Annotated[str, Field(strict=True, min_length=1, max_length=64, pattern=IDENTIFIER)]
# An id that the server gave, in its one form.
GivenId = Annotated[Identifier, AfterValidator(one_case)]
Checked = Annotated[bool, Field(strict=True)]


class Body(BaseModel):
    """What all bodies have in common: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class CardBody(Body):
    """A card, as it was scanned or typed."""

    card: CardText = Field(description="卡码（扫描）或 16 位卡号 / token or card number")

    def values(self) -> dict[str, Any]:
        """All fields except the card."""
        return {name: value for name, value in self if name != "card"}


def quantity_text(value: Any) -> str:
    """A quantity as the shortest decimal text, exact: 2 → "2", 0.356 → "0.356", "1.50" → "1.5".

    Raises ValueError for anything but a number above zero, or its text, with at most 4 decimals.
    """
    # The shortest text of a JSON number is the decimal that was written: none of those taken here
    # has more digits than a binary fraction keeps.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = repr(value).removesuffix(".0") if is_number else value
    if not isinstance(text, str) or not re.fullmatch(QUANTITY, text, re.ASCII):
        raise PydanticCustomError("quantity", "not a quantity")
    quantity = Decimal(text)
    if not 0 < quantity <= QUANTITY_MAX:
        raise PydanticCustomError("quantity", "not a quantity")
    return f"{quantity.normalize():f}"


QUANTITY_MAX = 1_000_000
QUANTITY = r"^[0-9]{1,7}(\.[0-9]{1,4})?$"
Quantity = Annotated[
    str,
    BeforeValidator(quantity_text),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": QUANTITY_MAX},
                {"type": "string", "pattern": QUANTITY},
            ]
        }
    ),
]


class ItemBody(Body):
    """A line of the basket; `amount_fen` is the line's total, below zero for a coupon."""

    sku: Annotated[str, Field(strict=True, max_length=64, pattern=PRINTABLE)] | None = None
    name: Annotated[str, Field(strict=True, min_length=1, max_length=120, pattern=PRINTABLE)]
    category: Annotated[str, Field(strict=True, max_length=64, pattern=PRINTABLE)] | None = Field(
        None,
        description="GET /api/v1/categories 列出的类别代码或写法；没有类别的参加优惠 / "
        "a code or spelling from GET /api/v1/categories; goods without a category take part",
    )
    quantity: Quantity = Field(
        "1",
        description="数量：数字或十进制文字，最多 4 位小数，例如 0.356（公斤） / "
        "a number or decimal text with at most 4 decimals, such as 0.356 (kg)",
    )
    amount_fen: SignedAmount = Field(
        description="整行金额（分）；优惠券、抵减写负数 / the line's total; below zero for a coupon"
    )

    def to_item(self) -> Item:
        """As the use case takes it."""
        return Item(self.sku, self.name, self.category, self.quantity, self.amount_fen)


class QuoteBody(CardBody):
    """A basket for a card. Amounts are whole fen."""

    amount_fen: Amount
    excluded_fen: PartAmount = 0
    insurance_fen: InsuranceAmount = 0
    items: Annotated[list[ItemBody], Field(max_length=ITEMS_MAX)] | None = None

    def values(self) -> dict[str, Any]:
        """All fields except the card, as the use case takes them."""
        items = tuple(item.to_item() for item in self.items or ())
        return {**super().values(), "items": items}

    def to_request(self, card: CheckedCard) -> QuoteRequest:
        """As the use case takes it."""
        return QuoteRequest(card, **self.values())


class ReturnedItemBody(Body):
    """A line that goes back, whole unless `amount_fen` says less."""

    index: Annotated[int, Field(strict=True, ge=0, lt=ITEMS_MAX)] = Field(
        description="原交易 lines 里的 index / index of the sale's lines"
    )
    amount_fen: Amount | None = None

    def to_item(self) -> ReturnedItem:
        """As the use case takes it."""
        return ReturnedItem(self.index, self.amount_fen)


class ReturnBody(Body):
    """What goes back: all that is left, or a part, named as its sale had it: lines, or an amount
    with what of it was excluded or insured.
    """

    amount_fen: Amount | None = None
    excluded_fen: PartAmount | None = Field(
        None, description="其中不参加优惠的金额 / excluded part of amount_fen"
    )
    insurance_fen: PartAmount | None = Field(
        None, description="其中医保支付的金额 / insured part of amount_fen"
    )
    items: Annotated[list[ReturnedItemBody], Field(min_length=1, max_length=ITEMS_MAX)] | None = (
        None
    )

    def to_request(self, reason: str = "", cashier: str | None = None) -> ReversalRequest:
        """As the use case takes it."""
        whole = (reason, self.amount_fen, cashier)
        if (self.excluded_fen, self.insurance_fen, self.items) == (None, None, None):
            return ReversalRequest(*whole)
        items = tuple(item.to_item() for item in self.items or ())
        return PartReversalRequest(*whole, self.excluded_fen, self.insurance_fen, items)


class ReversalBody(ReturnBody):
    """What goes back, and why."""

    reason: Reason
    cashier: Cashier | None = None


class CancellationBody(Body):
    """An order that the till gave up."""

    order_no: EarlierOrderNo
    reason: Reason
    cashier: Cashier | None = None

    def to_request(self) -> CancellationRequest:
        """As the use case takes it."""
        return CancellationRequest(self.order_no, self.reason, self.cashier)


class RedemptionPath(BaseModel):
    """Which redemption."""

    redemption_id: Annotated[str, Field(max_length=64), AfterValidator(one_case)]


class PaperWidth(IntEnum):
    """How wide the printer's paper is, in mm."""

    NARROW = 58
    WIDE = 80


class ReceiptQuery(BaseModel):
    """The width of the paper."""

    width: PaperWidth = Field(PaperWidth.WIDE, description="纸宽（毫米）/ width of the paper in mm")


class DayPath(BaseModel):
    """Which county day, as 2026-10-31."""

    day: str = Field(pattern=DAY)


class OrderQuery(BaseModel):
    """Which order of the merchant."""

    order_no: str = Field(min_length=1, max_length=ORDER_NO_MAX)
