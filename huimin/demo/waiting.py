"""Two sales of tills that stood without network for longer than the policy allows, so that the
office has waiting sales to decide: one that a person decides alone, and one that needs two.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from huimin.cards.deny_list import DenyLists
from huimin.checkout.offline.pack import give_pack
from huimin.checkout.offline.redemptions import take_offline_items
from huimin.checkout.offline.requests import OfflineItem
from huimin.core.days import COUNTY_ZONE, parse_instant
from huimin.core.money import BASIS_POINTS, half_up
from huimin.demo.county import POLICY, County


@dataclass(frozen=True)
class Late:
    """A sale that came late: when it was made, by which customer, at which till, how much."""

    at: str
    customer: int
    till: int
    order_no: str
    amount_fen: int
    cashier: str


DAYS_AGO = POLICY.offline_send_days + 2
LATE = (
    Late("10:12", 40, 0, "YB-20377", 12_800, "王敏"),
    Late("15:48", 71, 1, "HH-77105", 35_000, "李萍"),
)
# The pack of the day was taken so long before the sale.
PACK_TAKEN_BEFORE = timedelta(hours=2)


def leave_waiting(county: County, days: Sequence[date]) -> None:
    """Hand the sales in at the instance's current time."""
    instance = county.instance
    for sale in LATE:
        till = county.tills[sale.till]
        at = datetime.combine(
            days[-1] - timedelta(days=DAYS_AGO), time.fromisoformat(sale.at), COUNTY_ZONE
        )
        take_offline_items(
            instance.engine,
            [_item(county, sale, at)],
            terminal=till.terminal,
            now=instance.clock(),
        )


def _item(county: County, sale: Late, at: datetime) -> OfflineItem:
    instance = county.instance
    pack = give_pack(
        instance.engine,
        county.tills[sale.till].terminal,
        key_ring=instance.key_ring,
        deny_lists=instance.part(DenyLists),
        now=at - PACK_TAKEN_BEFORE,
    ).body
    discount_fen = half_up(sale.amount_fen * POLICY.rate_bp, BASIS_POINTS)
    # The same in every demo county.
    client_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{sale.order_no} {at.isoformat()}"))
    return OfflineItem(
        client_id=client_id,
        fingerprint=client_id,
        card=county.customers[sale.customer % len(county.customers)].checked,
        unreadable=None,
        order_no=sale.order_no,
        amount_fen=sale.amount_fen,
        discount_fen=discount_fen,
        payable_fen=sale.amount_fen - discount_fen,
        presented_by="holder",
        identity_checked=True,
        policy_id=pack["days"][at.date().isoformat()],
        occurred_at=at,
        pack_id=pack["id"],
        pack_issued_at=parse_instant(pack["issued_at"]),
        device_clock_offset_ms=0,
        cashier=sale.cashier,
    )
