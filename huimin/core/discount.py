"""The discount of a basket under a policy, step by step; core/returns.py takes it back.

Pure integer arithmetic on fen. Discount = eligible × rate ÷ 10 000, rounded half up once to the
policy's unit, then limited by the caps, then allocated to the lines so that they always add up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal

from huimin.core.catalogue import say, sentence
from huimin.core.categories import code_or_plain, codes_of, known_code, require_known
from huimin.core.coupons import after_coupons
from huimin.core.money import (
    AMOUNT_FEN_MAX,
    BASIS_POINTS,
    allocate,
    half_up,
    money_text,
    percent_words,
    rate_words,
)
from huimin.core.offline_terms import OfflineRoom, OfflineTerms
from huimin.core.refusals import Refusal, field_problem
from huimin.core.words import CAPS


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """A policy version's terms. Rates and shares in basis points, money in fen, days as text."""

    id: str
    code: str
    version: int
    name: str
    scope: Literal["all", "kind", "eligibility", "outlet"]
    scope_value: str
    starts_on: str
    ends_on: str | None
    rate_bp: int
    rounding_unit_fen: int
    minimum_spend_fen: int
    cap_redemption_fen: int | None
    cap_card_day_fen: int | None
    cap_card_month_fen: int | None
    excluded_categories: tuple[str, ...]
    base: Literal["market_price", "after_insurance"]
    merchant_share_bp: int
    government_share_bp: int
    # What the government pays in all, and the version with which this budget began; None: no limit.
    budget_fen: int | None = None
    budget_version: int | None = None
    # None: no discounts without network under this policy. Online quotes ignore it.
    offline: OfflineTerms | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the basket; `amount_fen` is the line's total, whatever the quantity.

    A coupon is a line below zero. `quantity` is a decimal as text, `category` as the till spelt it;
    None is a line without one, which takes part in the discount.
    """

    sku: str | None
    name: str
    category: str | None
    quantity: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Basket:
    """A purchase. `excluded_fen` is entered if there are no items, insurance at hospitals."""

    amount_fen: int
    excluded_fen: int = 0
    insurance_fen: int = 0
    items: tuple[Item, ...] = ()

    @property
    def categories(self) -> tuple[str | None, ...]:
        """Each line's category, as it was sent."""
        return tuple(item.category for item in self.items)


@dataclass(frozen=True, slots=True)
class Usage:
    """The discount that the holder has had under this policy today and this month, in fen.

    `budget_left_fen` is what the government may still pay under it; None without a budget.
    """

    day_used_fen: int = 0
    month_used_fen: int = 0
    budget_left_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the explanation, independent of language."""

    code: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """An item with its part of the discount."""

    index: int
    name: str
    category: str | None
    amount_fen: int
    eligible_fen: int
    discount_fen: int
    payable_fen: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The result for a basket. payable + discount = amount; the lines add up to both."""

    amount_fen: int
    insurance_fen: int
    excluded_fen: int
    eligible_fen: int
    rate_bp: int
    discount_fen: int
    payable_fen: int
    merchant_share_fen: int
    government_share_fen: int
    lines: tuple[Line, ...]
    caps: tuple[str, ...]
    explanation: tuple[Step, ...]

    @property
    def special_steps(self) -> tuple[Step, ...]:
        """The explanation; () where it follows from the amounts, as it mostly does."""
        plain = plain_steps(
            amount_fen=self.amount_fen,
            eligible_fen=self.eligible_fen,
            rate_bp=self.rate_bp,
            discount_fen=self.discount_fen,
            payable_fen=self.payable_fen,
        )
        return () if self.explanation == plain else self.explanation


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of a redemption, or of what has been returned of it; all positive, in fen."""

    amount_fen: int
    insurance_fen: int
    excluded_fen: int
    eligible_fen: int
    discount_fen: int
    merchant_share_fen: int

    @property
    def payable_fen(self) -> int:
        """What the customer paid, or gets back, in fen."""
        return self.amount_fen - self.discount_fen

    @property
    def government_share_fen(self) -> int:
        """The government's share of the discount, in fen."""
        return self.discount_fen - self.merchant_share_fen

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, name) + getattr(other, name) for name in SUMS))

    def __sub__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, name) - getattr(other, name) for name in SUMS))


