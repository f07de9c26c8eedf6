"""What is said on a printed report beside its figures."""

from __future__ import annotations

from collections.abc import Sequence

from huimin.core.catalogue import say, sentence, sentences
from huimin.core.days import parse_day
from huimin.core.period import Period
from huimin.core.period_words import day_words, period_words
from huimin.core.words import GROUPING_NAMES
from huimin.reports.monthly import MonthlyReport

SIGNERS = sentences("填报人：", "审核人：", "负责人：", "填报日期：")

# In a title, where it is plain whose town or village it is.
SHORT_WORDS = {
    "outlet": sentence("示范点"),
    "town": sentence("镇街"),
    "village": sentence("村社区"),
}
# Said under every printed form, because some columns read otherwise than people expect.
USED_SHARE_NOTE = sentence("用卡率是用卡张数占期末有效卡张数的比例。")
NOTES = sentences(
    "金额已扣除退货；退货计入办理当月。",
    "用卡张数按卡去重，各行相加可能大于合计。",
    "有效卡指期末未过期、未补卡、未注销的卡；挂失、暂停的卡也在内。",
)
MONTH_NOTE = sentence(
    "月报表按流水所属月份统计；月份锁定以后才到的交易计入其后第一个未锁定的月份，列为跨月调整。"
)
RANGE_NOTE = sentence("本表按交易日统计，月报表按流水所属月份统计，跨月调整的交易会使两者不同。")


def notes_of(report: MonthlyReport) -> tuple[str, ...]:
    """What is said under a printed form, first how its rows were counted."""
    how = MONTH_NOTE if report.period.month else RANGE_NOTE
    # Files signed until 2026-11-28 have no such line.
    later = () if report.nothing_as_zero else (USED_SHARE_NOTE,)
    return tuple(say(note) for note in (how, *NOTES, *later))


def counted_words(report: MonthlyReport) -> str:
    """The days of a report, and up to which of them it is counted where it has not ended."""
    days = period_words(report.month)
    if report.as_of is None:
        return days
    return say("{days}（截至 {day}）", days=days, day=day_words(parse_day(report.as_of)))


def signature_lines(signers: Sequence[str]) -> list[str]:
    """The four lines under a printed report, with the names once it is signed."""
    names = [*signers, *("",) * len(SIGNERS)]
    return [f"{line}{name}" for line, name in zip(SIGNERS, names, strict=False)]


def title_words(county_name: str, month: str, grouping: str | None = None) -> str:
    """The title of a printed table; without a grouping that of the whole report."""
    form = say("月报表") if Period.read(month).month else say("报表")
    of = (
        say("（分{grouping}）", grouping=SHORT_WORDS.get(grouping, GROUPING_NAMES.say(grouping)))
        if grouping
        else ""
    )
    return say("{county_name}惠民卡优惠{form}{of}", county_name=county_name, form=form, of=of)
