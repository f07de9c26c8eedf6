"""What people in the demo county buy: goods of goods.csv, put into baskets by seeded chance."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from random import Random

from huimin.core.discount import Basket, Item

# Name, category, lowest and highest price in 角.
Goods = list[tuple[str, str | None, int, int]]


def _shelves() -> dict[str, Goods]:
    shelves: dict[str, Goods] = {}
    text = (files("huimin.demo") / "goods.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        prices = int(row["lowest_jiao"]), int(row["highest_jiao"])
        goods = shelves.setdefault(row["shelf"], [])
        goods.append((row["name"], row["category"] or None, *prices))
    return shelves


# By kind of outlet, and those of the farm shop.
SHELVES = _shelves()
LINES_MAX = {"supermarket": 5, "pharmacy": 3, "school": 2, "other": 1}
SELDOM = ("tobacco", "alcohol", "prepaid_card")
SELDOM_SHARE = 0.25
# Half of the sales are sent with lines, the others with sums only.
LINES_SHARE = 0.5


@dataclass(frozen=True)
class Bill:
    """A range of hospital bills in 元, and of the share that insurance pays in per cent."""

    low: int
    high: int
    insured_low: int
    insured_high: int


OUTPATIENT = Bill(60, 420, 40, 65)
INPATIENT = Bill(1_800, 6_500, 65, 85)
INPATIENT_SHARE = 0.08


def basket_of(kind: str, outlet_name: str, chance: Random) -> Basket:
    """A plausible basket at an outlet of that kind."""
    if kind == "hospital":
        return _hospital_bill(chance)
    goods = SHELVES["farm" if "农资" in outlet_name else kind]
    items = tuple(_items(goods, chance.randint(1, LINES_MAX[kind]), chance))
    amount_fen = sum(item.amount_fen for item in items)
    if chance.random() < LINES_SHARE:
        return Basket(amount_fen, items=items)
    excluded_fen = sum(item.amount_fen for item in items if item.category in SELDOM)
    return Basket(amount_fen, excluded_fen=excluded_fen)


def _items(goods: Goods, count: int, chance: Random) -> list[Item]:
    """At most one item, never the first, is excluded, so that something is left to discount."""
    usual = [each for each in goods if each[1] not in SELDOM]
    seldom = [each for each in goods if each[1] in SELDOM]
    chosen = chance.sample(usual, min(count, len(usual)))
    if count > 1 and seldom and chance.random() < SELDOM_SHARE:
        chosen[-1] = chance.choice(seldom)
    return [
        Item(None, name, category, "1", chance.randint(low, high) * 10)
        for name, category, low, high in chosen
    ]


def _hospital_bill(chance: Random) -> Basket:
    bill = INPATIENT if chance.random() < INPATIENT_SHARE else OUTPATIENT
    amount_fen = chance.randint(bill.low * 10, bill.high * 10) * 10
    insurance_fen = amount_fen * chance.randint(bill.insured_low, bill.insured_high) // 100
    return Basket(amount_fen, insurance_fen=insurance_fen)