SUMS = tuple(each.name for each in fields(Sums))
NO_SUMS = Sums(0, 0, 0, 0, 0, 0)


def quote(
    basket: Basket,
    terms: PolicyTerms,
    usage: Usage = Usage(),
    offline: OfflineRoom | None = None,
    *,
    any_category: bool = False,
) -> Quote:
    """The discount of a basket under a policy, with its explanation.

    `offline` is what the offline caps have left, for a till without network. `any_category` is for
    what was recorded before: its categories may be some that nobody knows. Raises FieldProblems for
    inconsistent sums, and Refusal: unknown_category, nothing_eligible, below_minimum, cap_reached,
    budget_used_up.
    """
    if not any_category:
        require_known(basket.categories, terms.excluded_categories)
    _require_sums(basket, terms)
    excluded_fen = basket.excluded_fen
    if basket.items:
        excluded_fen = sum(
            item.amount_fen for item in basket.items if is_excluded(item.category, terms)
        )
    eligible_fen = basket.amount_fen - basket.insurance_fen - excluded_fen
    if eligible_fen < 0:
        raise field_problem("insurance_fen", "医保支付与不参加优惠的金额之和超过了总金额，请核对。")
    if eligible_fen == 0:
        raise Refusal("nothing_eligible")
    if eligible_fen < terms.minimum_spend_fen:
        raise Refusal("below_minimum", minimum=money_text(terms.minimum_spend_fen))
    uncapped_fen = _rounded_discount(eligible_fen, terms)
    discount_fen, caps = _limit(eligible_fen, terms, usage, offline)
    merchant_share_fen = half_up(discount_fen * terms.merchant_share_bp, BASIS_POINTS)
    return Quote(
        amount_fen=basket.amount_fen,
        insurance_fen=basket.insurance_fen,
        excluded_fen=excluded_fen,
        eligible_fen=eligible_fen,
        rate_bp=terms.rate_bp,
        discount_fen=discount_fen,
        payable_fen=basket.amount_fen - discount_fen,
        merchant_share_fen=merchant_share_fen,
        government_share_fen=discount_fen - merchant_share_fen,
        lines=_lines(basket, terms, discount_fen),
        caps=caps,
        explanation=tuple(_steps(basket, terms, excluded_fen, uncapped_fen, discount_fen, caps)),
    )


def is_excluded(category: str | None, terms: PolicyTerms) -> bool:
    """Whether goods of that category, however it is spelt, are left out by the policy."""
    return category is not None and code_or_plain(category) in codes_of(terms.excluded_categories)


def excluded_sum(basket: Basket, terms: PolicyTerms) -> int:
    """What of a basket takes no part in the discount, in fen.

    Raises FieldProblems for sums that don't fit, and Refusal `unknown_category`.
    """
    require_known(basket.categories, terms.excluded_categories)
    _require_sums(basket, terms)
    if not basket.items:
        return basket.excluded_fen
    return sum(item.amount_fen for item in basket.items if is_excluded(item.category, terms))


