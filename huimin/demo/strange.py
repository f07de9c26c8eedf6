"""A few strange sales in the last days, so that the office has an alert for each rule.

They go through the same checkout as all others; one alert has already been closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from huimin.alerts.find_alerts import AlertCriteria, alerts_before, look_at
from huimin.core.days import COUNTY_ZONE, parse_instant
from huimin.core.discount import Basket
from huimin.demo.county import County
from huimin.demo.months import Purchase
from huimin.demo.places import STAFF
from huimin.instance import Instance
from huimin.storage.engine import Transaction

FIRST_NUMBER = 900_001


@dataclass(frozen=True)
class Strange:
    """A sale: how many days ago, when, by which customer, where, how much.

    Customers are indexes; with the default seed these buy nothing else on that day.
    """

    days_ago: int
    at: str
    customer: int
    outlet: str
    amount_fen: int


STRANGE = (
    # One card in two towns thirteen minutes apart.
    Strange(3, "10:12", 21, "时代百盛·石佛店", 8_640),
    Strange(3, "10:25", 21, "乐家邻里·回澜店", 12_350),
    # One cashier, one card, all day long.
    Strange(5, "09:41", 26, "时代百盛·宏扬店", 5_620),
    Strange(5, "11:07", 26, "时代百盛·宏扬店", 13_480),
    Strange(5, "15:23", 26, "时代百盛·宏扬店", 9_170),
    Strange(5, "17:48", 26, "时代百盛·宏扬店", 7_730),
    # Consecutive round amounts, before opening time.
    Strange(7, "07:36", 41, "乐家邻里·大佛店", 10_000),
    Strange(7, "07:41", 75, "乐家邻里·大佛店", 20_000),
    Strange(7, "07:44", 79, "乐家邻里·大佛店", 10_000),
    Strange(7, "07:49", 90, "乐家邻里·大佛店", 30_000),
    Strange(7, "07:52", 98, "乐家邻里·大佛店", 20_000),
    # Two sales whose discounts together exceed the cap of one.
    Strange(4, "14:05", 101, "时代百盛·迎宾店", 142_750),
    Strange(4, "14:31", 101, "时代百盛·迎宾店", 76_320),
    # A pharmacy at night.
    Strange(2, "23:41", 118, "康泽大药房·蟠龙店", 6_480),
)
NOTE = "已电话询问店长：顾客先买了米油，回家后又来买洗衣机配件，确属分两次购买。"


def strange_acts(county: County, days: Sequence[date], day: date) -> Iterator[Purchase]:
    """The strange sales of that day."""
    for number, each in enumerate(STRANGE, FIRST_NUMBER):
        if day != days[-1] - timedelta(days=each.days_ago):
            continue
        yield Purchase(
            at=datetime.combine(day, time.fromisoformat(each.at), COUNTY_ZONE),
            number=number,
            customer=each.customer % len(county.customers),
            till=_till(county, each.outlet),
            presenter=0,
            basket=Basket(each.amount_fen),
        )


def look_at_one(instance: Instance) -> None:
    """Close the alert about the split sale with the administrator's note."""

    def work(tx: Transaction) -> None:
        for alert in alerts_before(tx, AlertCriteria(rule="split_sale"), "", 1):
            later = parse_instant(alert["grown_at"]) + timedelta(hours=2)
            look_at(tx, alert["id"], note=NOTE, now=later, actor=STAFF[0].username)

    instance.engine.write(work)


def _till(county: County, outlet: str) -> int:
    return next(
        place for place, till in enumerate(county.tills) if till.terminal["outlet_name"] == outlet
    )
