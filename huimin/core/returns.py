"""What a return takes back: what is kept is quoted again, and the difference goes back.

Pure integer arithmetic on fen. A sale is a row of portions: its lines, or without lines its
eligible, insured and excluded sums. A return takes some of each. The discount of what is kept
depends on nothing else, so any order of parts gives the same net, and all of them exactly zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huimin.core.coupons import after_coupons
from huimin.core.discount import PolicyTerms, Sums, is_excluded, uncapped_discount
from huimin.core.money import BASIS_POINTS, allocate, half_up

# The portions of a sale without lines, in this order.
ELIGIBLE, INSURED, EXCLUDED = range(3)


@dataclass(frozen=True, slots=True)
class Portion:
    """A line of a sale, or one of its sums: how much of it can be returned, and counts.

    `net_fen` is the amount after the coupons that lowered it. A coupon is a portion below zero: it
    comes back with the goods that it lowered, never by itself.
    """

    amount_fen: int
    net_fen: int
    eligible_fen: int
    is_excluded: bool = False

    @property
    def is_coupon(self) -> bool:
        """Whether it lowers other portions."""
        return self.amount_fen < 0

    def net_of(self, left_fen: int) -> int:
        """What is left of the portion's net amount when `left_fen` of its amount is left."""
        if self.net_fen == self.amount_fen:
            return left_fen
        return self.eligible_of(left_fen) + self._part(self.net_fen - self.eligible_fen, left_fen)

    def eligible_of(self, left_fen: int) -> int:
        """What is left of the eligible amount; the rest was insured or excluded."""
        return self._part(self.eligible_fen, left_fen)

    def _part(self, fen: int, left_fen: int) -> int:
        return half_up(fen * left_fen, self.amount_fen) if self.amount_fen > 0 else 0


@dataclass(frozen=True, slots=True)
class Sold:
    """A redemption as a return sees it."""

    sums: Sums
    portions: tuple[Portion, ...]
    has_lines: bool

    @property
    def whole(self) -> list[int]:
        """The amount of each portion; 0 for a coupon, which is not returned by itself."""
        return [max(portion.amount_fen, 0) for portion in self.portions]


@dataclass(frozen=True, slots=True)
class Left:
    """The sums of what is left, in fen; the insured sum is what neither of the others is."""

    amount_fen: int
    excluded_fen: int
    eligible_fen: int

    @property
    def insurance_fen(self) -> int:
        """What insurance paid of it."""
        return self.amount_fen - self.excluded_fen - self.eligible_fen


@dataclass(frozen=True, slots=True)
class Returned:
    """An earlier return, in positive sums. `lines` maps a line's index to its amount; it is None if
    none was named, because the sale has no lines or the return was made in proportion to them.
    """

    sums: Sums
    lines: Mapping[int, int] | None = None


def sold_of(sums: Sums, lines: Sequence[Mapping[str, Any]], terms: PolicyTerms) -> Sold:
    """The sale with these sums and recorded lines (`amount_fen`, `eligible_fen` and `category` of
    each), under its own terms.
    """
    if not lines:
        paid_fen = sums.amount_fen - sums.insurance_fen - sums.excluded_fen
        amounts = (paid_fen, sums.insurance_fen, sums.excluded_fen)
        portions = tuple(
            Portion(fen, fen, fen if number == ELIGIBLE else 0, is_excluded=number == EXCLUDED)
            for number, fen in enumerate(amounts)
        )
        return Sold(sums, portions, has_lines=False)
    # What counted then was eligible, however its category was spelt.
    excluded = [not line["eligible_fen"] and is_excluded(line["category"], terms) for line in lines]
    net = _after_coupons(sums, lines, excluded)
    return Sold(
        sums,
        tuple(
            Portion(line["amount_fen"], net_fen, line["eligible_fen"], is_excluded=left_out)
            for line, net_fen, left_out in zip(lines, net, excluded, strict=True)
        ),
        has_lines=True,
    )


def sums_left(sold: Sold, left: Sequence[int]) -> Left:
    """The sums of what is left of each portion."""
    portions = list(zip(sold.portions, left, strict=True))
    return Left(
        amount_fen=sum(portion.net_of(fen) for portion, fen in portions),
        excluded_fen=sum(portion.net_of(fen) for portion, fen in portions if portion.is_excluded),
        eligible_fen=sum(portion.eligible_of(fen) for portion, fen in portions),
    )


def coupons_left(sold: Sold, left: Sequence[int]) -> dict[int, int]:
    """What is left of each coupon, below zero, by its index: as much as still lowers the rest."""
    coupons: dict[int, int] = {}
    for is_left_out in (False, True):
        group = [
            index
            for index, portion in enumerate(sold.portions)
            if portion.is_excluded == is_left_out
        ]
        weights = {i: -sold.portions[i].amount_fen for i in group if sold.portions[i].is_coupon}
        lowered_fen = sum(left[i] - sold.portions[i].net_of(left[i]) for i in group)
        parts = allocate(lowered_fen if weights else 0, list(weights.values()))
        coupons |= {index: -part for index, part in zip(weights, parts, strict=True)}
    return coupons


def left_after(sold: Sold, returns: Sequence[Returned]) -> list[int]:
    """What is left of each portion after these returns, in fen, in the order of the portions."""
    unnamed = [back.sums for back in returns if back.lines is None]
    left = [fen - part for fen, part in zip(sold.whole, _taken_unnamed(sold, unnamed), strict=True)]
    for back in returns:
        for index, part in (back.lines or {}).items():
            if not sold.portions[index].is_coupon:
                left[index] -= part
    return left


