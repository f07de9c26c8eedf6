"""How some receipts of the demo were judged: outlets with a score and without, complaints that are
settled and one that is open. Of last month's so many are settled that their results are published.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from huimin.core.days import (
    county_day,
    county_start,
    instant_text,
    month_days,
    month_of,
    parse_instant,
)
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
    """How many of an outlet's latest receipts are judged, one each of another person, and how.

    With `months_over` those of the months that are over: only these make a score.
    """

    outlet: str
    answers: tuple[tuple[Given, int, str], ...]
    months_over: bool = False


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
        months_over=True,
    ),
    Judged("康泽大药房·蟠龙店", (("yes", 5, ""), ("yes", 4, ""))),
    Judged("乐家邻里·大佛店", (("no", 2, "货架上写 25.8 元，收银按 29.8 元算的"),)),
    Judged("时代百盛·迎宾店", (("no", 1, "说好九二折，大米没有打折"),)),
)


@dataclass(frozen=True, slots=True)
class Settled:
    """A complaint about one of an outlet's receipts, and what came of it."""

    outlet: str
    stars: int
    words: str
    result: str
    answer: str


SETTLED_AT = "乐家邻里·大佛店"
# Five people and three merchants are the least that a published result is made of
# (publication/results.py); fewer than five answers leave each outlet without a score.
SETTLED_LAST_MONTH = (
    Settled(
        "时代百盛·石佛店",
        1,
        "收银员说机器坏了，没有打折",
        "upheld",
        "当天收银机断网，漏了优惠。店里已补录，差额凭小票到服务台领。",
    ),
    Settled(
        "时代百盛·石佛店",
        2,
        "鸡蛋没有打折",
        "not_upheld",
        "小票上鸡蛋已经打了折，折扣合在总额里，没有少给。",
    ),
    Settled(
        "时代百盛·石佛店",
        2,
        "优惠少给了一块多",
        "upheld_in_part",
        "烟酒按规定不参加优惠；另有一袋洗衣粉分错了类，差的 0.96 元已退。",
    ),
    Settled(
        "乐家邻里·回澜店",
        1,
        "没有扫卡就收了全价",
        "upheld",
        "收银员忘了扫卡，已批评改正，优惠已补给顾客。",
    ),
    Settled(
        "乐家邻里·回澜店",
        2,
        "价签和收的钱对不上",
        "unclear",
        "当天的价签已经换过，照片和记录都没有留下，查不清。已要求店里换价签先拍照。",
    ),
    Settled(
        "康泽大药房·帅乡店",
        2,
        "有两样药没有优惠",
        "not_upheld",
        "这两样由医保支付，个人没有付钱，所以没有优惠。",
    ),
    Settled(
        "康泽大药房·帅乡店",
        1,
        "说药店不参加",
        "upheld",
        "新来的店员不熟悉，店里已重新培训，优惠已补给顾客。",
    ),
)
# Their sales are so old at the month's end that all is over within the month.
BEFORE_MONTHS_END, TO_THE_RESULT = timedelta(days=10), timedelta(days=3)


def judge_receipts(county: County) -> None:
    """Judge them, each some time after its sale; one of this month's complaints is settled, one
    stays open."""

    def work(tx: Transaction) -> None:
        for judged in JUDGED:
            _judge(tx, county, judged)
        _settle_last_month(tx, county.instance)

    county.instance.engine.write(work)


def _judge(tx: Transaction, county: County, judged: Judged) -> None:
    instance = county.instance
    before = instance.clock()
    if judged.months_over:
        before = _this_month(instance) - AFTER_THE_SALE
    sales = _of_different_people(tx, judged.outlet, before)
    for (given, stars, words), sale in zip(judged.answers, sales, strict=False):
        at = min(parse_instant(sale["recorded_at"]) + AFTER_THE_SALE, instance.clock())
        _rate(tx, instance, sale, Judgement(given, stars, words or None), at)
        if judged.outlet == SETTLED_AT:
            _settle(tx, instance, sale)


def _settle_last_month(tx: Transaction, instance: Instance) -> None:
    before = _this_month(instance) - BEFORE_MONTHS_END
    used: set[str] = set()
    for each in SETTLED_LAST_MONTH:
        sales = _of_different_people(tx, each.outlet, before)
        sale = next((sale for sale in sales if sale["holder_id"] not in used), None)
        if sale is None:
            continue
        used.add(sale["holder_id"])
        at = parse_instant(sale["recorded_at"]) + AFTER_THE_SALE
        _rate(tx, instance, sale, Judgement("no", each.stars, each.words), at)
        _close(tx, instance, sale, each.result, each.answer, at + TO_THE_RESULT)


def _this_month(instance: Instance) -> datetime:
    first_day, _last_day = month_days(month_of(county_day(instance.clock())))
    return county_start(first_day)


def _rate(
    tx: Transaction, instance: Instance, sale: Row, judgement: Judgement, at: datetime
) -> None:
    days, kept = instance.settings.complaint_working_days, instance.part(WorkingDays)
    rate(tx, instance.personal_data, sale, judgement, due_on=due_day(at, kept, days), now=at)


def _of_different_people(tx: Transaction, outlet: str, before: datetime) -> Iterator[Row]:
    people: set[str] = set()
    for sale in queries.latest_sales(tx, outlet=outlet, before=instant_text(before)):
        if sale["holder_id"] not in people:
            people.add(sale["holder_id"])
            yield sale


def _settle(tx: Transaction, instance: Instance, sale: Row) -> None:
    rating = rating_of(tx, sale["id"])
    if rating is None:
        return
    complaint_id, secrets = rating["complaint_id"], instance.personal_data
    now, actor = instance.clock(), STAFF[0].username
    note = "已电话问店长，请他们拍货架。"
    note_complaint(tx, secrets, complaint_id, text=note, now=now, actor=actor)
    answer = "正在和店里核对价签。"
    answer_complaint(tx, secrets, complaint_id, text=answer, now=now, actor=actor)
    _close(
        tx,
        instance,
        sale,
        "upheld",
        "价签是上周的旧价，没有换。店里已换好价签，差价 4 元凭小票到服务台退。",
        now,
    )


def _close(
    tx: Transaction, instance: Instance, sale: Row, result: str, answer: str, now: datetime
) -> None:
    rating = rating_of(tx, sale["id"])
    if rating is None:
        return
    close_complaint(
        tx,
        instance.personal_data,
        rating["complaint_id"],
        result=result,
        text=answer,
        now=now,
        actor=STAFF[0].username,
    )
