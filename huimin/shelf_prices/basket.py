"""The basket: the goods whose prices are compared, each from a day on and perhaps until another.

A good never changes, because its prices would no longer be those of one thing: another
specification is another good, and the old one ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.core.refusals import Problems, Refusal, field_problem
from huimin.shelf_prices import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

GOODS_MAX = 60
LENGTHS = {"name": 30, "specification": 40, "unit": 10}


def add_good(
    tx: Transaction, typed: Mapping[str, str], *, starts_on: date, **by: Unpack[By]
) -> str:
    """Put a good (`name`, `specification`, `unit`) into the basket; returns its id.

    Raises FieldProblems for a text that is missing or too long, and at GOODS_MAX goods.
    """
    problems = Problems()
    texts = {name: " ".join(typed[name].split()) for name in LENGTHS}
    for name, most in LENGTHS.items():
        if not 1 <= len(texts[name]) <= most or not texts[name].isprintable():
            problems.refuse(name, "请填写，不超过 {most} 字。", most=most)
    if starts_on < county_day(by["now"]):
        problems.refuse("starts_on", "开始的日期不能早于今天。")
    if len(goods_on(tx, starts_on)) >= GOODS_MAX:
        problems.refuse("name", "最多 {most} 种商品，请先停用不比的。", most=GOODS_MAX)
    problems.finish()
    good_id = queries.insert_good(
        tx,
        id=new_id(),
        **texts,
        starts_on=starts_on.isoformat(),
        added_at=instant_text(by["now"]),
        added_by=by["actor"],
    )
    if good_id is None:
        raise field_problem("name", "篮子里已经有这种商品和规格。")
    name = texts["name"]
    record(tx, "basket_good.added", good_id, new={"name": name}, **by)
    return str(good_id)


def end_good(tx: Transaction, good_id: str, **by: Unpack[By]) -> None:
    """Take a good out of the basket: today is its last day; its prices stay.

    Raises Refusal `not_found` for one that is not there, or has ended.
    """
    today = county_day(by["now"]).isoformat()
    ended_at = instant_text(by["now"])
    ended = queries.end_good(tx, id=good_id, ends_on=today, ended_at=ended_at, ended_by=by["actor"])
    if ended is None:
        raise Refusal("not_found")
    record(tx, "basket_good.ended", good_id, new={"ends_on": ended["ends_on"]}, **by)


def goods_on(tx: Transaction, day: date) -> list[Row]:
    """The goods of the basket on a day."""
    return list(queries.goods_on(tx, day=day.isoformat()))


def all_goods(tx: Transaction) -> list[Row]:
    """All goods, those of today first; `recorded` counts their prices."""
    return list(queries.all_goods(tx))


def good_by_id(tx: Transaction, good_id: str) -> Row:
    """A good. Raises Refusal `not_found`."""
    row: Row | None = queries.good_by_id(tx, id=good_id)
    if row is None:
        raise Refusal("not_found")
    return row
