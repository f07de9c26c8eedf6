"""One 结算单 as a workbook: the same lines and sums as on paper, amounts as numbers in 元.

It holds no time of its making, so that the same settlement gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from huimin.core.catalogue import say, sentences
from huimin.core.days import month_days
from huimin.core.money import percent_words, rate_words
from huimin.core.period_words import month_words
from huimin.settlement.amount_words import amount_words
from huimin.settlement.paper import OWED
from huimin.settlement.wording import AMOUNTS

HEADINGS = (
    *sentences("序号", "示范点", "政策或原月份", "版次", "优惠", "商户／政府", "笔数", "退货"),
    *sentences("交易原价", "优惠金额", "商户承担", "政府承担"),
)
WIDTHS = (6, 26, 26, 6, 9, 16, 8, 8, 14, 14, 14, 14)
SUMS = ("amount_fen", "discount_fen", "merchant_share_fen", "government_share_fen")
LAST = len(HEADINGS) - 1


def settlement_xlsx(
    settlement: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], county_name: str
) -> bytes:
    """The .xlsx file of a settlement (of find_settlements) and its lines."""
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
        book.set_properties(
            {
                "title": say("{county}惠民卡优惠结算单 {number}", county=county_name, **settlement),
                "author": county_name,
                "created": datetime.combine(month_days(settlement["month"])[1], time()),
            }
        )
        _Sheet(book, settlement).write(lines, county_name)
    return out.getvalue()


class _Sheet:
    """Writes one sheet from the top down."""

    def __init__(self, book: Any, settlement: Mapping[str, Any]) -> None:
        plain = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
        boxed = {**plain, "border": 1}
        self.settlement = settlement
        self.row = 0
        self.sheet = book.add_worksheet(say("结算单"))
        self.title = book.add_format({**plain, "font_size": 16, "bold": True, "align": "center"})
        self.plain = book.add_format(plain)
        self.head = book.add_format({**boxed, "bold": True, "bg_color": "#EAF5F0"})
        self.text = book.add_format({**boxed, "num_format": "@", "text_wrap": True})
        self.count = book.add_format({**boxed, "num_format": "#,##0"})
        self.money = book.add_format({**boxed, "num_format": "#,##0.00;-#,##0.00"})

    def write(self, lines: Sequence[Mapping[str, Any]], county_name: str) -> None:
        found = self.settlement
        self.sheet.set_paper(9)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        for place, width in enumerate(WIDTHS):
            self.sheet.set_column(place, place, width)
        self.sheet.merge_range(
            0, 0, 0, LAST, say("{county}惠民卡优惠结算单", county=county_name), self.title
        )
        void = say("　【已作废】{void_reason}", **found) if found["state"] == "voided" else ""
        self.sheet.write_string(1, 0, say("编号：{number}{void}", void=void, **found), self.plain)
        self.sheet.write_string(
            2,
            0,
            say("商户：{merchant_name}　{credit_code}", **found),
            self.plain,
        )
        month = month_words(found["month"], "zh_Hans")
        self.sheet.write_string(3, 0, say("结算月份：{month}　单位：元", month=month), self.plain)
        self.row = 4
        self._cells(HEADINGS, self.head)
        for line in lines:
            if line["kind"] == "policy":
                self._line(line, self._terms(line))
        self._line(found, ("", say("合计"), "", "", "", ""))
        adjustments = [line for line in lines if line["kind"] == "adjustment"]
        if adjustments:
            self.row += 1
            words = say("其中属于以前月份的调整（已计入上表，不再相加）")
            self.sheet.write_string(self.row, 0, words, self.plain)
            self.row += 1
        for line in adjustments:
            month = month_words(line["adjusts_month"], "zh_Hans")
            self._line(line, (str(line["line_no"]), line["outlet_name"], month, "", "", ""))
        self._owed()
        for words in (
            say("商户（盖章）：　　　　　　　　　　县级主管部门（盖章）："),
            say("内容指纹 SHA-256：{content_sha256}", **found),
        ):
            self.row += 1
            self.sheet.write_string(self.row, 0, words, self.plain)

    def _owed(self) -> None:
        found = self.settlement
        now_fen = found["payable_fen"] - found["paid_before_fen"]
        self.row += 1
        amounts = {**{name: found[name] for name in OWED}, "payable_fen": now_fen}
        for name, fen in amounts.items():
            self.sheet.merge_range(self.row, 0, self.row, 1, AMOUNTS.say(name), self.head)
            self.sheet.write_number(self.row, 2, Decimal(fen) / 100, self.money)
            self.row += 1
        words = say("（大写）人民币{words}", words=amount_words(now_fen))
        self.sheet.write_string(self.row, 0, words, self.plain)
        self.row += 1

    def _terms(self, line: Mapping[str, Any]) -> tuple[str, ...]:
        shares = (
            f"{percent_words(line['merchant_share_bp'])}／"
            f"{percent_words(line['government_share_bp'])}"
        )
        return (
            *(str(line["line_no"]), line["outlet_name"], line["policy_name"]),
            *(str(line["policy_version"]), rate_words(line["rate_bp"]), shares),
        )

    def _line(self, row: Mapping[str, Any], terms: Sequence[str]) -> None:
        for place, text in enumerate(terms):
            self.sheet.write_string(self.row, place, text, self.text)
        self.sheet.write_number(self.row, 6, row["redemptions"], self.count)
        self.sheet.write_number(self.row, 7, row["reversals"], self.count)
        for place, name in enumerate(SUMS, start=8):
            self.sheet.write_number(self.row, place, Decimal(row[name]) / 100, self.money)
        self.row += 1

    def _cells(self, texts: Sequence[str], look: Any) -> None:
        for place, text in enumerate(texts):
            self.sheet.write_string(self.row, place, text, look)
        self.row += 1
