"""The promises of the discount, for every basket and policy that hypothesis can think of."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from huimin.core.catalogue import LANGUAGES
from huimin.core.discount import (
    Basket,
    Item,
    PolicyTerms,
    Quote,
    Usage,
    explain,
    most_discount,
    quote,
)
from huimin.core.money import allocate, half_up, money_text, parse_yuan, yuan
from huimin.core.refusals import FieldProblems, Refusal

UNUSED = Usage()
caps = st.none() | st.integers(1, 50_000)
categories = st.sampled_from([None, "food", "tobacco", " 卷 烟", "alcohol", "Liquor", "自制"])


@st.composite
def policies(draw: st.DrawFn) -> PolicyTerms:
    merchant_share_bp = draw(st.integers(0, 10_000))
    return PolicyTerms(
        id="p",
        code="jiuerzhe",
        version=1,
        name="九二折",
        scope="all",
        scope_value="",
        starts_on="2026-01-01",
        ends_on=None,
        rate_bp=draw(st.integers(1, 10_000)),
        rounding_unit_fen=draw(st.sampled_from([1, 10])),
        minimum_spend_fen=draw(st.sampled_from([0, 0, 1_000])),
        cap_redemption_fen=draw(caps),
        cap_card_day_fen=draw(caps),
        cap_card_month_fen=draw(caps),
        excluded_categories=("alcohol", "tobacco"),
        base=draw(st.sampled_from(["market_price", "after_insurance"])),
        merchant_share_bp=merchant_share_bp,
        government_share_bp=10_000 - merchant_share_bp,
    )


items = st.lists(
    st.builds(
        Item,
        sku=st.none(),
        name=st.sampled_from(["米", "油", "烟", "酒"]),
        category=categories,
        quantity=st.just("1"),
        # Some are coupons, below zero.
        amount_fen=st.integers(0, 100_000) | st.integers(0, 100_000) | st.integers(-9_000, -1),
    ),
    min_size=1,
    max_size=8,
)


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    if draw(st.booleans()):
        lines = tuple(draw(items))
        amount_fen = sum(line.amount_fen for line in lines)
        assume(amount_fen > 0)
        return Basket(amount_fen, 0, draw(st.just(0) | st.integers(0, amount_fen)), lines)
    amount_fen = draw(st.integers(1, 2_000_000))
    return Basket(amount_fen, draw(st.integers(0, amount_fen)), 0)


usages = st.builds(
    Usage, day_used_fen=st.integers(0, 60_000), month_used_fen=st.integers(0, 60_000)
)


def quoted(basket: Basket, terms: PolicyTerms, usage: Usage = UNUSED) -> Quote | None:
    """The quote, or None where the rules refuse."""
    try:
        return quote(basket, terms, usage, any_category=True)
    except (Refusal, FieldProblems):
        return None


@given(baskets(), policies(), usages)
def test_a_quote_adds_up_within_its_bounds(
    basket: Basket, terms: PolicyTerms, usage: Usage
) -> None:
    given_quote = quoted(basket, terms, usage)
    assume(given_quote is not None)
    assert given_quote is not None
    discount_fen = given_quote.discount_fen
    assert given_quote.payable_fen + discount_fen == given_quote.amount_fen == basket.amount_fen
    assert 0 <= discount_fen <= given_quote.eligible_fen <= basket.amount_fen
    assert discount_fen % terms.rounding_unit_fen == 0
    for cap_fen, used_fen in (
        (terms.cap_redemption_fen, 0),
        (terms.cap_card_day_fen, usage.day_used_fen),
        (terms.cap_card_month_fen, usage.month_used_fen),
    ):
        if cap_fen is not None:
            assert used_fen + discount_fen <= max(cap_fen, used_fen)
    assert given_quote.merchant_share_fen + given_quote.government_share_fen == discount_fen
    assert given_quote.merchant_share_fen >= 0
    assert given_quote.government_share_fen >= 0
    if given_quote.lines:
        assert sum(line.discount_fen for line in given_quote.lines) == discount_fen
        assert sum(line.payable_fen for line in given_quote.lines) == given_quote.payable_fen
        for line in given_quote.lines:
            assert 0 <= line.discount_fen <= line.eligible_fen <= max(line.amount_fen, 0)
        assert sum(line.amount_fen for line in given_quote.lines) == basket.amount_fen
        assert sum(line.eligible_fen for line in given_quote.lines) == given_quote.eligible_fen
        assert given_quote.excluded_fen >= 0
    for step in given_quote.explanation:
        for language in LANGUAGES:
            assert explain(step, language)


@given(policies(), usages, st.integers(1, 1_000_000), st.integers(0, 1_000_000))
def test_more_is_never_discounted_less(
    terms: PolicyTerms, usage: Usage, amount_fen: int, more_fen: int
) -> None:
    less = quoted(Basket(amount_fen), terms, usage)
    more = quoted(Basket(amount_fen + more_fen), terms, usage)
    if less is not None:
        assert more is not None
        assert more.discount_fen >= less.discount_fen


@given(policies(), usages, items, st.randoms())
def test_the_order_of_lines_does_not_matter(
    terms: PolicyTerms, usage: Usage, lines: list[Item], random: object
) -> None:
    amount_fen = sum(line.amount_fen for line in lines)
    assume(amount_fen > 0)
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = quoted(Basket(amount_fen, items=tuple(lines)), terms, usage)
    other = quoted(Basket(amount_fen, items=tuple(shuffled)), terms, usage)
    if one is None or other is None:
        assert one is other
        return
    assert one.discount_fen == other.discount_fen

    def parts(given_quote: Quote) -> list[tuple[object, ...]]:
        return sorted(
            (line.name, line.category or "", line.amount_fen, line.discount_fen)
            for line in given_quote.lines
        )

    assert parts(one) == parts(other)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_parts_add_up_and_stay_near_their_share(total: int, weights: list[int]) -> None:
    assume(sum(weights) > 0)
    parts = allocate(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


@given(st.integers(-(10**12), 10**12))
def test_amounts_are_written_exactly(amount_fen: int) -> None:
    assert amount_fen == int(yuan(amount_fen).replace(".", ""))
    assert money_text(amount_fen).count("¥") == 1
    if 0 <= amount_fen < 10**11:
        assert parse_yuan(yuan(amount_fen)) == amount_fen


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_half_up_is_nearest_and_symmetric(numerator: int, denominator: int) -> None:
    rounded = half_up(numerator, denominator)
    assert 2 * abs(rounded * denominator - numerator) <= denominator
    assert half_up(-numerator, denominator) == -rounded


@given(baskets(), policies())
def test_what_no_cap_limits_is_the_rate(basket: Basket, terms: PolicyTerms) -> None:
    free = replace(
        terms,
        cap_redemption_fen=None,
        cap_card_day_fen=None,
        cap_card_month_fen=None,
        rounding_unit_fen=1,
    )
    given_quote = quoted(basket, free)
    if given_quote is not None:
        assert given_quote.discount_fen == half_up(given_quote.eligible_fen * free.rate_bp, 10_000)


@given(policies(), baskets(), st.integers(0, 60_000))
def test_a_budget_is_used_up_to_the_fen_and_never_exceeded(
    terms: PolicyTerms, basket: Basket, left_fen: int
) -> None:
    free = quoted(basket, terms)
    assume(free is not None)
    assert free is not None
    given_under = quoted(basket, terms, Usage(budget_left_fen=left_fen))
    if given_under is None:
        least = terms.rounding_unit_fen
        assert not left_fen or least - half_up(least * terms.merchant_share_bp, 10_000) > left_fen
        return
    assert given_under.government_share_fen <= left_fen or not terms.government_share_bp
    assert given_under.discount_fen <= free.discount_fen
    if given_under.discount_fen < free.discount_fen:
        # One unit more would have been too much.
        more = given_under.discount_fen + terms.rounding_unit_fen
        assert more - half_up(more * terms.merchant_share_bp, 10_000) > left_fen
        assert given_under.discount_fen == most_discount(terms, left_fen)
        assert "budget" in given_under.caps
