"""Which parts of a sale a return takes, and what goes back for them.

A sale with lines is returned by line; one with an excluded or insured sum by an amount that says
how much of it is theirs. Silence would let the discount wander between goods.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huimin.checkout.requests import PartReversalRequest, ReturnedItem, ReversalRequest
from huimin.core.discount import PolicyTerms, Sums
from huimin.core.money import money_text
from huimin.core.refusals import Refusal, field_problem
from huimin.core.returns import (
    ELIGIBLE,
    EXCLUDED,
    INSURED,
    Sold,
    coupons_left,
    left_after,
    returned_discounts,
    sums_left,
    take_back,
)
from huimin.ledger.returns import returned_in, sold_in
from huimin.policies.in_force import terms_of
from huimin.policies.publish import policy_by_id
from huimin.storage.engine import Row, Transaction


@dataclass(frozen=True, slots=True)
class SaleLeft:
    """A sale under its own terms, what is left of each portion, and the sums recorded as left."""

    sold: Sold
    terms: PolicyTerms
    names: tuple[str, ...]
    left: tuple[int, ...]
    remaining: Sums

    @property
    def lines(self) -> list[int]:
        """What is left of each line, in fen; below zero for a coupon."""
        return _with_coupons(self.sold, self.left) if self.sold.has_lines else []

    @property
    def sums(self) -> Row:
        """What can still be returned, with its excluded and insured parts, in fen."""
        left = sums_left(self.sold, self.left)
        return {
            "amount_fen": left.amount_fen,
            "excluded_fen": left.excluded_fen,
            "insurance_fen": left.insurance_fen,
        }


@dataclass(frozen=True, slots=True)
class ReturnedPart:
    """What goes back: its sums, and the lines if the sale has them."""

    sums: Sums
    lines: tuple[Row, ...]
    left_fen: int


def sale_left(
    tx: Transaction, original: Mapping[str, Any], reversals: Sequence[Mapping[str, Any]]
) -> SaleLeft:
    """What is left of a redemption's row after the rows of its reversals."""
    terms = terms_of(policy_by_id(tx, original["policy_id"]))
    sold, returns = sold_in(original, terms), [returned_in(row) for row in reversals]
    remaining = sold.sums
    for back in returns:
        remaining -= back.sums
    names = tuple(line["name"] for line in json.loads(original["detail_json"]).get("lines") or ())
    return SaleLeft(sold, terms, names, tuple(left_after(sold, returns)), remaining)


def part_of(sale: SaleLeft, request: ReversalRequest) -> ReturnedPart:
    """The part that the request takes; all that is left if it names none.

    Raises FieldProblems, Refusal: already_reversed, reversal_too_large, return_parts_missing.
    """
    if not sale.remaining.amount_fen:
        raise Refusal("already_reversed")
    taken = _taken(sale, request)
    left = [fen - part for fen, part in zip(sale.left, taken, strict=True)]
    sums = take_back(sale.sold, sale.remaining, left, sale.terms)
    if not sums.amount_fen:
        raise field_problem("items", "要退的商品当时没有付钱，没有可退的金额。")
    discounts = returned_discounts(sale.sold, sale.left, left, sums.discount_fen)
    amounts = zip(sale.lines, _with_coupons(sale.sold, left), strict=False)
    lines = tuple(
        {
            "index": index,
            "name": sale.names[index],
            "amount_fen": had_fen - has_fen,
            "discount_fen": discounts[index],
            "payable_fen": had_fen - has_fen - discounts[index],
        }
        for index, (had_fen, has_fen) in enumerate(amounts)
        if had_fen != has_fen
    )
    return ReturnedPart(sums, lines, sale.remaining.amount_fen - sums.amount_fen)


def _with_coupons(sold: Sold, left: Sequence[int]) -> list[int]:
    """What is left of each portion, and of each coupon what still lowers them."""
    coupons = coupons_left(sold, left)
    return [coupons.get(index, fen) for index, fen in enumerate(left)]


