"""A basket and its prices to test with."""

from __future__ import annotations

from datetime import date
from typing import Any

from huimin.core.days import county_day
from huimin.instance import Instance
from huimin.shelf_prices.basket import add_good
from huimin.shelf_prices.record_price import record_price

OIL = {"name": "菜籽油", "specification": "纯香 5 升", "unit": "桶"}


def make_good(instance: Instance, **over: str) -> str:
    """A good of the basket from today on; its id."""
    by: Any = {"now": instance.clock(), "actor": "test"}
    day = county_day(instance.clock())
    return instance.engine.write(lambda tx: add_good(tx, {**OIL, **over}, starts_on=day, **by))


def make_price(
    instance: Instance,
    good_id: str,
    outlet: dict[str, Any],
    price_fen: int,
    day: date | None = None,
) -> str:
    """A price seen at an outlet; its id."""
    by: Any = {"now": instance.clock(), "actor": "test"}
    return instance.engine.write(
        lambda tx: record_price(
            tx, good_id=good_id, outlet_id=outlet["id"], price_fen=price_fen, seen_on=day, **by
        )
    )
