"""A small county whose months are reported: cards in three towns, tills of three kinds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from huimin.instance import Instance
from huimin.ledger.groupings import tables
from huimin.reports.closed_month import closed_month
from huimin.reports.monthly import MonthlyReport
from huimin.storage.engine import Transaction
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_merchant, make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption, make_reversal

TIANCHI_COMMUNITY = "512022001001"
NEW_SOUTH_COMMUNITY = "512022002004"
SHIFO = "512022101000"
GROUPINGS = tuple(grouping.code for grouping in tables())


def frozen_report(tx: Transaction, month: str) -> MonthlyReport | None:
    """The report that was signed for a closed month, or None while it is open."""
    closed = closed_month(tx, month)
    return None if closed is None else closed.report


@dataclass
class SmallCounty:
    """Its cards, the keys of its tills (by kind), and what was sold."""

    instance: Instance
    cards: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    outlets: list[dict[str, Any]] = field(default_factory=list)
    sold: list[tuple[str, str]] = field(default_factory=list)

    def sell(self, card: int, till: int, amount_fen: int, excluded_fen: int = 0) -> dict[str, Any]:
        """A redemption; its answer."""
        key = self.keys[till % len(self.keys)]
        answer = make_redemption(
            self.instance,
            self.cards[card % len(self.cards)],
            key,
            amount_fen=amount_fen,
            excluded_fen=excluded_fen,
        )
        self.sold.append((answer["id"], key))
        return answer

    def take_back(self, number: int, amount_fen: int | None = None) -> dict[str, Any]:
        """A reversal of something sold; its answer."""
        redemption_id, key = self.sold[number % len(self.sold)]
        return make_reversal(self.instance, redemption_id, key, amount_fen)


def make_small_county(instance: Instance, **policy: Any) -> SmallCounty:
    """Four cards, three outlets, one policy of 8% that the government shares by a third."""
    make_policy(instance, **{"starts_on": "2026-01-01", "merchant_share_bp": 6_667, **policy})
    county = SmallCounty(instance)
    for eligibility, division_code in (
        ("dibao", TIANCHI_COMMUNITY),
        ("tekun", NEW_SOUTH_COMMUNITY),
        ("major_illness", NEW_SOUTH_COMMUNITY),
        ("dibao", SHIFO),
    ):
        holder = make_holder(instance, eligibility=eligibility, division_code=division_code)
        county.cards.append(make_card(instance, holder, expires_on="2029-12-31"))
    merchant = make_merchant(instance, name="测试商贸有限公司")
    for kind, name in (("supermarket", "南门超市"), ("pharmacy", "东街药店"), ("hospital", "医院")):
        outlet = make_outlet(instance, kind, name=name, merchant_id=merchant["id"])
        county.outlets.append(outlet)
        county.keys.append(make_terminal(instance, outlet)[1])
    return county
