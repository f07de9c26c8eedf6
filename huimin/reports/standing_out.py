"""What a month was like, in words: one sentence of it, and what stands out.

Everything is computed from the report's own figures. Small numbers are not shouted about: a group
is named only with CARDS_MIN cards before and now, and a change of both CHANGE_MIN_BP and a number
that is no chance. Groups of people by the kind of their aid are never named, however large.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from huimin.core.catalogue import Text, Words, text
from huimin.core.money import BASIS_POINTS, half_up, money_text
from huimin.ledger.groupings import GROUPINGS
from huimin.reports.figures import ReportRow
from huimin.reports.monthly import MonthlyReport

BEFORE = Words(
    "before",
    {
        "month": "上月",
        "same_days": "上月同期",
        "days": "上期",
        "last_year": "去年同月",
        "days_last_year": "去年同期",
    },
)
SENTENCES_MAX = 5
# Of a group that is compared: cards before and now, and by how much they changed.
CARDS_MIN, CARDS_CHANGE_MIN, CHANGE_MIN_BP = 30, 10, 1_000
# Of the whole county: sales before and now.
REDEMPTIONS_MIN = 30
# Of a sum: a change of 20 % that is 1,000 yuan at least.
SUM_CHANGE_MIN_BP, SUM_CHANGE_MIN_FEN = 2_000, 100_000
# Parts of a whole that are worth a sentence, and how large the whole or the part is at least.
NEVER_USED_MIN_BP, VALID_MIN = 2_000, 100
LATE_MIN_BP, RETURNED_MIN_BP, ROWS_MIN = 500, 500, 20
ONE_OUTLET_MIN_BP, OUTLETS_MIN = 4_000, 5


def month_sentence(report: MonthlyReport) -> Text:
    """The whole county in one sentence."""
    total = report.total
    figures: dict[str, Any] = {
        "cards": f"{total.cards_used or 0:,}",
        "count": f"{total.redemptions:,}",
        "saved": money_text(total.discount_fen),
        "before": before_text(report),
    }
    if report.empty:
        return text("没有优惠交易。")
    enough = min(total.redemptions, total.previous.redemptions) >= REDEMPTIONS_MIN
    change_bp = total.change_bp("discount_fen") if enough else None
    if change_bp is None:
        return text("{cards} 张卡用了 {count} 笔，为持卡人省下 {saved}。", **figures)
    figures["share"] = _percent(change_bp)
    if figures["share"] == "0%":
        return text(
            "{cards} 张卡用了 {count} 笔，为持卡人省下 {saved}，与{before}持平。", **figures
        )
    if change_bp > 0:
        return text(
            "{cards} 张卡用了 {count} 笔，为持卡人省下 {saved}，比{before}多 {share}。", **figures
        )
    return text(
        "{cards} 张卡用了 {count} 笔，为持卡人省下 {saved}，比{before}少 {share}。", **figures
    )


def standing_out(report: MonthlyReport) -> list[Text]:
    """Up to SENTENCES_MAX sentences; none where nothing stands out."""
    return [*_all(report)][:SENTENCES_MAX]


def before_text(report: MonthlyReport) -> Text:
    """What the report is compared with, within a sentence."""
    if report.period.month is None:
        return BEFORE.text("days")
    return BEFORE.text("same_days" if report.as_of else "month")


def last_year_text(report: MonthlyReport) -> Text:
    """The same for a year before."""
    whole = report.period.month is not None and report.as_of is None
    return BEFORE.text("last_year" if whole else "days_last_year")


def _all(report: MonthlyReport) -> Iterator[Text]:
    if report.empty:
        return
    if report.has("previous"):
        yield from _sales_changed(report)
        yield from _cards_changed(report)
        yield from _sums_changed(report)
    yield from _largest(report)
    if report.silent:
        yield text("有 {count} 个示范点一笔优惠也没有。", count=f"{len(report.silent):,}")
    yield from _parts(report)


def _sales_changed(report: MonthlyReport) -> Iterator[Text]:
    """The whole county's sales, where they changed and there are enough of them."""
    total, bp = report.total, report.total.change_bp("amount_fen") or 0
    enough = min(total.redemptions, total.previous.redemptions) >= REDEMPTIONS_MIN
    if not enough or abs(bp) < CHANGE_MIN_BP:
        return
    figures = {"before": before_text(report), "share": _percent(bp)}
    if bp > 0:
        yield text("全县交易金额比{before}多 {share}。", **figures)
    else:
        yield text("全县交易金额比{before}少 {share}。", **figures)


