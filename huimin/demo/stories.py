"""Some cards are stopped before the current month, and some people's entitlement has ended, so that
refusals can be tried at a till.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from huimin.cards.change_state import (
    expire_due,
    replace_card,
    report_lost,
    revoke_card,
    suspend_card,
)
from huimin.core.days import county_day
from huimin.demo.county import ACTOR, EXPIRING, County, checked_card
from huimin.holders.change_person import end_eligibility
from huimin.holders.people import eligibilities_of
from huimin.storage.engine import Row, Transaction

# Customers, by index, to whom something happens before the current month begins.
SUSPENDED = (3, 60, 141)
LOST = (7, 88, 203)
REPLACED = (11, 97, 222)
REVOKED = (19, 131)
# Their cards are as good as ever, and give nothing.
NOT_ENTITLED = (52, 164)


def tell_stories(county: County, now: datetime) -> frozenset[int]:
    """Suspend, lose, replace, revoke and expire cards, and end entitlements; returns the customers
    whose card is not taken any more.
    """
    count = len(county.customers)

    def card_id(index: int) -> str:
        return str(county.customers[index].card["id"])

    def work(tx: Transaction) -> dict[int, Row]:
        common: Row = {"now": now, "actor": ACTOR}
        for index in _existing(SUSPENDED, count):
            suspend_card(tx, card_id=card_id(index), reason="家庭情况复核中", **common)
        for index in _existing((*LOST, *REPLACED), count):
            report_lost(tx, card_id=card_id(index), reason="持卡人来电挂失", **common)
        for index in _existing(REVOKED, count):
            revoke_card(tx, card_id=card_id(index), reason="不再符合保障条件", **common)
        for index in _existing(NOT_ENTITLED, count):
            _end_entitlement(tx, county.customers[index].holder_id, now)
        expire_due(tx, county_day(now), now=now, actor=ACTOR)
        key_id = county.instance.key_ring.active_key_id
        return {
            index: replace_card(
                tx, card_id=card_id(index), key_id=key_id, reason="挂失后补卡", **common
            )
            for index in _existing(REPLACED, count)
        }

    for index, card in county.instance.engine.write(work).items():
        county.customers[index].card = card
        county.customers[index].checked = checked_card(county.instance, card)
    return frozenset(_existing((*SUSPENDED, *LOST, *REVOKED, *EXPIRING, *NOT_ENTITLED), count))


def _end_entitlement(tx: Transaction, holder_id: str, now: datetime) -> None:
    yesterday = county_day(now) - timedelta(days=1)
    for row in eligibilities_of(tx, holder_id):
        reason = "年度复核后不再享受"
        end_eligibility(
            tx, holder_id, row["id"], ends_on=yesterday, reason=reason, now=now, actor=ACTOR
        )


def _existing(indexes: tuple[int, ...], count: int) -> list[int]:
    return [index for index in indexes if index < count]
