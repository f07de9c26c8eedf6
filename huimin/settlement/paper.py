"""The 结算单 on paper: A4 across, with the lines, what is owed, and room for both sides to sign.

Takes plain values and returns bytes; the same settlement gives the same bytes. The fingerprint of
its figures stands at the foot of every page, so that a paper can be held against the record.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    CondPageBreak,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from huimin.cards.sheet import printed_font
from huimin.core.catalogue import say, sentences
from huimin.core.money import percent_words, rate_words, yuan
from huimin.core.period_words import month_words
from huimin.reports.pdf_parts import NumberedPages
from huimin.settlement.amount_words import amount_words
from huimin.settlement.wording import AMOUNTS

# As on the monthly report, so that both lie in one file.
INK, GREY, LINE = HexColor("#1A1A1A"), HexColor("#E7E6E6"), HexColor("#7A7A7A")
MARGIN_MM = 15
WIDTHS_MM = (9, 42, 42, 16, 32, 15, 15, 25, 24, 23, 24)
HEADINGS = (
    *sentences("序号", "示范点", "政策（版次）", "优惠", "商户／政府", "笔数", "退货"),
    *sentences("交易原价", "优惠金额", "商户承担", "政府承担"),
)
SUMS = ("amount_fen", "discount_fen", "merchant_share_fen", "government_share_fen")
OWED = ("government_share_fen", "carried_in_fen", "due_fen", "paid_before_fen", "carried_fen")
ALWAYS_OWED = ("government_share_fen", "due_fen")


def settlement_pdf(
    settlement: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], county_name: str
) -> bytes:
    """The PDF of a settlement (of find_settlements) and its lines."""
    out = io.BytesIO()
    title = say("{county_name}惠民卡优惠结算单", county_name=county_name)
    document = SimpleDocTemplate(
        out,
        pagesize=landscape(A4),
        leftMargin=MARGIN_MM * mm,
        rightMargin=MARGIN_MM * mm,
        topMargin=MARGIN_MM * mm,
        bottomMargin=(MARGIN_MM + 4) * mm,
        title=f"{title} {settlement['number']}",
        author=county_name,
        invariant=1,
    )
    story = [
        Paragraph(title, _style(18, align=TA_CENTER, leading=26)),
        *_void_mark(settlement),
        _head(settlement),
        Spacer(0, 2 * mm),
        _lines_table(settlement, [line for line in lines if line["kind"] == "policy"]),
        *_adjustments([line for line in lines if line["kind"] == "adjustment"]),
        KeepTogether([Spacer(0, 4 * mm), _owed(settlement), Spacer(0, 6 * mm), _signatures()]),
    ]
    foot = say("编号 {number}　内容指纹 SHA-256 {content_sha256}", **settlement)

    def make(*args: Any, **options: Any) -> _FootedPages:
        return _FootedPages(*args, foot=foot, **options)

    document.build(story, canvasmaker=make)
    return out.getvalue()


class _FootedPages(NumberedPages):
    """The report's numbered pages, with the fingerprint above the number."""

    def __init__(self, *args: Any, foot: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self._foot = foot

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """Write the foot, and keep the page until the last one is made."""
        self.setFont(printed_font(), 7.5)
        self.setFillColor(INK)
        self.drawCentredString(self._pagesize[0] / 2, 13.5 * mm, self._foot)
        super().showPage()


def _void_mark(settlement: Mapping[str, Any]) -> list[Paragraph]:
    if settlement["state"] != "voided":
        return []
    style = _style(12, align=TA_CENTER, leading=18)
    return [Paragraph(say("【已作废】{reason}", reason=escape(settlement["void_reason"])), style)]


def _head(settlement: Mapping[str, Any]) -> Table:
    left, right = _style(10), _style(10, align=TA_RIGHT)
    rows = [
        [
            Paragraph(say("商户：{name}", name=escape(settlement["merchant_name"])), left),
            Paragraph(say("编号：{number}", **settlement), right),
        ],
        [
            Paragraph(say("统一社会信用代码：{credit_code}", **settlement), left),
            Paragraph(
                say("结算月份：{month}　　单位：元", month=month_words(settlement["month"])),
                right,
            ),
        ],
    ]
    table = Table(rows, colWidths=[167 * mm, 100 * mm])
    table.setStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)])
    return table


