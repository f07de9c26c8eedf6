"""The outlet's day as a workbook that a shop files: title, sums, rows, ready to print on A4.

Amounts are numbers in 元 made from whole fen as decimals; orders and receipts stay text. It holds
no time of its making, so that the same statement gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from huimin.core.catalogue import say, sentence
from huimin.core.days import COUNTY_ZONE, parse_instant
from huimin.core.period_words import day_words
from huimin.core.words import CHANNELS, LEDGER_KINDS

FONT = "宋体"
A4 = 9
MONEY_FORMAT = "#,##0.00;-#,##0.00"
TITLE_ROW, PLACE_ROW, SUMS_ROW, HASH_ROW, HEADER_ROW = range(5)
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Where to sign: below columns of text, so that a reader of amounts meets none of it.
SIGNERS = ((1, sentence("收银员：")), (4, sentence("店长：")), (9, sentence("日期：")))
# Heading, sort of cell, width, and the field of a row that it shows.
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
)


def statement_xlsx(statement: Mapping[str, Any], county_name: str) -> bytes:
    """A day's statement (day_statement) as an .xlsx file."""
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    day = date.fromisoformat(statement["day"])
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
        book.set_properties(
            {
                "title": say("{name} {day} 对账单", name=statement["outlet"]["name"], day=day),
                "author": county_name,
                "created": datetime.combine(day, time()),
            }
        )
        looks = _looks(book)
        sheet = book.add_worksheet(say("对账单"))
        _head(sheet, looks, statement, county_name, day)
        for number, row in enumerate(statement["rows"], start=1):
            _row(sheet, looks, HEADER_ROW + number, _shown(row, number))
        last = _foot(sheet, looks, statement, HEADER_ROW + len(statement["rows"]) + 1)
        _print_setup(sheet, last)
    return out.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    plain = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
    boxed = {**plain, "border": 1}
    kinds: dict[str, dict[str, Any]] = {
        "text": {**boxed, "num_format": "@"},
        "number": {**boxed, "num_format": "0", "align": "center"},
        "money": {**boxed, "num_format": MONEY_FORMAT, "align": "right"},
        "total": {**boxed, "bold": True},
        "total_money": {**boxed, "num_format": MONEY_FORMAT, "align": "right", "bold": True},
        "title": {**plain, "font_size": 16, "bold": True, "align": "center"},
        "plain": plain,
        "header": {
            **boxed,
            "bold": True,
            "align": "center",
            "text_wrap": True,
            "bg_color": "#E7E6E6",
        },
    }
    return {name: book.add_format(look) for name, look in kinds.items()}


def _head(
    sheet: Any, looks: dict[str, Any], statement: Mapping[str, Any], county_name: str, day: date
) -> None:
    sums = statement["sums"]
    title = say("{county}惠民卡日对账单", county=county_name)
    sheet.merge_range(TITLE_ROW, 0, TITLE_ROW, len(COLUMNS) - 1, title, looks["title"])
    place = say(
        "示范点：{name}    日期：{day}    单位：元",
        name=statement["outlet"]["name"],
        day=day_words(day),
    )
    sheet.write_string(PLACE_ROW, 0, place, looks["plain"])
    counts = say("优惠 {redemptions} 笔，退货 {reversals} 笔", **sums)
    sheet.write_string(SUMS_ROW, 0, counts, looks["plain"])
    sheet.write_string(HASH_ROW, 0, f"SHA-256：{statement['sha256']}", looks["plain"])
    for place_, (heading, *_) in enumerate(COLUMNS):
        sheet.write_string(HEADER_ROW, place_, heading, looks["header"])
    sheet.set_row(TITLE_ROW, 28)
    sheet.set_row(HEADER_ROW, 28)


def _shown(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    at = parse_instant(row["recorded_at"]).astimezone(COUNTY_ZONE)
    return {
        **row,
        "number": number,
        "time": at.strftime("%H:%M:%S"),
        "kind": LEDGER_KINDS[row["kind"]],
        "order": row["order_no"] or row["reverses_order_no"],
        "channel": CHANNELS.say(row["channel"]),
    }


def _row(sheet: Any, looks: dict[str, Any], at: int, shown: Mapping[str, Any]) -> None:
    for place, (_, sort, _, field) in enumerate(COLUMNS):
        value = shown[field]
        if sort == "money":
            sheet.write_number(at, place, Decimal(value).scaleb(-2), looks[sort])
        elif sort == "number":
            sheet.write_number(at, place, value, looks[sort])
        else:
            sheet.write_string(at, place, value or "", looks[sort])


def _foot(sheet: Any, looks: dict[str, Any], statement: Mapping[str, Any], at: int) -> int:
    """The sums and the lines to sign on; the last row that was written."""
    sums = statement["sums"]
    for place, (_, sort, _, field) in enumerate(COLUMNS):
        if sort == "money" and field in sums:
            sheet.write_number(at, place, Decimal(sums[field]).scaleb(-2), looks["total_money"])
        else:
            sheet.write_string(at, place, say("合计") if place == 0 else "", looks["total"])
    for place, signer in SIGNERS:
        sheet.write_string(at + 2, place, signer, looks["plain"])
    return at + 2


def _print_setup(sheet: Any, last_row: int) -> None:
    for place, (_, _, width, _) in enumerate(COLUMNS):
        sheet.set_column(place, place, width)
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.repeat_rows(TITLE_ROW, HEADER_ROW)
    sheet.print_area(TITLE_ROW, 0, last_row, len(COLUMNS) - 1)
    sheet.set_footer(say("&C第 &P 页，共 &N 页"))
    sheet.freeze_panes(HEADER_ROW + 1, 0)
