"""A template to start from: the built-in workbook's sheets with placeholders for its figures."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import xlsxwriter

from huimin.core.catalogue import say, sentences
from huimin.core.words import FACT_NAMES, FIGURE_NAMES, GROUPING_NAMES
from huimin.ledger.groupings import tables
from huimin.reports.figures import FIGURES
from huimin.reports.template.fields import SIGNERS as SIGNED
from huimin.reports.wording import SIGNERS

MADE = datetime(2026, 1, 1)


def example_template() -> bytes:
    """An .xlsx that is itself a sound template; the same bytes each time."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": say("惠民卡报表模板"), "created": MADE})
    title = book.add_format({"bold": True, "font_size": 18, "align": "center", "font_name": "宋体"})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "bg_color": "#E7E6E6"})
    cell = book.add_format({"border": 1})
    plain = book.add_format({"font_name": "宋体"})
    _cover(book.add_worksheet(say("封面")), title, head, cell)
    for grouping in tables():
        _grouping(
            book.add_worksheet(say("按{code}", code=GROUPING_NAMES.say(grouping.code))),
            title,
            head,
            cell,
            plain,
        )
    book.close()
    return out.getvalue()


def _cover(sheet: Any, title: Any, head: Any, cell: Any) -> None:
    sheet.merge_range(0, 0, 0, 3, "{{title}}", title)
    sheet.write_string(1, 0, say("期间：{{period}}"))
    sheet.write_string(1, 3, say("单位：{{unit}}"))
    for place, heading in enumerate(sentences("项目", "本期", "上期", "增减")):
        sheet.write_string(2, place, heading, head)
    for at, code in enumerate(FACT_NAMES, start=3):
        sheet.write_string(at, 0, FACT_NAMES.say(code), cell)
        for place, part in enumerate(("now", "previous", "change"), start=1):
            sheet.write_string(at, place, f"{{{{{part}.{code}}}}}", cell)
    for place, (line, name) in enumerate(zip(SIGNERS, SIGNED, strict=True)):
        sheet.write_string(len(FACT_NAMES) + 4, place, f"{line}{{{{{name}}}}}")
    sheet.set_column(0, 3, 22)
    sheet.set_paper(9)


def _grouping(sheet: Any, title: Any, head: Any, cell: Any, plain: Any) -> None:
    columns = ("number", "name", *FIGURES, "change_discount_fen")
    headings = (
        say("序号"),
        say("名称"),
        *(FIGURE_NAMES.say(figure) for figure in FIGURES),
        say("优惠增减"),
    )
    last = len(columns) - 1
    sheet.merge_range(0, 0, 0, last, "{{title}}", title)
    sheet.write_string(1, 0, say("期间：{{period}}"), plain)
    sheet.write_string(1, last, say("单位：{{unit}}"), plain)
    for place, (column, heading) in enumerate(zip(columns, headings, strict=True)):
        sheet.write_string(2, place, heading, head)
        sheet.write_string(3, place, f"{{{{{column}}}}}", cell)
        total = say("合计") if column == "name" else f"{{{{total.{column}}}}}"
        sheet.write_string(4, place, "" if column == "number" else total, cell)
    sheet.write_string(6, 0, "{{note}}", plain)
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 30)
    sheet.set_column(2, last, 13)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 2)