def _lines_table(settlement: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> Table:
    rows: list[list[Any]] = [list(HEADINGS)]
    for line in lines:
        policy = say("{policy_name}（第 {policy_version} 版）", **line)
        shares = (
            f"{percent_words(line['merchant_share_bp'])}／"
            f"{percent_words(line['government_share_bp'])}"
        )
        rows.append(
            [
                str(line["line_no"]),
                Paragraph(escape(line["outlet_name"]), _style(9)),
                Paragraph(escape(policy), _style(9)),
                rate_words(line["rate_bp"]),
                shares,
                *_counted(line),
            ]
        )
    rows.append(["", say("合计"), "", "", "", *_counted(settlement)])
    table = Table(rows, colWidths=[width * mm for width in WIDTHS_MM], repeatRows=1)
    table.setStyle([*_boxed(), ("ALIGN", (5, 1), (-1, -1), "RIGHT"), *_total_row()])
    return table


def _adjustments(lines: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What of the lines above belongs to earlier months; counted there already."""
    if not lines:
        return []
    rows: list[list[Any]] = [[say("序号"), say("示范点"), say("原月份"), *HEADINGS[5:]]]
    for line in lines:
        rows.append(
            [
                str(line["line_no"]),
                Paragraph(escape(line["outlet_name"]), _style(9)),
                month_words(line["adjusts_month"], "zh_Hans"),
                *_counted(line),
            ]
        )
    widths = (9, 42, 90, *WIDTHS_MM[5:])
    table = Table(rows, colWidths=[width * mm for width in widths], repeatRows=1)
    table.setStyle([*_boxed(), ("ALIGN", (3, 1), (-1, -1), "RIGHT")])
    words = say("其中属于以前月份的调整（已计入上表，不再相加）")
    return [
        CondPageBreak(35 * mm),
        Spacer(0, 4 * mm),
        Paragraph(words, _style(10)),
        Spacer(0, 1 * mm),
        table,
    ]


def _owed(settlement: Mapping[str, Any]) -> Table:
    """From the county's share to what is paid now, and that in capital characters."""
    now_fen = settlement["payable_fen"] - settlement["paid_before_fen"]
    rows = [
        [AMOUNTS.say(name), yuan(settlement[name])]
        for name in OWED
        if name in ALWAYS_OWED or settlement[name]
    ]
    amount = say(
        "{amount}　（大写）人民币{words}", amount=yuan(now_fen), words=amount_words(now_fen)
    )
    rows.append([AMOUNTS.say("payable_fen"), amount])
    table = Table(rows, colWidths=[45 * mm, 222 * mm])
    table.setStyle([*_boxed()[:-2], ("BACKGROUND", (0, 0), (0, -1), GREY), *_strong_last()])
    return table


def _signatures() -> Table:
    rows = [
        [say("商户（盖章）："), say("县级主管部门（盖章）：")],
        [say("负责人（签字）："), say("经办人（签字）：　　　　　　　　　负责人（签字）：")],
        [say("日期：　　　　年　　月　　日"), say("日期：　　　　年　　月　　日")],
    ]
    table = Table(rows, colWidths=[120 * mm, 147 * mm], rowHeights=[11 * mm] * 3)
    table.setStyle(
        [("FONT", (0, 0), (-1, -1), printed_font(), 10), ("LEFTPADDING", (0, 0), (0, -1), 0)]
    )
    return table


def _counted(row: Mapping[str, Any]) -> list[str]:
    return [str(row["redemptions"]), str(row["reversals"]), *(yuan(row[name]) for name in SUMS)]


def _boxed() -> list[tuple[Any, ...]]:
    return [
        ("FONT", (0, 0), (-1, -1), printed_font(), 9),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("GRID", (0, 0), (-1, -1), 0.5, LINE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ("BACKGROUND", (0, 0), (-1, 0), GREY),
        ("ALIGN", (0, 0), (-1, 0), "CENTER"),
    ]


def _total_row() -> list[tuple[Any, ...]]:
    return [("BACKGROUND", (0, -1), (-1, -1), GREY), ("LINEABOVE", (0, -1), (-1, -1), 1, INK)]


def _strong_last() -> list[tuple[Any, ...]]:
    return [
        ("FONT", (0, -1), (-1, -1), printed_font(), 11),
        ("LINEABOVE", (0, -1), (-1, -1), 1, INK),
    ]


def _style(size: float, *, align: int = 0, leading: float | None = None) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}-{align}",
        fontName=printed_font(),
        fontSize=size,
        leading=leading or size * 1.35,
        alignment=align,
        textColor=INK,
        wordWrap="CJK",
    )
