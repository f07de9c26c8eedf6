"""The promises of a return, for every basket, policy and order of parts hypothesis can think of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from random import Random

from hypothesis import assume, event, given
from hypothesis import strategies as st

from huimin.core.discount import NO_SUMS, SUMS, Basket, PolicyTerms, Sums, Usage, quote
from huimin.core.refusals import FieldProblems, Refusal
from huimin.core.returns import (
    Returned,
    Sold,
    coupons_left,
    left_after,
    returned_discounts,
    sold_of,
    sums_left,
    take_back,
)
from tests.making.pro_rata import pro_rata
from tests.properties.test_discount_properties import baskets, policies, usages

# What a part takes of each portion: so many ten-thousandths of what is left.
shares = st.lists(st.sampled_from([0, 10_000]) | st.integers(0, 10_000), min_size=8, max_size=8)


@st.composite
def sold_baskets(draw: st.DrawFn) -> Basket:
    """Also sums with an insured part, as a hospital's till without lines sends them."""
    if draw(st.integers(0, 2)):
        return draw(baskets())
    eligible_fen, excluded_fen = draw(st.integers(1, 200_000)), draw(st.integers(0, 200_000))
    insured_fen = draw(st.integers(0, 200_000))
    return Basket(eligible_fen + excluded_fen + insured_fen, excluded_fen, insured_fen)


class Sale:
    """A quoted basket, what has come back of it, and how it is quoted again."""

    def __init__(self, basket: Basket, terms: PolicyTerms, usage: Usage) -> None:
        first_quote = quote(basket, terms, usage, any_category=True)
        self.basket, self.terms, self.usage = basket, terms, usage
        self.whole = Sums(*(getattr(first_quote, name) for name in SUMS))
        lines = [asdict(line) for line in first_quote.lines]
        self.sold: Sold = sold_of(self.whole, lines, terms)
        self.returns: list[Returned] = []
        self.remaining = self.whole
        self.left = left_after(self.sold, ())

    @property
    def has_coupons(self) -> bool:
        """Version 1 took none, so none of its returns meets any."""
        return any(portion.is_coupon for portion in self.sold.portions)

    def give_back_in_proportion(self, amount_fen: int) -> None:
        """As version 1 did."""
        self._note(Returned(pro_rata(self.whole, self.whole - self.remaining, amount_fen)))

    def give_back(self, taken: Sequence[int]) -> Sums:
        """So much of each portion, as it is done now; checks the part, and returns it."""
        after = [fen - part for fen, part in zip(self.left, taken, strict=True)]
        part = take_back(self.sold, self.remaining, after, self.terms)
        before, rest = sums_left(self.sold, self.left), sums_left(self.sold, after)
        assert part.amount_fen == before.amount_fen - rest.amount_fen
        assert min(asdict(part).values()) >= 0
        assert part.payable_fen >= 0
        assert part.government_share_fen >= 0
        discounts = returned_discounts(self.sold, self.left, after, part.discount_fen)
        assert sum(discounts) == part.discount_fen
        assert all(0 <= fen <= most for fen, most in zip(discounts, taken, strict=True))
        lines = {index: fen for index, fen in enumerate(taken) if fen}
        self._note(Returned(part, lines if self.sold.has_lines else None))
        assert self.left == after
        return part

    def quoted_again(self) -> int:
        """The discount of what is left as a basket of its own, on the same day, in fen."""
        left = sums_left(self.sold, self.left)
        rest = Basket(left.amount_fen, left.excluded_fen, left.insurance_fen)
        if self.basket.items:
            coupons = coupons_left(self.sold, self.left)
            items = tuple(
                replace(item, amount_fen=coupons.get(index, self.left[index]))
                for index, item in enumerate(self.basket.items)
            )
            rest = replace(rest, items=items)
        try:
            terms = replace(self.terms, minimum_spend_fen=0)
            return quote(rest, terms, self.usage, any_category=True).discount_fen
        except (Refusal, FieldProblems):
            return 0

    def _note(self, back: Returned) -> None:
        self.returns.append(back)
        self.remaining -= back.sums
        self.left = left_after(self.sold, self.returns)


