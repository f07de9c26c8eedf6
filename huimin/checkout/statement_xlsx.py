"""The outlet's day as a workbook for the shop's files: title, sums, rows, ready to print on A4.

Amounts are numbers in 元 made from whole fen as decimals; orders and receipts stay text. There is
no creation time in it, so that the same statement gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from huimin.core.catalogue import say, sentence
from huimin.core.days import COUNTY_ZONE, parse_instant
from huimin.core.period_words import day_words
from huimin.core.words import CHANNELS, LEDGER_KINDS
from huimin.web.workbook import TOTAL, Cell, Sheet, new_workbook

HEADER_ROW = 4
# Where to sign: below columns of text, so that a reader of amounts meets none of it.
SIGNERS = ((1, sentence("收银员：")), (4, sentence("店长：")), (9, sentence("日期：")))
# Heading, cell format, width, and the field of a row that it shows.
COLUMNS: tuple[tuple[str, str, int, str], ...] = (
    (sentence("序号"), "number", 6, "number"),
    (sentence("时间"), "text", 10, "time"),
    (sentence("类型"), "text", 7, "kind"),
    (sentence("订单号"), "text", 24, "order"),
    (sentence("收据号"), "text", 24, "receipt_no"),
    (sentence("原价（元）"), "money", 13, "amount_fen"),
    (sentence("不参加优惠（元）"), "money", 13, "excluded_fen"),
    (sentence("优惠（元）"), "money", 13, "discount_fen"),
    (sentence("实付（元）"), "money", 13, "payable_fen"),
    (sentence("收银员"), "text", 10, "cashier"),
    (sentence("方式"), "text", 12, "channel"),
    (sentence("补传时间"), "text", 17, "recorded"),
)


def statement_xlsx(statement: Mapping[str, Any], county_name: str) -> bytes:
    """A day's statement (day_statement) as an .xlsx file."""
    day, sums = date.fromisoformat(statement["day"]), statement["sums"]
    outlet = statement["outlet"]["name"]
    with new_workbook(
        say("{name} {day} 对账单", name=outlet, day=day), county_name, day
    ) as workbook:
        sheet = workbook.sheet(say("对账单"))
        sheet.widths(width for _, _, width, _ in COLUMNS)
        sheet.title(say("{county}惠民卡日对账单", county=county_name), len(COLUMNS) - 1, 28)
        sheet.text(
            say("示范点：{name}    日期：{day}    单位：元", name=outlet, day=day_words(day))
        )
        sheet.text(say("优惠 {redemptions} 笔，退货 {reversals} 笔", **sums))
        sheet.text(f"SHA-256：{statement['sha256']}")
        sheet.header([heading for heading, *_ in COLUMNS], 28)
        for number, row in enumerate(statement["rows"], start=1):
            texts = _texts(row, number)
            sheet.cells((sort, texts[field]) for _, sort, _, field in COLUMNS)
        sheet.cells(_total(sums))
        _sign(sheet)
    return workbook.content


def _texts(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    at, recorded = (
        parse_instant(row[name]).astimezone(COUNTY_ZONE) for name in ("occurred_at", "recorded_at")
    )
    return {
        **row,
        "number": number,
        "time": at.strftime("%H:%M:%S"),
        "kind": LEDGER_KINDS[row["kind"]],
        "order": row["order_no"] or row["reverses_order_no"],
        "cashier": row["cashier"] or "",
        "channel": CHANNELS.say(row["channel"]),
        "recorded": "" if at == recorded else recorded.strftime("%Y-%m-%d %H:%M"),
    }


def _total(sums: Mapping[str, int]) -> list[Cell]:
    amounts = [
        (f"{TOTAL}money", sums[field]) if field in sums else (f"{TOTAL}text", "")
        for *_, field in COLUMNS[1:]
    ]
    return [(f"{TOTAL}text", say("合计")), *amounts]


def _sign(sheet: Sheet) -> None:
    sheet.row += 1
    for place, signer in SIGNERS:
        sheet.sheet.write_string(sheet.row, place, signer, sheet.looks["plain"])
    sheet.end_row()
    sheet.print_setup(len(COLUMNS) - 1)
    sheet.sheet.repeat_rows(0, HEADER_ROW)
    sheet.sheet.freeze_panes(HEADER_ROW + 1, 0)
