"""An October of redemptions and reversals to replay, made through the real checkout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from huimin.access.terminal_keys import terminal_of_key
from huimin.checkout.redeem import redeem
from huimin.checkout.requests import (
    PartReversalRequest,
    RedemptionRequest,
    ReturnedItem,
    ReversalRequest,
)
from huimin.checkout.reverse import reverse
from huimin.core.card_token import CheckedCard, check_card
from huimin.core.discount import Item
from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
from huimin.storage.engine import Transaction
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal

FIRST_INSTANT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Buy:
    """A purchase on a day of October, at one of the county's tills with one of its cards."""

    day: int
    amount_fen: int
    till: int = 0
    card: int = 0
    excluded_fen: int = 0
    insurance_fen: int = 0
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Return:
    """Part of the n-th purchase goes back on a day of October, or all that is left of it."""

    day: int
    purchase: int
    amount_fen: int | None = None


@dataclass
class County:
    """Tills at a supermarket (0) and a hospital (1); cards of a 低保 (0) and a 特困 (1) holder."""

    instance: Instance
    tills: list[dict[str, Any]]
    cards: list[CheckedCard]
    holders: list[str]

    def live(
        self,
        tx: Transaction,
        happened: Sequence[Buy | Return],
        only: set[int] | None = None,
    ) -> list[str | None]:
        """Do what happened in that order; each purchase's redemption id, None for a refused one.

        `only` are the purchases that are tried at all.
        """
        ids: list[str | None] = []
        bought = [event for event in happened if isinstance(event, Buy)]
        for number, event in enumerate(happened):
            now = FIRST_INSTANT + timedelta(days=event.day - 1, minutes=number)
            if isinstance(event, Return):
                self._return(tx, event, bought, ids, now)
            elif only is not None and len(ids) not in only:
                ids.append(None)
            else:
                ids.append(self._buy(tx, event, f"订单{number}", now))
        return ids

    def _buy(self, tx: Transaction, event: Buy, order_no: str, now: datetime) -> str | None:
        request = RedemptionRequest(
            card=self.cards[event.card],
            amount_fen=event.amount_fen,
            excluded_fen=event.excluded_fen,
            insurance_fen=event.insurance_fen,
            items=event.items,
            order_no=order_no,
            presented_by=self.holders[event.card],
            identity_checked=True,
        )
        try:
            answer = redeem(tx, request, terminal=self.tills[event.till], now=now)
        except (Refusal, FieldProblems):
            return None
        return str(answer["id"])

    def _return(
        self,
        tx: Transaction,
        event: Return,
        bought: Sequence[Buy],
        ids: list[str | None],
        now: datetime,
    ) -> None:
        redemption_id = ids[event.purchase] if event.purchase < len(ids) else None
        if redemption_id is None:
            return
        till = tx_till(tx, self.tills, redemption_id)
        request = returned(bought[event.purchase], event.amount_fen)
        try:
            reverse(tx, redemption_id, request, terminal=till, now=now)
        except (Refusal, FieldProblems):
            return


def returned(buy: Buy, amount_fen: int | None) -> ReversalRequest:
    """A part of the purchase named as it wants to be: a line, or the sums within the amount."""
    if amount_fen is None:
        return ReversalRequest("退货")
    if buy.items:
        index = amount_fen % len(buy.items)
        part_fen = amount_fen if amount_fen < buy.items[index].amount_fen else None
        return PartReversalRequest("退货", items=(ReturnedItem(index, part_fen),))
    insurance_fen = min(amount_fen, buy.insurance_fen) // 2
    excluded_fen = min(amount_fen - insurance_fen, buy.excluded_fen) // 2
    return PartReversalRequest(
        "退货", amount_fen, insurance_fen=insurance_fen, excluded_fen=excluded_fen
    )


def tx_till(tx: Transaction, tills: list[dict[str, Any]], redemption_id: str) -> dict[str, Any]:
    """The till that gave a redemption."""
    rows = tx.connection.execute("SELECT id, terminal_id FROM ledger").fetchall()
    of = {dict(row)["id"]: dict(row)["terminal_id"] for row in rows}
    return next(till for till in tills if till["terminal_id"] == of[redemption_id])


def make_county(instance: Instance) -> County:
    """The county before its October: cards issued on the first day."""
    now = FIRST_INSTANT
    tills = []
    for kind in ("supermarket", "hospital"):
        _, key = make_terminal(
            instance, make_outlet(instance, kind, name=f"{kind}店", now=now), now=now
        )
        tills.append(instance.engine.read(lambda tx, key=key: terminal_of_key(tx, key)))
    holders = [make_holder(instance, eligibility=kind) for kind in ("dibao", "tekun")]
    made = [make_card(instance, holder, now=now) for holder in holders]
    keys = instance.key_ring.public_keys()
    cards = [check_card(card["token"], keys) for card in made]
    return County(instance, tills, cards, [holder["id"] for holder in holders])
