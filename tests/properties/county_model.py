"""What a county must do, in plain Python: no table, no statement, none of the program's own code.

Amounts are fen. It knows people, cards, policies, sales, returns, offline sales, locked months and
what was restored; `expected_sale` and the like say what the program has to answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Terms:
    """A policy version. Rates in basis points; the discount is rounded half up to one fen."""

    id: str
    version: int
    starts_on: date
    rate_bp: int
    minimum_fen: int
    cap_redemption_fen: int
    cap_day_fen: int
    cap_month_fen: int
    merchant_share_bp: int

    def uncapped(self, eligible_fen: int) -> int:
        return min(halves_up(eligible_fen * self.rate_bp, 10_000), eligible_fen)

    def merchant_share(self, discount_fen: int) -> int:
        return halves_up(discount_fen * self.merchant_share_bp, 10_000)


def halves_up(part: int, whole: int) -> int:
    return (2 * part + whole) // (2 * whole)


@dataclass
class Card:
    """A card: whose it is, and how it stands."""

    person: int
    state: str = "active"


# What may happen to a card: the states before, and the one after.
CHANGES = {
    "suspend": (("active",), "suspended"),
    "lose": (("active", "suspended"), "lost"),
    "resume": (("suspended", "lost"), "active"),
    "replace": (("active", "lost"), "replaced"),
    "revoke": (("active", "suspended", "lost"), "revoked"),
}


@dataclass
class Person:
    """A holder: the days of their aid."""

    entitled_from: date
    entitled_until: date | None

    def is_entitled(self, day: date) -> bool:
        return self.entitled_from <= day and (
            self.entitled_until is None or day <= self.entitled_until
        )


@dataclass
class Sold:
    """A sale and what is left of it; `month` is the one in which it counts."""

    person: int
    day: date
    month: str
    terms: Terms
    eligible_fen: int
    excluded_fen: int
    discount_fen: int
    had_excluded: bool

    @property
    def amount_fen(self) -> int:
        return self.eligible_fen + self.excluded_fen


@dataclass
class Model:
    """The county."""

    policies: list[Terms] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    sold: list[Sold] = field(default_factory=list)
    used: dict[tuple[int, str], int] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)
    # Month → redemptions, reversals, amount, discount, merchant's share.
    months: dict[str, list[int]] = field(default_factory=dict)

    def terms_on(self, day: date) -> Terms | None:
        begun = [terms for terms in self.policies if terms.starts_on <= day]
        return max(begun, key=lambda terms: terms.version, default=None)

    def expected_discount(
        self, person: int, day: date, eligible_fen: int
    ) -> tuple[str, int, Terms | None]:
        """(refusal's code or "", discount in fen, terms) of a sale whose card is good."""
        terms = self.terms_on(day)
        if not self.people[person].is_entitled(day):
            return "not_entitled", 0, None
        if terms is None:
            return "no_policy", 0, None
        if eligible_fen == 0:
            return "nothing_eligible", 0, None
        if eligible_fen < terms.minimum_fen:
            return "below_minimum", 0, None
        room_fen = min(
            terms.cap_redemption_fen,
            terms.cap_day_fen - self.used.get((person, day.isoformat()), 0),
            terms.cap_month_fen - self.used.get((person, month_of(day)), 0),
        )
        if room_fen <= 0:
            return "cap_reached", 0, None
        return "", min(terms.uncapped(eligible_fen), room_fen), terms

    def sell(
        self, person: int, day: date, eligible_fen: int, excluded_fen: int, discount_fen: int
    ) -> None:
        terms = self.terms_on(day)
        assert terms is not None
        month = self.open_month(month_of(day))
        self.sold.append(
            Sold(
                *(person, day, month, terms, eligible_fen, excluded_fen, discount_fen),
                had_excluded=excluded_fen > 0,
            )
        )
        self._use(person, day, discount_fen)
        share_fen = terms.merchant_share(discount_fen)
        self._count(month, 1, 0, eligible_fen + excluded_fen, discount_fen, share_fen)

    def expected_return(
        self, sale: Sold, eligible_fen: int, excluded_fen: int
    ) -> tuple[str, int, int]:
        """(refusal's code or "", discount and merchant's share that go back, in fen)."""
        if not sale.amount_fen:
            return "already_reversed", 0, 0
        if eligible_fen > sale.eligible_fen or excluded_fen > sale.excluded_fen:
            return "reversal_too_large", 0, 0
        rest_fen = sale.eligible_fen - eligible_fen
        kept_fen = 0
        if rest_fen or sale.excluded_fen - excluded_fen:
            kept_fen = min(sale.terms.uncapped(rest_fen), sale.discount_fen)
        share = sale.terms.merchant_share
        return "", sale.discount_fen - kept_fen, share(sale.discount_fen) - share(kept_fen)

    def take_back(self, sale: Sold, today: date, eligible_fen: int, excluded_fen: int) -> None:
        _code, discount_fen, share_fen = self.expected_return(sale, eligible_fen, excluded_fen)
        sale.eligible_fen -= eligible_fen
        sale.excluded_fen -= excluded_fen
        sale.discount_fen -= discount_fen
        self._use(sale.person, sale.day, -discount_fen)
        month = self.open_month(month_of(today))
        self._count(month, 0, 1, -eligible_fen - excluded_fen, -discount_fen, -share_fen)

    def open_month(self, month: str) -> str:
        while month in self.locked:
            year, number = int(month[:4]), int(month[5:]) + 1
            month = f"{year + number // 13}-{(number - 1) % 12 + 1:02d}"
        return month

    def _use(self, person: int, day: date, discount_fen: int) -> None:
        for period in (day.isoformat(), month_of(day)):
            used = self.used.get((person, period), 0)
            self.used[person, period] = used + discount_fen

    def _count(self, month: str, *figures: int) -> None:
        sums = self.months.setdefault(month, [0] * 5)
        self.months[month] = [had + more for had, more in zip(sums, figures, strict=True)]


def month_of(day: date) -> str:
    return day.isoformat()[:7]