def take_back(sold: Sold, now: Sums, left: Sequence[int], terms: PolicyTerms) -> Sums:
    """The sums that go back when `left` of each portion remains; `now` is what is recorded as kept.

    The discount of what remains is that of the sale's own terms, whose minimum counts as met, and
    never more than was given: so a capped discount goes back only where the rest no longer earns
    it. No sum of a part is negative, and a part never costs the customer money.
    """
    rest = sums_left(sold, left)
    if not rest.amount_fen:
        return now
    returned_fen = now.amount_fen - rest.amount_fen
    discount_fen = _lowered(now.discount_fen, _earned(rest.eligible_fen, terms), returned_fen)
    share_fen = _lowered(
        now.merchant_share_fen,
        half_up(discount_fen * terms.merchant_share_bp, BASIS_POINTS),
        now.discount_fen - discount_fen,
    )
    return Sums(
        amount_fen=returned_fen,
        # A return in proportion rounded each sum by itself: none of them rises again.
        insurance_fen=now.insurance_fen - min(now.insurance_fen, rest.insurance_fen),
        excluded_fen=now.excluded_fen - min(now.excluded_fen, rest.excluded_fen),
        eligible_fen=now.eligible_fen - min(now.eligible_fen, rest.eligible_fen),
        discount_fen=now.discount_fen - discount_fen,
        merchant_share_fen=now.merchant_share_fen - share_fen,
    )


def returned_discounts(
    sold: Sold, before: Sequence[int], after: Sequence[int], discount_fen: int
) -> list[int]:
    """The discount that a return takes back, split over the portions by what each gave up."""
    portions = list(zip(sold.portions, before, after, strict=True))
    eligible = [one.eligible_of(had) - one.eligible_of(has) for one, had, has in portions]
    if discount_fen <= sum(eligible):
        return allocate(discount_fen, eligible)
    return allocate(discount_fen, [one.net_of(had) - one.net_of(has) for one, had, has in portions])


def _after_coupons(
    sums: Sums, lines: Sequence[Mapping[str, Any]], excluded: Sequence[bool]
) -> list[int]:
    """The net amount of each line, in fen; 0 for a coupon."""
    amounts = [line["amount_fen"] for line in lines]
    if min(amounts) >= 0:
        return amounts
    net = [0] * len(lines)
    left_out = after_coupons({i: amounts[i] for i, is_out in enumerate(excluded) if is_out})
    for index, fen in left_out.items():
        net[index] = fen
    eligible = [line["eligible_fen"] for line in lines]
    for index, part in enumerate(allocate(sums.insurance_fen, eligible)):
        net[index] += eligible[index] + part
    return net


def _earned(eligible_fen: int, terms: PolicyTerms) -> int:
    """The discount of what is kept, before the caps.

    Where the policy rounds to more than a fen, giving up one fen of goods can cost ten fen of
    discount. Nobody owes money for goods handed back, so at such a step the discount falls by no
    more than the goods do: what one would keep having returned less, minus those goods.
    """
    discount_fen = uncapped_discount(eligible_fen, terms)
    unit = terms.rounding_unit_fen
    step_fen = discount_fen + unit
    # The least eligible amount that is rounded up to the next step, and is no less than it.
    next_fen = max(step_fen, -(-(2 * step_fen - unit) * BASIS_POINTS // (2 * terms.rate_bp)))
    return max(discount_fen, step_fen - (next_fen - eligible_fen))


def _lowered(now_fen: int, target_fen: int, most_fen: int) -> int:
    """The target, unless that would raise the sum or lower it by more than `most_fen`.

    The bounds bite only after a return in proportion, which rounded in its own way.
    """
    return max(min(target_fen, now_fen), now_fen - most_fen)


def _taken_unnamed(sold: Sold, returns: Sequence[Sums]) -> list[int]:
    """What returns that named no lines took of each portion, all of them together: each would
    round by itself.

    In a sale with lines such a return was made in proportion: its excluded sum is spread over the
    excluded lines, the rest over the others.
    """
    amount_fen = sum(back.amount_fen for back in returns)
    insured_fen = sum(back.insurance_fen for back in returns)
    excluded_fen = sum(back.excluded_fen for back in returns)
    if not sold.has_lines:
        return [amount_fen - insured_fen - excluded_fen, insured_fen, excluded_fen]
    taken = [0] * len(sold.portions)
    excluded = [index for index, portion in enumerate(sold.portions) if portion.is_excluded]
    others = [index for index in range(len(taken)) if index not in excluded]
    rest_fen = amount_fen - _spread(excluded_fen, excluded, sold.whole, taken)
    rest_fen -= _spread(rest_fen, others, sold.whole, taken)
    _spread(rest_fen, range(len(taken)), sold.whole, taken)
    return taken


def _spread(fen: int, indices: Sequence[int], left: Sequence[int], taken: list[int]) -> int:
    """Take `fen`, or all there is, from these portions by what each has; returns how much."""
    weights = [left[index] - taken[index] for index in indices]
    spread_fen = min(fen, sum(weights))
    for index, part in zip(indices, allocate(spread_fen, weights), strict=True):
        taken[index] += part
    return spread_fen
