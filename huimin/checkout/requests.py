"""What a till asks for, checked: the same values whether they came over the API or from the page.

A request holds a checked card, whose signature was looked at before a transaction is opened.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from huimin.core.card_token import CheckedCard
from huimin.core.discount import Basket, Item
from huimin.core.json_text import ADDED

REASON_MAX = 200
ITEMS_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What is bought. Amounts in fen; an item's amount is its line's total."""

    amount_fen: int
    excluded_fen: int = 0
    insurance_fen: int = 0
    items: tuple[Item, ...] = ()

    @property
    def basket(self) -> Basket:
        """The same as the discount rules take it."""
        return Basket(self.amount_fen, self.excluded_fen, self.insurance_fen, self.items)


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """A basket for a card. Amounts in fen; an item's amount is its line's total."""

    # The order of the fields is part of a request's fingerprint (once.py), and keys are kept for
    # longer than a version runs: a field may only be added at the end.
    card: CheckedCard
    amount_fen: int
    excluded_fen: int = 0
    insurance_fen: int = 0
    items: tuple[Item, ...] = ()

    @property
    def basket(self) -> Basket:
        """The same as the discount rules take it."""
        return Basket(self.amount_fen, self.excluded_fen, self.insurance_fen, self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionRequest(QuoteRequest):
    """A basket being paid for: its order number, and who presents the card (an id from verify)."""

    order_no: str
    presented_by: str
    identity_checked: bool
    cashier: str | None = None
    # The number of this sale in the shop's own books, where it has another.
    shop_order_no: str | None = field(default=None, metadata={ADDED: True})


@dataclass(frozen=True, slots=True)
class ReversalRequest:
    """What goes back: a gross amount in fen, or all that is left; and why."""

    # Part of a request's fingerprint, as of version 1: parts have a class of their own.
    reason: str
    amount_fen: int | None = None
    cashier: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnedItem:
    """A line of the sale, by its index from zero; whole unless `amount_fen` says less."""

    index: int
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class PartReversalRequest(ReversalRequest):
    """What goes back of a sale with parts: lines, or what of the amount was excluded or insured.

    None where the till did not say.
    """

    excluded_fen: int | None = None
    insurance_fen: int | None = None
    items: tuple[ReturnedItem, ...] = ()


@dataclass(frozen=True, slots=True)
class CancellationRequest:
    """An order that a till gave up, and why."""

    order_no: str
    reason: str
    cashier: str | None = None