def _cards_changed(report: MonthlyReport) -> Iterator[Text]:
    """The town that gained most, and the one that lost most, in parts of what they had."""
    changes = {
        row: bp
        for row in report.rows("town")
        if min(row.cards_used or 0, row.previous.cards_used or 0) >= CARDS_MIN
        and abs(row.change("cards_used") or 0) >= CARDS_CHANGE_MIN
        and abs(bp := row.change_bp("cards_used") or 0) >= CHANGE_MIN_BP
    }
    for row in _most_and_least(changes):
        figures = {
            **_compared(report, row, changes[row], "town"),
            "was": f"{row.previous.cards_used:,}",
            "now": f"{row.cards_used:,}",
        }
        if changes[row] > 0:
            yield text("{name}的用卡张数比{before}多 {share}（{was} → {now}）。", **figures)
        else:
            yield text("{name}的用卡张数比{before}少 {share}（{was} → {now}）。", **figures)


def _sums_changed(report: MonthlyReport) -> Iterator[Text]:
    """The kinds of outlets whose discount changed most."""
    changes = {
        row: bp
        for row in report.rows("kind")
        if abs(row.discount_change_fen) >= SUM_CHANGE_MIN_FEN
        and min(row.cards_used or 0, row.previous.cards_used or 0) >= CARDS_MIN
        and abs(bp := row.discount_change_bp or 0) >= SUM_CHANGE_MIN_BP
    }
    for row in _most_and_least(changes):
        figures = _compared(report, row, changes[row], "kind")
        if changes[row] > 0:
            yield text("{name}的优惠金额比{before}多 {share}。", **figures)
        else:
            yield text("{name}的优惠金额比{before}少 {share}。", **figures)


def _largest(report: MonthlyReport) -> Iterator[Text]:
    """The kind of outlets that gives most of the discount, and one outlet that gives much of it."""
    whole = report.total.discount_fen
    kinds = [row for row in report.rows("kind") if (row.cards_used or 0) >= CARDS_MIN]
    if len(kinds) > 1 and whole > 0:
        first = max(kinds, key=lambda row: row.discount_fen)
        share = _percent(half_up(first.discount_fen * BASIS_POINTS, whole))
        yield text("优惠金额的 {share} 在{name}。", share=share, name=_name(first, "kind"))
    yield from _one_outlet(report)


def _one_outlet(report: MonthlyReport) -> Iterator[Text]:
    if len([row for row in report.rows("outlet") if row.redemptions]) < OUTLETS_MIN:
        return
    first, whole = report.top[0], report.total.discount_fen
    share = half_up(first.discount_fen * BASIS_POINTS, whole) if whole > 0 else 0
    if share >= ONE_OUTLET_MIN_BP and (first.cards_used or 0) >= CARDS_MIN:
        yield text("{name}一家占全县优惠金额的 {share}。", name=first.name, share=_percent(share))


def _parts(report: MonthlyReport) -> Iterator[Text]:
    cards, late, total = report.cards[0], report.offline[0], report.total
    if cards.valid >= VALID_MIN:
        share = half_up(cards.never_used * BASIS_POINTS, cards.valid)
        if share >= NEVER_USED_MIN_BP:
            yield text(
                "有效卡中有 {share} 从未用过（{count} 张）。",
                share=_percent(share),
                count=f"{cards.never_used:,}",
            )
    if (late.share_bp or 0) >= LATE_MIN_BP and late.redemptions >= ROWS_MIN:
        yield text(
            "{share} 的优惠是断网后补传的（{count} 笔）。",
            share=_percent(late.share_bp or 0),
            count=f"{late.redemptions:,}",
        )
    if total.redemptions and total.reversals >= ROWS_MIN:
        share = half_up(total.reversals * BASIS_POINTS, total.redemptions)
        if share >= RETURNED_MIN_BP:
            yield text(
                "退货 {count} 笔，相当于优惠笔数的 {share}。",
                count=f"{total.reversals:,}",
                share=_percent(share),
            )
    late_rows = sum(row.rows for row in report.adjustments)
    if late_rows:
        yield text("有 {count} 笔属于以前的月份，计在本月。", count=f"{late_rows:,}")


def _most_and_least(changes: dict[ReportRow, int]) -> Iterator[ReportRow]:
    """The group with the largest gain and the one with the largest loss, if there are any."""
    gained = [row for row, bp in changes.items() if bp > 0]
    lost = [row for row, bp in changes.items() if bp < 0]
    if gained:
        yield max(gained, key=changes.__getitem__)
    if lost:
        yield min(lost, key=changes.__getitem__)


def _compared(report: MonthlyReport, row: ReportRow, bp: int, grouping: str) -> dict[str, Any]:
    return {"name": _name(row, grouping), "before": before_text(report), "share": _percent(bp)}


def _name(row: ReportRow, grouping: str) -> str | Text:
    named = GROUPINGS[grouping].named
    return named.text(row.key) if isinstance(named, Words) else row.name


def _percent(share_bp: int) -> str:
    """Whole per cent, without the sign: the words around it say more or less."""
    return f"{abs(half_up(share_bp, 100)):,}%"
