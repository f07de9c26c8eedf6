"""A template to start from: the built-in workbook's sheets with placeholders for its figures."""

from __future__ import annotations

from datetime import date

from huimin.core.catalogue import say, sentences
from huimin.core.words import FACT_NAMES, FIGURE_NAMES, GROUPING_NAMES
from huimin.ledger.groupings import tables
from huimin.reports.figures import FIGURES
from huimin.reports.template.fields import SIGNERS as SIGNED
from huimin.reports.wording import SIGNERS
from huimin.web.workbook import Sheet, new_workbook

MADE = date(2026, 1, 1)
PERIOD, UNIT = sentences("期间：{{period}}", "单位：{{unit}}")


def example_template() -> bytes:
    """An .xlsx that is itself a sound template; the same bytes each time."""
    with new_workbook(say("惠民卡报表模板"), "", MADE) as workbook:
        _cover(workbook.sheet(say("封面")))
        for grouping in tables():
            _grouping(workbook.sheet(say("按{code}", code=GROUPING_NAMES.say(grouping.code))))
    return workbook.content


def _cover(sheet: Sheet) -> None:
    sheet.widths([22] * 4)
    sheet.title("{{title}}", 3)
    sheet.halves(PERIOD, UNIT, 3)
    sheet.header(sentences("项目", "本期", "上期", "增减"))
    for code in FACT_NAMES:
        values = (f"{{{{{part}.{code}}}}}" for part in ("now", "previous", "change"))
        sheet.cells(("any", text) for text in (FACT_NAMES.say(code), *values))
    sheet.row += 1
    sheet.signers([f"{line}{{{{{name}}}}}" for line, name in zip(SIGNERS, SIGNED, strict=True)], 4)
    sheet.print_setup(3)


def _grouping(sheet: Sheet) -> None:
    columns = ("number", "name", *FIGURES, "change_discount_fen")
    figures = (FIGURE_NAMES.say(figure) for figure in FIGURES)
    headings = (*sentences("序号", "名称"), *figures, say("优惠增减"))
    last = len(columns) - 1
    sheet.widths([6, 30, *[13] * (last - 1)])
    sheet.title("{{title}}", last)
    sheet.halves(PERIOD, UNIT, last)
    sheet.header(headings)
    sheet.cells(("any", f"{{{{{column}}}}}") for column in columns)
    totals = (f"{{{{total.{column}}}}}" for column in columns[2:])
    sheet.cells(("any", text) for text in ("", say("合计"), *totals))
    sheet.row += 1
    sheet.text("{{note}}")
    sheet.print_setup(last)
    sheet.sheet.repeat_rows(0, 2)
