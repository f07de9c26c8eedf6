"""What came of a till's lies, as a table for people and as values for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from huimin.core.catalogue import SOURCE, Text, Words, say, sentence, text
from huimin.core.money import money_text
from huimin.core.text_width import display_width
from huimin.simulation.dishonest import COULD_BE_TRUE, LIES, Caught

STATUSES = Words("offline_status", {"refused": "没有入账", "waiting": "待核", "accepted": "已入账"})
TOTAL = sentence("笔数")
WIDTH, LABEL_WIDTH = 12, 28
ORDERS_SHOWN = 20


def dishonest_lines(caught: Caught, language: str = SOURCE) -> Iterable[str]:
    """The report, a line at a time."""
    return (
        line if isinstance(line, str) else line.say(language) for line in _lines(caught, language)
    )


def dishonest_values(caught: Caught) -> dict[str, Any]:
    """The same as values, for programs."""
    return {
        "holds": caught.holds,
        "played": caught.played,
        "seconds": round(caught.seconds, 3),
        "answers": {
            lie: {status: caught.answers[lie, status] for status in STATUSES} for lie in LIES
        },
        "entered": caught.entered,
        "entered_fen": caught.entered_fen,
        "most_fen": caught.most_fen,
        "entered_wrongly": caught.wrongly,
        "differing_orders": caught.differing,
    }


def _lines(caught: Caught, language: str) -> Iterable[Text | str]:
    yield text("示范点：{outlet}", outlet=caught.outlet)
    yield text(
        "一台不诚实的收银终端编造 {count} 笔断网交易，用时 {seconds:.1f} 秒。",
        count=caught.played,
        seconds=caught.seconds,
    )
    yield ""
    heads = (TOTAL, *(STATUSES.text(status).source for status in STATUSES))
    yield _row("", *(say(head, language) for head in heads))
    for lie in LIES:
        counts = [caught.answers[lie, status] for status in STATUSES]
        name = LIES.say(lie, language)
        yield _row(f"* {name}" if lie in COULD_BE_TRUE else name, *map(str, (sum(counts), *counts)))
    yield ""
    yield text("带 * 的可能是真的：不经人看就入账的，合计不得超过一份离线资料的上限。")
    yield text(
        "对账单上入账 {count} 笔，优惠 {amount}；上限 {most}。",
        count=caught.entered,
        amount=money_text(caught.entered_fen),
        most=money_text(caught.most_fen),
    )
    if caught.undone:
        yield text("模拟的交易已全部撤销。")
    for order_no in (*caught.wrongly, *caught.differing)[:ORDERS_SHOWN]:
        yield text("订单 {order_no} 不该入账，或与答复不符。", order_no=order_no)
    if caught.holds:
        yield text("不该入账的一笔也没有入账。")
    else:
        yield text("有不该入账的交易入账了。")


def _row(label: str, *cells: str) -> str:
    space = max(LABEL_WIDTH - display_width(label), 1)
    return label + " " * space + "".join(_right(cell) for cell in cells)


def _right(cell: str) -> str:
    return " " * max(WIDTH - display_width(cell), 1) + cell