def uncapped_discount(eligible_fen: int, terms: PolicyTerms) -> int:
    """The discount of an eligible amount before the caps, in fen; never more than the amount."""
    unit = terms.rounding_unit_fen
    return min(_rounded_discount(eligible_fen, terms), eligible_fen // unit * unit)


def most_discount(terms: PolicyTerms, government_fen: int) -> int | None:
    """The largest discount of which the government's share is at most `government_fen`.

    None where the government has no share, so that nothing limits it.
    """
    if not terms.government_share_bp:
        return None
    if government_fen <= 0:
        return 0
    # The share is the discount less the merchant's part, which is rounded half up.
    most_fen = (government_fen * BASIS_POINTS + BASIS_POINTS // 2) // terms.government_share_bp
    return most_fen // terms.rounding_unit_fen * terms.rounding_unit_fen


def plain_steps(
    *, amount_fen: int, eligible_fen: int, rate_bp: int, discount_fen: int, payable_fen: int
) -> tuple[Step, ...]:
    """The steps of a purchase in which nothing was excluded, capped or insured."""
    discount = {"eligible_fen": eligible_fen, "rate_bp": rate_bp, "discount_fen": discount_fen}
    return (
        Step("amount", {"amount_fen": amount_fen}),
        Step("discount", discount),
        Step("payable", {"payable_fen": payable_fen}),
    )


def explain(step: Step, language: str = "zh_Hans") -> str:
    """The step as a sentence that a cashier can read out."""
    values: dict[str, Any] = {}
    for name, value in step.params.items():
        if name.endswith("_fen"):
            values[name.removesuffix("_fen")] = money_text(value)
        elif name == "cap":
            values[name] = CAPS.text(value)
        elif name == "rate_bp":
            values["rate"] = _rate(value, language)
        else:
            values[name] = value
    return say(EXPLANATIONS[step.code], language, **values)


EXPLANATIONS: dict[str, str] = {
    "amount": sentence("原价 {amount}。"),
    "insurance": sentence("医保支付 {amount}，优惠按个人支付部分计算。"),
    "excluded": sentence("{amount} 的商品不参加优惠。"),
    "excluded_item": sentence("{name} {amount} 不参加优惠。"),
    "coupon": sentence("{name} 抵减 {amount}，从参加优惠的商品里减去。"),
    "excluded_coupon": sentence("{name} 抵减 {amount}，从不参加优惠的商品里减去。"),
    "discount": sentence("{eligible} 按{rate}优惠 {discount}。"),
    "cap": sentence("到了{cap}，这次优惠 {discount}。"),
    "payable": sentence("实付 {payable}。"),
    "patient_pays": sentence("其中个人支付 {payable}。"),
}


def _rate(rate_bp: int, language: str) -> str:
    return percent_words(rate_bp) if language == "en" else rate_words(rate_bp, language)


def _require_sums(basket: Basket, terms: PolicyTerms) -> None:
    if not 1 <= basket.amount_fen <= AMOUNT_FEN_MAX:
        raise field_problem("amount_fen", "金额须在 ¥0.01 到 ¥1,000,000.00 之间。")
    for field, value in (
        ("excluded_fen", basket.excluded_fen),
        ("insurance_fen", basket.insurance_fen),
    ):
        if not 0 <= value <= basket.amount_fen:
            raise field_problem(field, "不参加优惠和医保支付的部分，都不能超过总金额。")
    if basket.insurance_fen and terms.base != "after_insurance":
        raise field_problem("insurance_fen", "本示范点的优惠政策不涉及医保，请去掉这一项。")
    if basket.items:
        _require_items(basket, terms)


def _require_items(basket: Basket, terms: PolicyTerms) -> None:
    if sum(item.amount_fen for item in basket.items) != basket.amount_fen:
        raise field_problem("items", "各行金额之和与总金额不符，请核对。")
    excluded_fen = _require_coupons_covered(basket, terms)
    if basket.excluded_fen not in (0, excluded_fen):
        raise field_problem(
            "excluded_fen", "有明细时按商品类别计算不参加优惠的金额，请去掉这一项。"
        )


def _require_coupons_covered(basket: Basket, terms: PolicyTerms) -> int:
    """The sum of the excluded lines. Raises FieldProblems if coupons exceed their goods."""
    goods_fen = {True: 0, False: 0}
    coupon_of: dict[bool, int] = {}
    for index, item in enumerate(basket.items):
        excluded = is_excluded(item.category, terms)
        goods_fen[excluded] += item.amount_fen
        if item.amount_fen < 0:
            coupon_of.setdefault(excluded, index)
    for excluded, index in sorted(coupon_of.items(), key=lambda each: each[1]):
        if goods_fen[excluded] < 0:
            raise field_problem(
                f"items.{index}.amount_fen",
                "抵减的金额超过了它所抵的商品；请核对金额，或把券的类别写成它所抵商品的。",
            )
    return goods_fen[True]


def _rounded_discount(eligible_fen: int, terms: PolicyTerms) -> int:
    unit = terms.rounding_unit_fen
    return half_up(eligible_fen * terms.rate_bp, BASIS_POINTS * unit) * unit


def _limit(
    eligible_fen: int,
    terms: PolicyTerms,
    usage: Usage,
    offline: OfflineRoom | None,
) -> tuple[int, tuple[str, ...]]:
    """The discount after the caps, and the caps that determined it, if any."""
    unit = terms.rounding_unit_fen
    discount_fen = uncapped_discount(eligible_fen, terms)
    rooms: dict[str, int | None] = {
        "redemption": terms.cap_redemption_fen,
        "card_day": _left(terms.cap_card_day_fen, usage.day_used_fen),
        "card_month": _left(terms.cap_card_month_fen, usage.month_used_fen),
    }
    if offline is not None:
        rooms |= {
            "offline_redemption": offline.redemption_fen,
            "offline_card": offline.card_fen,
            "offline_terminal": offline.terminal_fen,
        }
    if usage.budget_left_fen is not None:
        rooms["budget"] = most_discount(terms, usage.budget_left_fen)
    whole = {name: room // unit * unit for name, room in rooms.items() if room is not None}
    least_fen = min(whole.values(), default=discount_fen)
    applied = tuple(name for name, room in whole.items() if room == least_fen)
    if applied and least_fen == 0:
        if applied[-1] == "budget":
            raise Refusal("budget_used_up")
        raise Refusal("cap_reached", cap=CAPS.text(applied[-1]))
    if least_fen < discount_fen:
        return least_fen, applied
    return discount_fen, ()


def _left(cap_fen: int | None, used_fen: int) -> int | None:
    return None if cap_fen is None else max(cap_fen - used_fen, 0)


def _lines(basket: Basket, terms: PolicyTerms, discount_fen: int) -> tuple[Line, ...]:
    """The items in order, with the discount allocated by the eligible amount of each."""
    # Allocate in order of content, so that a reordered basket gets the same parts.
    order = sorted(
        range(len(basket.items)),
        key=lambda i: (
            -basket.items[i].amount_fen,
            basket.items[i].name,
            basket.items[i].sku or "",
            basket.items[i].category or "",
            basket.items[i].quantity,
        ),
    )
    eligible = {
        i: 0 if is_excluded(basket.items[i].category, terms) else basket.items[i].amount_fen
        for i in order
    }
    bases = _after_insurance(basket.insurance_fen, after_coupons(eligible))
    parts = (
        dict(zip(order, allocate(discount_fen, [bases[i] for i in order]), strict=True))
        if (order)
        else {}
    )
    return tuple(
        Line(
            index=i,
            name=item.name,
            category=item.category and (known_code(item.category) or item.category),
            amount_fen=item.amount_fen,
            eligible_fen=bases[i],
            discount_fen=parts[i],
            payable_fen=item.amount_fen - parts[i],
        )
        for i, item in enumerate(basket.items)
    )


def _after_insurance(insurance_fen: int, eligible: dict[int, int]) -> dict[int, int]:
    """Each line's eligible amount after its part of the insurance payment."""
    if not insurance_fen or not eligible:
        return eligible
    paid = allocate(insurance_fen, list(eligible.values()))
    return {i: fen - part for (i, fen), part in zip(eligible.items(), paid, strict=True)}


def _steps(
    basket: Basket,
    terms: PolicyTerms,
    excluded_fen: int,
    uncapped_fen: int,
    discount_fen: int,
    caps: tuple[str, ...],
) -> Iterable[Step]:
    yield Step("amount", {"amount_fen": basket.amount_fen})
    if basket.insurance_fen:
        yield Step("insurance", {"amount_fen": basket.insurance_fen})
    for item in basket.items:
        excluded = is_excluded(item.category, terms)
        if item.amount_fen < 0:
            code = "excluded_coupon" if excluded else "coupon"
            yield Step(code, {"name": item.name, "amount_fen": -item.amount_fen})
        elif excluded:
            yield Step("excluded_item", {"name": item.name, "amount_fen": item.amount_fen})
    if excluded_fen and not basket.items:
        yield Step("excluded", {"amount_fen": excluded_fen})
    eligible_fen = basket.amount_fen - basket.insurance_fen - excluded_fen
    yield Step(
        "discount",
        {"eligible_fen": eligible_fen, "rate_bp": terms.rate_bp, "discount_fen": uncapped_fen},
    )
    for cap in caps:
        yield Step("cap", {"cap": cap, "discount_fen": discount_fen})
    payable_fen = basket.amount_fen - discount_fen
    yield Step("payable", {"payable_fen": payable_fen})
    if basket.insurance_fen:
        yield Step("patient_pays", {"payable_fen": payable_fen - basket.insurance_fen})
