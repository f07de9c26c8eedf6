"""What people in the demo county buy: priced goods, put into baskets by seeded chance."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from huimin.core.discount import Basket, Item

# Name, category, lowest and highest price in 角.
Goods = tuple[tuple[str, str | None, int, int], ...]

SUPERMARKET: Goods = (
    ("大米 10kg", "food", 459, 689),
    ("菜籽油 5L", "food", 598, 829),
    ("鸡蛋 30 枚", "food", 228, 328),
    ("前腿肉", "food", 186, 462),
    ("挂面 1kg", "food", 68, 129),
    ("纯牛奶 整箱", "food", 398, 659),
    ("郫县豆瓣", "food", 99, 168),
    ("时令蔬菜", "food", 52, 186),
    ("洗衣液 2kg", "household", 199, 359),
    ("卷筒纸 12 卷", "household", 179, 299),
    ("香烟", "tobacco", 140, 250),
    ("高粱酒", "alcohol", 180, 480),
)
PHARMACY: Goods = (
    ("硝苯地平控释片", "medicine", 219, 398),
    ("二甲双胍缓释片", "medicine", 158, 329),
    ("阿托伐他汀钙片", "medicine", 269, 488),
    ("复方甘草片", "medicine", 68, 129),
    ("板蓝根颗粒", "medicine", 138, 228),
    ("血糖试纸 50 片", "device", 398, 659),
    ("医用棉签", "device", 39, 68),
    ("药酒", "alcohol", 288, 480),
)
SCHOOL: Goods = (
    ("校服一套", "clothing", 980, 1_580),
    ("练习本 20 本", "stationery", 200, 300),
    ("书包", "stationery", 598, 988),
    ("文具盒套装", "stationery", 158, 328),
    ("饭卡充值", "prepaid_card", 500, 1_000),
)
GLASSES: Goods = (
    ("老花镜", "glasses", 580, 980),
    ("近视镜片", "glasses", 1_280, 2_980),
    ("镜架", "glasses", 880, 1_980),
)
FARM: Goods = (
    ("复合肥 40kg", "farm", 1_180, 1_680),
    ("油菜种子", "farm", 180, 360),
    ("喷雾器", "farm", 680, 1_280),
)
SHELVES: dict[str, Goods] = {
    "supermarket": SUPERMARKET,
    "pharmacy": PHARMACY,
    "school": SCHOOL,
    "other": GLASSES,
}
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
    goods = FARM if "农资" in outlet_name else SHELVES[kind]
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
