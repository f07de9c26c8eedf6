"""A county with enough people to publish, and some too few: four towns, three kinds of outlets, at
each of which four merchants sell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huimin.instance import Instance
from huimin.ledger.lock_month import hold_all_rows, lock_month
from huimin.publication.counts import MonthCounts
from huimin.publication.publish import publish_month
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_merchant, make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption

TIANCHI, NANTA = "512022001000", "512022002000"
SHIFO, LONGMEN = "512022101000", "512022102000"
VILLAGES = {TIANCHI: "512022001001", NANTA: "512022002004", SHIFO: SHIFO, LONGMEN: LONGMEN}
KINDS = ("supermarket", "pharmacy", "hospital")
MERCHANTS = 4
# Town, how many people of it, and at which kinds each of them buys.
PEOPLE = (
    (TIANCHI, 11, (0, 1)),
    (TIANCHI, 2, (2,)),
    (NANTA, 9, (0, 1)),
    (NANTA, 4, (2,)),
    (SHIFO, 2, (0,)),
    (LONGMEN, 5, (0, 2, 2)),
    (LONGMEN, 5, (1, 2)),
)


class PublicCounty:
    """Its tills by kind, its cards, and its October."""

    def __init__(self, instance: Instance, sellers: Sequence[int] = (MERCHANTS,) * 3) -> None:
        """`sellers`: at each kind, how many of the merchants sell."""
        make_policy(instance, starts_on="2026-01-01")
        self.instance = instance
        merchants = [make_merchant(instance, name=f"测试商贸{n}有限公司") for n in range(MERCHANTS)]
        # By kind, a till of each merchant.
        self.keys = [
            [
                make_terminal(
                    instance,
                    make_outlet(instance, kind, name=f"{kind}店", merchant_id=merchant["id"]),
                )[1]
                for merchant in merchants
            ]
            for kind in KINDS
        ]
        self.cards: list[dict[str, Any]] = []
        for town, count, kinds in PEOPLE:
            for number in range(count):
                holder = make_holder(instance, division_code=VILLAGES[town])
                card = make_card(instance, holder, expires_on="2029-12-31")
                self.cards.append({**card, "town": town})
                for kind in kinds:
                    self.sell(card, kind, 10_000 + 500 * number, number % sellers[kind])

    def sell(
        self, card: dict[str, Any], kind: int, amount_fen: int, merchant: int = 0
    ) -> dict[str, Any]:
        return make_redemption(
            self.instance, card, self.keys[kind][merchant], amount_fen=amount_fen
        )

    def close(
        self,
        month: str = "2026-10",
        close_id: str = "close-1",
        counted: MonthCounts | None = None,
    ) -> dict[str, Any]:
        """Lock the month and publish it, as closing it does."""

        def work(tx: Any) -> dict[str, Any]:
            hold_all_rows(tx)
            lock_month(tx, month, now=self.instance.clock())
            given = {"close_id": close_id, "now": self.instance.clock(), "counted": counted}
            return publish_month(tx, month, **given)

        return self.instance.engine.write(work)
