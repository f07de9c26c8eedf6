"""The 结算单 on paper: A4 across, with the lines, what is owed, and room for both sides to sign.

Takes plain values and returns bytes; the same settlement gives the same bytes. The fingerprint of
its figures stands at the foot of every page, so that a paper can be held against the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import black
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Paragraph, Spacer, Table

from huimin.cards.sheet import printed_font
from huimin.core.catalogue import say, sentences
from huimin.core.money import rate_words, yuan_text
from huimin.core.period_words import month_words
from huimin.reports.pdf_parts import GREY, LINE, Form, printed_pdf
from huimin.settlement.form_words import (
    ADJUSTED,
    COUNTED,
    OWED,
    SUMS,
    form_title,
    in_capitals,
    pay_now_fen,
    shares,
    void_words,
)
from huimin.settlement.wording import AMOUNTS

MARGIN = 15 * mm
HEADINGS = (*sentences("序号", "示范点", "政策（版次）", "优惠", "商户／政府"), *COUNTED)
ADJUSTED_HEADINGS = (*sentences("序号", "示范点", "原月份"), *COUNTED)
COUNTED_PARTS = (15, 15, 25, 24, 23, 24)
PARTS, ADJUSTED_PARTS = (9, 42, 42, 16, 32, *COUNTED_PARTS), (9, 42, 90, *COUNTED_PARTS)
SIGNED = (
    sentences("商户（盖章）：", "县级主管部门（盖章）："),
    sentences("负责人（签字）：", "经办人（签字）：　　　　　　　　　负责人（签字）："),
    sentences("日期：　　　　年　　月　　日", "日期：　　　　年　　月　　日"),
)

Row = Mapping[str, Any]


def settlement_pdf(settlement: Row, lines: Sequence[Row], county_name: str) -> bytes:
    """The PDF of a settlement (of find_settlements) and its lines."""
    form, title = Form(9, 12, MARGIN), form_title(county_name)
    story = [
        form.heading(title),
        Paragraph(escape(void_words(settlement)), form.middle),
        form.pairs(
            (say("商户：{merchant_name}", **settlement), say("编号：{number}", **settlement)),
            (
                say("统一社会信用代码：{credit_code}", **settlement),
                say("结算月份：{month}　　单位：元", month=month_words(settlement["month"])),
            ),
        ),
        Spacer(0, 2 * mm),
        _lines(form, settlement, [line for line in lines if line["kind"] == "policy"]),
        *_adjustments(form, [line for line in lines if line["kind"] == "adjustment"]),
        KeepTogether([Spacer(0, 4 * mm), _owed(settlement), Spacer(0, 6 * mm), _signatures()]),
    ]
    foot = say("编号 {number}　内容指纹 SHA-256 {content_sha256}", **settlement)
    title = f"{title} {settlement['number']}"
    return printed_pdf(story, title=title, author=county_name, margin=MARGIN, foot=foot)


def _lines(form: Form, settlement: Row, lines: Sequence[Row]) -> Flowable:
    rows = [
        [
            str(line["line_no"]),
            line["outlet_name"],
            say("{policy_name}（第 {policy_version} 版）", **line),
            rate_words(line["rate_bp"]),
            shares(line),
            *_counted(line),
        ]
        for line in lines
    ]
    rows.append(["", say("合计"), "", "", "", *_counted(settlement)])
    return form.table(HEADINGS, rows, PARTS, [1, 2, 3, 4], total=True)


def _adjustments(form: Form, lines: Sequence[Row]) -> Iterator[Flowable]:
    """What of the lines above belongs to earlier months; counted there already."""
    if not lines:
        return
    rows = []
    for line in lines:
        month = month_words(line["adjusts_month"])
        rows.append([str(line["line_no"]), line["outlet_name"], month, *_counted(line)])
    yield CondPageBreak(35 * mm)
    yield Spacer(0, 4 * mm)
    yield Paragraph(ADJUSTED, form.left)
    yield Spacer(0, 1 * mm)
    yield form.table(ADJUSTED_HEADINGS, rows, ADJUSTED_PARTS, [1, 2])


def _owed(settlement: Row) -> Table:
    """From the county's share to what is paid now, and that in capital characters."""
    rows = [
        [AMOUNTS.say(name), yuan_text(settlement[name])]
        for name in OWED
        if settlement[name] or name in ("government_share_fen", "due_fen")
    ]
    now_fen = pay_now_fen(settlement)
    rows.append([AMOUNTS.say("payable_fen"), f"{yuan_text(now_fen)}　{in_capitals(now_fen)}"])
    table = Table(rows, colWidths=[45 * mm, 222 * mm])
    table.setStyle(
        [
            ("FONT", (0, 0), (-1, -2), printed_font(), 9),
            ("FONT", (0, -1), (-1, -1), printed_font(), 11),
            ("GRID", (0, 0), (-1, -1), 0.4, LINE),
            ("BACKGROUND", (0, 0), (0, -1), GREY),
            ("LINEABOVE", (0, -1), (-1, -1), 1, black),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    return table


def _signatures() -> Table:
    table = Table(SIGNED, colWidths=[120 * mm, 147 * mm], rowHeights=[11 * mm] * 3)
    table.setStyle(
        [("FONT", (0, 0), (-1, -1), printed_font(), 10), ("LEFTPADDING", (0, 0), (0, -1), 0)]
    )
    return table


def _counted(row: Row) -> list[str]:
    return [
        str(row["redemptions"]),
        str(row["reversals"]),
        *(yuan_text(row[name]) for name in SUMS),
    ]
