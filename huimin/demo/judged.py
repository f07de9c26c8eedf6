"""How some receipts of the demo were judged: outlets with a score and without, a settled complaint
and an open one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from huimin.core.days import parse_instant
from huimin.demo import queries
from huimin.demo.county import County
from huimin.demo.places import STAFF
from huimin.holders.working_days import WorkingDays
from huimin.instance import Instance
from huimin.ratings.complaints import (
    answer_complaint,
    close_complaint,
    due_day,
    note_complaint,
)
from huimin.ratings.judgement import Given, Judgement
from huimin.ratings.rate import rate, rating_of
from huimin.storage.engine import Row, Transaction

AFTER_THE_SALE = timedelta(minutes=40)


@dataclass(frozen=True, slots=True)
class Judged:
    """How many of an outlet's latest receipts are judged, one each of another person, and how."""

    outlet: str
    answers: tuple[tuple[Given, int, str], ...]


JUDGED = (
    Judged(
        "时代百盛·宏扬店",
        (
            ("yes", 5, "收银员很耐心，帮我妈把卡扫好了"),
            ("yes", 5, ""),
            ("yes", 4, "排队有点久"),
            ("in_part", 3, ""),
            ("yes", 5, ""),
            ("yes", 4, ""),
        ),
    ),
    Judged("康泽大药房·蟠龙店", (("yes", 5, ""), ("yes", 4, ""))),
    Judged("乐家邻里·大佛店", (("no", 2, "货架上写 25.8 元，收银按 29.8 元算的"),)),
    Judged("时代百盛·迎宾店", (("no", 1, "说好九二折，大米没有打折"),)),
)
SETTLED_AT = "乐家邻里·大佛店"


def judge_receipts(county: County) -> None:
    """Judge them, each some time after its sale; one complaint is settled, one stays open."""

    def work(tx: Transaction) -> None:
        for judged in JUDGED:
            _judge(tx, county, judged)

    county.instance.engine.write(work)


def _judge(tx: Transaction, county: County, judged: Judged) -> None:
    instance = county.instance
    sales = _of_different_people(tx, judged.outlet)
    for (given, stars, words), sale in zip(judged.answers, sales, strict=False):
        at = min(parse_instant(sale["recorded_at"]) + AFTER_THE_SALE, instance.clock())
        days, kept = instance.settings.complaint_working_days, instance.part(WorkingDays)
        rate(
            tx,
            instance.personal_data,
            sale,
            Judgement(given, stars, words or None),
            photo=None,
            picture_id=None,
            due_on=due_day(at, kept, days),
            now=at,
        )
        if judged.outlet == SETTLED_AT:
            _settle(tx, instance, sale)


def _of_different_people(tx: Transaction, outlet: str) -> Iterator[Row]:
    people: set[str] = set()
    for sale in queries.latest_sales(tx, outlet=outlet):
        if sale["holder_id"] not in people:
            people.add(sale["holder_id"])
            yield sale


def _settle(tx: Transaction, instance: Instance, sale: Row) -> None:
    rating = rating_of(tx, sale["id"])
    if rating is None:
        return
    complaint_id = rating["complaint_id"]
    now, actor = instance.clock(), STAFF[0].username
    note_complaint(tx, complaint_id, text="已电话问店长，请他们拍货架。", now=now, actor=actor)
    answer_complaint(tx, complaint_id, text="正在和店里核对价签。", now=now, actor=actor)
    close_complaint(
        tx,
        complaint_id,
        result="upheld",
        text="价签是上周的旧价，没有换。店里已换好价签，差价 4 元凭小票到服务台退。",
        now=now,
        actor=actor,
    )
