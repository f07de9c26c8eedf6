"""What a simulation came to, as a table for people and as values for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from huimin.core.money import yuan
from huimin.core.text_width import display_width
from huimin.simulation.faults import FAULTS
from huimin.simulation.play import Outcome

ROWS = (
    ("redemptions", "优惠笔数"),
    ("reversals", "冲正笔数"),
    ("amount_fen", "原价净额"),
    ("discount_fen", "优惠净额"),
    ("payable_fen", "实付净额"),
)
DIFFERENCES_SHOWN = 20
WIDTH, LABEL_WIDTH = 16, 12


def report_lines(outcome: Outcome) -> Iterable[str]:
    """The report, a line at a time."""
    comparison = outcome.comparison
    yield f"示范点：{outcome.outlet}"
    yield f"模拟 {outcome.played} 位顾客，用时 {outcome.seconds:.1f} 秒。"
    happened = "，".join(f"{FAULTS[name]} {count}" for name, count in outcome.faults.items())
    yield f"网络故障：{happened or '没有'}。"
    yield (
        f"结果不明 {outcome.unclear} 笔：稍后查清并办成 {outcome.settled} 笔，"
        f"取消订单 {outcome.cancelled} 笔。"
    )
    if outcome.refusals:
        said = "，".join(f"{code} {count}" for code, count in outcome.refusals.most_common())
        yield f"未给优惠：{said}。"
    if outcome.undone:
        yield "模拟的交易已全部冲正。"
    yield ""
    yield _row("", "本机账", "服务器对账单", "差额")
    for name, label in ROWS:
        till, server = getattr(comparison.till, name), getattr(comparison.server, name)
        shown = yuan if name.endswith("_fen") else str
        yield _row(label, shown(till), shown(server), shown(server - till))
    yield ""
    for one in comparison.differences[:DIFFERENCES_SHOWN]:
        yield (
            f"订单 {one.order_no} 不一致：本机实付 {yuan(one.till.payable_fen)}，"
            f"服务器 {yuan(one.server.payable_fen)}"
        )
    if comparison.forged:
        yield "对账单的 SHA-256 与它的内容不符。"
    if comparison.agrees:
        yield "两边逐笔一致，分毫不差。"
    else:
        yield f"两边不一致：{len(comparison.differences)} 个订单有差异。"


def report_values(outcome: Outcome) -> dict[str, Any]:
    """The same for another program."""
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
        label + " " * (LABEL_WIDTH - display_width(label)) + "".join(_right(cell) for cell in cells)
    )


def _right(text: str) -> str:
    return " " * max(WIDTH - display_width(text), 1) + text
