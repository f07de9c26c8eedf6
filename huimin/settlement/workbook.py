"""One 结算单 as a workbook: the same lines and sums as on paper, amounts as numbers in 元.

It holds no time of its making, so that the same settlement gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from huimin.core.catalogue import say, sentences
from huimin.core.days import month_days
from huimin.core.money import rate_words
from huimin.core.period_words import month_words
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
from huimin.web.workbook import Sheet, new_workbook

HEADINGS = (*sentences("序号", "示范点", "政策或原月份", "版次", "优惠", "商户／政府"), *COUNTED)
WIDTHS = (6, 26, 26, 6, 9, 16, 8, 8, 14, 14, 14, 14)
LAST_COLUMN = len(HEADINGS) - 1

Row = Mapping[str, Any]


def settlement_xlsx(settlement: Row, lines: Sequence[Row], county_name: str) -> bytes:
    """The .xlsx file of a settlement (of find_settlements) and its lines."""
    title, month = f"{form_title(county_name)} {settlement['number']}", settlement["month"]
    with new_workbook(title, county_name, month_days(month)[1]) as workbook:
        sheet = workbook.sheet(say("结算单"))
        sheet.widths(WIDTHS)
        sheet.title(form_title(county_name), LAST_COLUMN)
        number = say("编号：{number}", **settlement)
        sheet.text(f"{number}　{void_words(settlement)}".rstrip())
        sheet.text(say("商户：{merchant_name}　{credit_code}", **settlement))
        sheet.text(say("结算月份：{month}　单位：元", month=month_words(month)))
        _write_lines(sheet, settlement, lines)
        _write_owed(sheet, settlement)
        sheet.text(say("商户（盖章）：　　　　　　　　　　县级主管部门（盖章）："))
        sheet.text(say("内容指纹 SHA-256：{content_sha256}", **settlement))
        sheet.print_setup(LAST_COLUMN)
    return workbook.content


def _write_lines(sheet: Sheet, settlement: Row, lines: Sequence[Row]) -> None:
    sheet.header(HEADINGS)
    for line in lines:
        if line["kind"] == "policy":
            terms = (line["policy_name"], str(line["policy_version"]), rate_words(line["rate_bp"]))
            _write_line(sheet, line, [*terms, shares(line)])
    _write_line(sheet, {**settlement, "line_no": "", "outlet_name": say("合计")}, [""] * 4)
    adjustments = [line for line in lines if line["kind"] == "adjustment"]
    if adjustments:
        sheet.row += 1
        sheet.text(ADJUSTED)
    for line in adjustments:
        _write_line(sheet, line, [month_words(line["adjusts_month"]), "", "", ""])


def _write_line(sheet: Sheet, line: Row, terms: Sequence[str]) -> None:
    texts = (str(line["line_no"]), line["outlet_name"], *terms)
    sheet.cells(
        [
            *(("text", text) for text in texts),
            *(("count", line[name]) for name in ("redemptions", "reversals")),
            *(("money", line[name]) for name in SUMS),
        ]
    )


def _write_owed(sheet: Sheet, settlement: Row) -> None:
    now_fen = pay_now_fen(settlement)
    sheet.row += 1
    for name, fen in (*((name, settlement[name]) for name in OWED), ("payable_fen", now_fen)):
        sheet.merged(0, 1, AMOUNTS.say(name), "header")
        sheet.cell(2, "money", fen)
        sheet.row += 1
    sheet.text(in_capitals(now_fen))
    sheet.row += 1
