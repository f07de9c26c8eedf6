"""The JSON answers of the POS API, as pydantic models for the OpenAPI document.

The use cases build plain dicts; these models describe them, and tests check that both agree.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from huimin.core.discount import Line


class ChainAnswer(BaseModel):
    """The row's place in the terminal's chain, and its hash (SHA-256, hex)."""

    sequence: int
    hash: str


class PolicyAnswer(BaseModel):
    """The policy that applies; `label` is meant to be read aloud."""

    id: str
    code: str
    version: int
    name: str
    rate_bp: int
    label: str
    base: str
    minimum_spend_fen: int
    rounding_unit_fen: int
    excluded_categories: list[str]


class TerminalPart(BaseModel):
    """The terminal itself."""

    id: str
    code: str
    label: str


class OutletPart(BaseModel):
    """The terminal's outlet."""

    id: str
    name: str
    kind: str


class NamedPart(BaseModel):
    """An id and a name."""

    id: str
    name: str


class TerminalAnswer(BaseModel):
    """Which terminal this is, and what applies at it today."""

    terminal: TerminalPart
    outlet: OutletPart
    merchant: NamedPart
    policy: PolicyAnswer | None
    server_time: str
    business_day: str


class PolicyPart(BaseModel):
    """A version of a policy."""

    id: str
    code: str
    version: int


class CategoryPart(BaseModel):
    """A category of goods, and how else it may be spelt; `takes_part` is today's policy here."""

    code: str
    name: str
    spellings: list[str]
    takes_part: bool


class CategoriesAnswer(BaseModel):
    """Every category that an item may have; `policy` is null where none is in force today."""

    categories: list[CategoryPart]
    policy: PolicyPart | None


class CardPart(BaseModel):
    """The card that was read."""

    number: str
    state: str
    expires_on: str


class HolderPart(BaseModel):
    """The card holder, masked."""

    name_masked: str


class PresenterPart(BaseModel):
    """A person who may present the card; `id` goes into `presented_by`."""

    id: str
    kind: str
    name_masked: str
    relation: str


class RemainingPart(BaseModel):
    """The discount that the caps still leave, in fen; null where there is no cap.

    `budget_fen` is what the policy's budget leaves for everybody: 0 when it is used up.
    """

    redemption_fen: int | None
    card_day_fen: int | None
    card_month_fen: int | None
    budget_fen: int | None


class VerifyAnswer(BaseModel):
    """A card that is usable today; for a changing code, `identity_needed` is false."""

    card: CardPart
    identity_needed: bool
    holder: HolderPart
    may_present: list[PresenterPart]
    policy: PolicyAnswer | None
    remaining: RemainingPart | None


class QuotedParts(BaseModel):
    """What a basket gets; payable + discount = amount."""

    amount_fen: int
    insurance_fen: int
    excluded_fen: int
    eligible_fen: int
    rate_bp: int
    discount_fen: int
    payable_fen: int
    lines: list[Line]
    caps: list[str]
    explanation: list[str]


class QuoteAnswer(QuotedParts):
    """What a basket gets, and the policy that gives it."""

    policy: PolicyAnswer


class RedemptionAnswer(QuoteAnswer):
    """A recorded discount."""

    id: str
    receipt_no: str
    order_no: str
    recorded_at: str
    chain: ChainAnswer


class ReturnedLine(BaseModel):
    """A line that went back, or a part of it, with the part of the refund that is its own."""

    index: int
    name: str
    amount_fen: int
    discount_fen: int
    payable_fen: int


class ReversalRecord(BaseModel):
    """A recorded reversal; all sums are positive. `lines` is empty where the sale had none."""

    id: str
    receipt_no: str
    redemption_id: str
    amount_fen: int
    insurance_fen: int
    excluded_fen: int
    discount_fen: int
    payable_fen: int
    lines: list[ReturnedLine]
    reason: str
    recorded_at: str
    chain: ChainAnswer


class ReversalAnswer(ReversalRecord):
    """A recorded reversal, and how much of the redemption's amount is left."""

    left_fen: int


class NetPart(BaseModel):
    """The sums after all reversals."""

    amount_fen: int
    discount_fen: int
    payable_fen: int


class RecordedLine(BaseModel):
    """A line as it was sold, and how much of its amount can still be returned."""

    index: int
    name: str
    category: str | None
    quantity: str
    amount_fen: int
    eligible_fen: int
    discount_fen: int
    payable_fen: int
    left_fen: int


class LeftPart(BaseModel):
    """What can still be returned: the amount, and how much of it was excluded or insured."""

    amount_fen: int
    excluded_fen: int
    insurance_fen: int


class RedemptionRecord(QuotedParts):
    """A redemption as recorded, with its reversals, its net sums, and what is left to return."""

    lines: list[RecordedLine]  # type: ignore[assignment]
    id: str
    receipt_no: str
    order_no: str
    shop_order_no: str | None
    cashier: str | None
    channel: str
    occurred_at: str
    recorded_at: str
    business_day: str
    policy: PolicyPart
    chain: ChainAnswer
    reversals: list[ReversalRecord]
    net: NetPart
    left: LeftPart


class CancellationAnswer(BaseModel):
    """A cancelled order; `redemption` is null if none had been recorded."""

    order_no: str
    cancelled_at: str
    redemption: RedemptionRecord | None


class StatementRow(BaseModel):
    """A row of the outlet's day; a reversal has negative sums and its sale's order number."""

    kind: Literal["redemption", "reversal"]
    receipt_no: str
    order_no: str | None
    reverses_id: str | None
    reverses_order_no: str | None
    id: str
    channel: Literal["online", "offline", "claim"]
    recorded_at: str
    terminal_id: str
    sequence: int
    amount_fen: int
    excluded_fen: int
    eligible_fen: int
    rate_bp: int
    discount_fen: int
    payable_fen: int
    merchant_share_fen: int
    government_share_fen: int
    cashier: str | None
    hash: str
    occurred_at: str


class StatementSums(BaseModel):
    """The net of the rows, and how many there are of each kind."""

    redemptions: int
    reversals: int
    amount_fen: int
    discount_fen: int
    payable_fen: int
    merchant_share_fen: int
    government_share_fen: int


class StatementAnswer(BaseModel):
    """An outlet's day; a reversal's sums are negative, `sums` is the net."""

    outlet: NamedPart
    day: str
    rows: list[StatementRow]
    sums: StatementSums
    sha256: str
