"""Act out the planned months: every redemption and reversal through the real checkout.

For speed a day is one transaction. If an act is refused, which rolls back the day, the day is
repeated one act per transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from huimin.checkout.redeem import redeem
from huimin.checkout.requests import (
    PartReversalRequest,
    RedemptionRequest,
    ReturnedItem,
    ReversalRequest,
)
from huimin.checkout.reverse import reverse
from huimin.core.days import county_start, month_days, month_of
from huimin.core.refusals import Refusal
from huimin.demo.county import County
from huimin.demo.judged import judge_receipts
from huimin.demo.missed import file_claims
from huimin.demo.months import Act, MonthsPlan, Part, Purchase, Return
from huimin.demo.priced import write_prices_down
from huimin.demo.refused import try_in_vain
from huimin.demo.stories import tell_stories
from huimin.demo.strange import look_at_one, strange_acts
from huimin.demo.waiting import leave_waiting
from huimin.storage.engine import Transaction

CASHIERS = ("王敏", "李萍", "陈芳", "杨静", "刘洋")


@dataclass
class Played:
    """The ids of redemptions by their number in the plan, and counts."""

    ids: dict[int, str] = field(default_factory=dict)
    redemptions: int = 0
    reversals: int = 0
    refused: int = 0


def play(county: County, plan: MonthsPlan, progress: Callable[[], None] = lambda: None) -> Played:
    """Play every day of the plan; calls `progress` after each."""
    played = Played()
    stopped: frozenset[int] = frozenset()
    present_month = month_of(plan.days[-1])
    for day in plan.days:
        if day == month_days(present_month)[0]:
            stopped = tell_stories(county, county_start(day))
        acts = [*plan.acts_of(day, stopped), *strange_acts(county, plan.days, day)]
        _day(county, sorted(acts, key=lambda act: (act.at, act.number)), played)
        progress()
    look_at_one(county.instance)
    try_in_vain(county, plan.days)
    leave_waiting(county, plan.days)
    file_claims(county)
    judge_receipts(county)
    write_prices_down(county, plan.days)
    return played


def _day(county: County, acts: list[Act], played: Played) -> None:
    try:
        done = county.instance.engine.write(lambda tx: _all(tx, county, acts, played.ids))
    except Refusal:
        done = _one_by_one(county, acts, played)
    for act, row_id in zip(acts, done, strict=True):
        if row_id is None:
            played.refused += 1
        elif isinstance(act, Purchase):
            played.ids[act.number] = row_id
            played.redemptions += 1
        else:
            played.reversals += 1


def _all(
    tx: Transaction, county: County, acts: list[Act], known_ids: dict[int, str]
) -> list[str | None]:
    """The ids of the rows. Its only effect is on the database, so that it can be repeated."""
    ids = dict(known_ids)
    done: list[str | None] = []
    for act in acts:
        done.append(_act_out(tx, county, act, ids))
        if isinstance(act, Purchase):
            ids[act.number] = str(done[-1])
    return done


def _one_by_one(county: County, acts: list[Act], played: Played) -> list[str | None]:
    known_ids = dict(played.ids)
    done: list[str | None] = []
    for act in acts:
        try:
            ids = county.instance.engine.write(
                partial(_all, county=county, acts=[act], known_ids=known_ids)
            )
        except Refusal:
            ids = [None]
        if isinstance(act, Purchase) and ids[0] is not None:
            known_ids[act.number] = ids[0]
        done += ids
    return done


def _act_out(tx: Transaction, county: County, act: Act, ids: dict[int, str]) -> str:
    return (
        _buy(tx, county, act) if isinstance(act, Purchase) else _return_goods(tx, county, act, ids)
    )


def _buy(tx: Transaction, county: County, act: Purchase) -> str:
    customer, till = county.customers[act.customer], county.tills[act.till]
    basket = act.basket
    request = RedemptionRequest(
        card=customer.checked,
        amount_fen=basket.amount_fen,
        excluded_fen=basket.excluded_fen,
        insurance_fen=basket.insurance_fen,
        items=basket.items,
        order_no=f"{till.terminal['terminal_code']}-{act.number:06d}",
        presented_by=customer.presenters[act.presenter],
        identity_checked=True,
        cashier=CASHIERS[act.till % len(CASHIERS)],
    )
    return str(redeem(tx, request, terminal=till.terminal, now=act.at)["id"])


def _return_goods(tx: Transaction, county: County, act: Return, ids: dict[int, str]) -> str:
    if act.number not in ids:
        raise Refusal("redemption_unknown")
    till = county.tills[act.till]
    request = _returned(act.part, CASHIERS[act.till % len(CASHIERS)])
    return str(reverse(tx, ids[act.number], request, terminal=till.terminal, now=act.at)["id"])


def _returned(part: Part | None, cashier: str) -> ReversalRequest:
    whole = ReversalRequest("顾客退货", None, cashier)
    if part is None:
        return whole
    if part.line is not None:
        return PartReversalRequest(whole.reason, None, cashier, items=(ReturnedItem(part.line),))
    return PartReversalRequest(
        whole.reason, part.amount_fen, cashier, excluded_fen=0, insurance_fen=part.insurance_fen
    )
