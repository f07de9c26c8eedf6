"""Shelf prices of the demo: a small basket seen in two months, at one shop far too dear."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from huimin.core.days import COUNTY_ZONE
from huimin.demo import queries
from huimin.demo.county import County
from huimin.demo.places import STAFF
from huimin.shelf_prices.basket import add_good
from huimin.shelf_prices.record_price import record_price
from huimin.storage.engine import Transaction

RECORDER = next(each.username for each in STAFF if each.role == "price_recorder")
# Name, specification, unit, and the usual price in fen.
GOODS = (
    ("菜籽油", "金龙鱼 纯香 5 升", "桶", 6_990),
    ("大米", "福临门 东北长粒香 5 公斤", "袋", 3_580),
    ("食盐", "井盐 400 克", "袋", 250),
    ("鸡蛋", "散装鲜鸡蛋", "500 克", 560),
)
SHOPS = ("时代百盛·", "乐家邻里·")
# Where, what, and how much more in percent this month.
TOO_DEAR = ("乐家邻里·回澜店", "菜籽油", 29)
DAYS_AGO = (34, 3)
SEED = 17


def write_prices_down(county: County, days: Sequence[date]) -> None:
    """Fill the basket, and go to the shops last month and this month."""
    chance = Random(SEED)  # noqa: S311

    def work(tx: Transaction) -> None:
        outlets = [row for row in queries.outlets(tx) if row["name"].startswith(SHOPS)]
        first = max(days[0], days[-1] - timedelta(days=DAYS_AGO[0]))
        begun = datetime.combine(first, time(9), COUNTY_ZONE)
        for name, specification, unit, usual_fen in GOODS:
            typed = {"name": name, "specification": specification, "unit": unit}
            good_id = add_good(tx, typed, starts_on=first, now=begun, actor=STAFF[0].username)
            for ago in DAYS_AGO:
                day = max(first, days[-1] - timedelta(days=ago))
                for outlet in outlets:
                    fen = usual_fen + usual_fen * chance.randint(-2, 2) // 100
                    if (outlet["name"], name) == TOO_DEAR[:2] and ago == DAYS_AGO[-1]:
                        fen += usual_fen * TOO_DEAR[2] // 100
                    record_price(
                        tx,
                        good_id=good_id,
                        outlet_id=outlet["id"],
                        price_fen=fen,
                        now=datetime.combine(day, time(10), COUNTY_ZONE),
                        actor=RECORDER,
                    )

    county.instance.engine.write(work)
