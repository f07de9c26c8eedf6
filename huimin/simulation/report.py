"""The outcome of a simulation, as a table for people and as values for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from huimin.core.catalogue import SOURCE, Text, Words, say, sentence, text
from huimin.core.money import yuan_text
from huimin.core.text_width import display_width
from huimin.simulation.faults import FAULTS
from huimin.simulation.play import Outcome

ROWS = Words(
    "simulated_sum",
    {
        "redemptions": "优惠笔数",
        "reversals": "退货笔数",
        "amount_fen": "原价净额",
        "discount_fen": "优惠净额",
        "payable_fen": "实付净额",
    },
)
HEADS = (sentence("本机账"), sentence("服务器对账单"), sentence("差额"))
DIFFERENCES_SHOWN = 20
WIDTH, LABEL_WIDTH = 16, 12


def report_lines(outcome: Outcome, language: str = SOURCE) -> Iterable[str]:
    """The report, a line at a time."""
    return (
        line if isinstance(line, str) else line.say(language) for line in _lines(outcome, language)
    )


def _lines(outcome: Outcome, language: str) -> Iterable[Text | str]:
    comparison = outcome.comparison
    yield text("示范点：{outlet}", outlet=outcome.outlet)
    yield text(
        "模拟 {count} 位顾客，用时 {seconds:.1f} 秒。",
        count=outcome.played,
        seconds=outcome.seconds,
    )
    happened = tuple(
        text("{what} {count}", what=FAULTS.text(name), count=count)
        for name, count in outcome.faults.items()
    )
    yield text("网络故障：{faults}。", faults=happened or text("没有"))
    yield text(
        "结果不明 {unclear} 笔：稍后查清并办成 {settled} 笔，取消订单 {cancelled} 笔。",
        unclear=outcome.unclear,
        settled=outcome.settled,
        cancelled=outcome.cancelled,
    )
    if outcome.refusals:
        reasons = tuple(f"{code} {count}" for code, count in outcome.refusals.most_common())
        yield text("未给优惠：{reasons}。", reasons=reasons)
    if outcome.undone:
        yield text("模拟的交易已全部撤销。")
    yield ""
    heads = (say(head, language) for head in HEADS)
    yield _row("", *heads)
    for name in ROWS:
        till, server = getattr(comparison.till, name), getattr(comparison.server, name)
        in_words = yuan_text if name.endswith("_fen") else str
        yield _row(
            ROWS.say(name, language), in_words(till), in_words(server), in_words(server - till)
        )
    yield ""
    for one in comparison.differences[:DIFFERENCES_SHOWN]:
        yield text(
            "订单 {order_no} 不一致：本机实付 {till}，服务器 {server}",
            order_no=one.order_no,
            till=yuan_text(one.till.payable_fen),
            server=yuan_text(one.server.payable_fen),
        )
    if comparison.forged:
        yield text("对账单的 SHA-256 与它的内容不符。")
    if comparison.agrees:
        yield text("两边逐笔一致，分毫不差。")
    else:
        yield text("两边不一致：{count} 个订单有差异。", count=len(comparison.differences))


def report_values(outcome: Outcome) -> dict[str, Any]:
    """The same as values, for programs."""
    comparison = outcome.comparison
    return {
        "agrees": comparison.agrees,
        "played": outcome.played,
        "seconds": round(outcome.seconds, 3),
        "faults": dict(outcome.faults),
        "refusals": dict(outcome.refusals),
        "unclear": outcome.unclear,
        "settled": outcome.settled,
        "cancelled": outcome.cancelled,
        "till": vars(comparison.till),
        "server": vars(comparison.server),
        "differing_orders": [one.order_no for one in comparison.differences],
        "statement_forged": comparison.forged,
    }


def _row(label: str, *cells: str) -> str:
    return (
        label
        + " " * max(LABEL_WIDTH - display_width(label), 1)
        + "".join(_right(cell) for cell in cells)
    )


def _right(text: str) -> str:
    return " " * max(WIDTH - display_width(text), 1) + text