def _taken(sale: SaleLeft, request: ReversalRequest) -> list[int]:
    """What the request takes of each portion."""
    left_fen = sale.remaining.amount_fen
    if isinstance(request, PartReversalRequest):
        if request.items or (sale.sold.has_lines and request.amount_fen == left_fen):
            taken = _of_lines(sale, request.items) if request.items else list(sale.left)
            _require_agreement(sale, request, taken)
            return taken
    elif request.amount_fen in (None, left_fen):
        return list(sale.left)
    if request.amount_fen is None:
        raise field_problem("amount_fen", "请写明退货金额，或者写明退哪几行商品。")
    if request.amount_fen > left_fen:
        raise Refusal("reversal_too_large", left=money_text(left_fen))
    if sale.sold.has_lines:
        raise Refusal("return_parts_missing")
    return _of_sums(sale, request)


def _of_lines(sale: SaleLeft, items: Sequence[ReturnedItem]) -> list[int]:
    if not sale.sold.has_lines:
        raise field_problem("items", "这一笔没有商品明细，请写明退货金额。")
    taken = [0] * len(sale.left)
    seen: set[int] = set()
    for number, item in enumerate(items):
        field = f"items.{number}.index"
        if item.index >= len(taken):
            raise field_problem(field, "这一笔没有这一行商品，请核对。")
        if item.index in seen:
            raise field_problem(field, "同一行商品写了两次，请合成一行。")
        seen.add(item.index)
        if sale.sold.portions[item.index].is_coupon:
            if item.amount_fen is not None:
                raise field_problem(
                    f"items.{number}.amount_fen", "券随它所抵的商品一起退，不用写金额。"
                )
            continue
        left_fen = sale.left[item.index]
        if not left_fen or (item.amount_fen or 0) > left_fen:
            raise Refusal("reversal_too_large", left=money_text(left_fen))
        taken[item.index] = left_fen if item.amount_fen is None else item.amount_fen
    if not any(taken):
        raise field_problem("items", "券随它所抵的商品一起退，请写明退的是哪几行商品。")
    return taken


def _require_agreement(sale: SaleLeft, request: PartReversalRequest, taken: Sequence[int]) -> None:
    """Sums beside lines say nothing new, so they must be those of the lines."""
    had = sums_left(sale.sold, sale.left)
    rest = [fen - part for fen, part in zip(sale.left, taken, strict=True)]
    has = sums_left(sale.sold, rest)
    for field, named_fen in (
        ("amount_fen", request.amount_fen),
        ("excluded_fen", request.excluded_fen),
        ("insurance_fen", request.insurance_fen),
    ):
        true_fen = getattr(had, field) - getattr(has, field)
        if named_fen not in (None, true_fen):
            raise field_problem(
                field,
                "与所退的几行商品不符，应为 {amount}；也可以不写。",
                amount=money_text(true_fen),
            )


def _of_sums(sale: SaleLeft, request: ReversalRequest) -> list[int]:
    named: dict[int, int | None] = {EXCLUDED: None, INSURED: None}
    if isinstance(request, PartReversalRequest):
        named = {EXCLUDED: request.excluded_fen, INSURED: request.insurance_fen}
    if any(fen is None and sale.left[portion] for portion, fen in named.items()):
        raise Refusal("return_parts_missing")
    taken = [0, 0, 0]
    for portion, fen in named.items():
        taken[portion] = fen or 0
    taken[ELIGIBLE] = (request.amount_fen or 0) - sum(taken)
    if taken[ELIGIBLE] < 0:
        raise field_problem("amount_fen", "不参加优惠与医保支付的金额之和超过了退货金额，请核对。")
    for left_fen, part in zip(sale.left, taken, strict=True):
        if part > left_fen:
            raise Refusal("reversal_too_large", left=money_text(left_fen))
    return taken