def sale_of(basket: Basket, terms: PolicyTerms, usage: Usage) -> Sale:
    try:
        return Sale(basket, terms, usage)
    except (Refusal, FieldProblems):
        assume(False)
        raise


def taken_of(left: Sequence[int], part: Sequence[int]) -> list[int]:
    return [fen * share // 10_000 for fen, share in zip(left, part, strict=False)]


@given(sold_baskets(), policies(), usages, st.lists(shares, max_size=6))
def test_any_parts_leave_the_quote_of_what_is_kept_and_sum_to_the_whole(
    basket: Basket, terms: PolicyTerms, usage: Usage, parts: list[list[int]]
) -> None:
    sale = sale_of(basket, terms, usage)
    for part in parts:
        taken = taken_of(sale.left, part)
        if not sum(taken):
            continue
        back = sale.give_back(taken)
        if back.eligible_fen == 0:
            assert back.discount_fen == 0, "what earned nothing takes no discount along"
        again_fen = sale.quoted_again()
        # Only where a rounding step is worth more than the goods may a little more stay.
        assert 0 <= sale.remaining.discount_fen - again_fen < terms.rounding_unit_fen
        if sale.remaining.discount_fen != again_fen:
            event("a rounding step was worth more than the goods")
        share = sale.remaining.merchant_share_fen
        assert abs(share * 10_000 - sale.remaining.discount_fen * terms.merchant_share_bp) <= 5_000
    if sum(sale.left):
        sale.give_back(sale.left)
    assert sale.remaining == NO_SUMS


@given(
    sold_baskets(),
    policies(),
    usages,
    st.lists(shares, min_size=2, max_size=5),
    st.randoms(),
    st.lists(st.integers(1, 9_999), max_size=2),
)
def test_the_order_of_parts_does_not_matter(
    basket: Basket,
    terms: PolicyTerms,
    usage: Usage,
    parts: list[list[int]],
    random: Random,
    in_proportion: list[int],
) -> None:
    """Also after returns that version 1 made in proportion."""
    one, other = sale_of(basket, terms, usage), Sale(basket, terms, usage)
    for share in [] if one.has_coupons else in_proportion:
        fen = sum(one.left) * share // 10_000
        if fen:
            one.give_back_in_proportion(fen)
            other.give_back_in_proportion(fen)
    left, taken = list(one.left), []
    for part in parts:
        amounts = taken_of(left, part)
        left = [fen - amount for fen, amount in zip(left, amounts, strict=True)]
        if sum(amounts):
            taken.append(amounts)
    for amounts in taken:
        one.give_back(amounts)
    for amounts in random.sample(taken, len(taken)):
        other.give_back(amounts)
    assert one.remaining == other.remaining
    if sum(one.left):
        one.give_back(one.left)
    assert one.remaining == NO_SUMS


@given(sold_baskets(), policies(), usages, st.lists(st.integers(1, 10_000), max_size=4), shares)
def test_what_version_1_took_back_stays_and_the_rest_comes_to_zero(
    basket: Basket, terms: PolicyTerms, usage: Usage, in_proportion: list[int], part: list[int]
) -> None:
    sale = sale_of(basket, terms, usage)
    assume(not sale.has_coupons)
    for share in in_proportion:
        fen = sum(sale.left) * share // 10_000
        if fen:
            sale.give_back_in_proportion(fen)
            assert sum(sale.left) == sale.remaining.amount_fen
            assert min([*sale.left, 0]) == 0
    before_fen = sale.remaining.discount_fen
    taken = taken_of(sale.left, part)
    if sum(taken):
        sale.give_back(taken)
        # Nothing that was taken back is given again, and no more is kept than the rest earns.
        assert sale.remaining.discount_fen <= before_fen
    if sum(sale.left):
        sale.give_back(sale.left)
    assert sale.remaining == NO_SUMS
