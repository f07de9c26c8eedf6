"""A province's month as a workbook: cover, what is and what is not in it, counties, groupings."""

from __future__ import annotations

from huimin.core.catalogue import say
from huimin.province.adding_up import SHARED, ProvinceMonth
from huimin.province.province_columns import chain_columns, county_columns
from huimin.reports.facts import CoverTable
from huimin.reports.report_xlsx import write_cover, write_grouping, write_months, write_table
from huimin.reports.wording import title_words
from huimin.web.workbook import new_workbook


def province_xlsx(province: ProvinceMonth, name: str) -> bytes:
    """The .xlsx file; the same month gives the same bytes. `name` is the province's."""
    report = province.report
    title = title_words(name, report.month)
    with new_workbook(f"{title} {report.month}", name, report.period.last) as workbook:
        write_cover(workbook.sheet(say("封面")), report, name, _not_added(province))
        if province.rows:
            write_table(
                workbook, report, say("各县"), title, county_columns(province), province.rows
            )
        if report.months:
            write_months(workbook, report, name)
        for grouping in SHARED:
            if report.rows(grouping):
                write_grouping(workbook, report, grouping, name)
        if province.chains:
            sheet_name = say("跨县商户")
            write_table(
                *(workbook, report, sheet_name, f"{name} {sheet_name}"),
                *(chain_columns(province), province.chains),
                with_total=False,
            )
    return workbook.content


def _not_added(province: ProvinceMonth) -> list[CoverTable]:
    """What stands under the lines of the cover: how many were added, and what was not, and why."""
    known = CoverTable(
        (say("汇总说明"),), ("text",), (1,), [(note.say(),) for note in province.notes]
    )
    rows = [
        *((name, code, say("没有上报")) for code, name in province.missing),
        *((each.file, each.code, each.why.say()) for each in province.left_out),
    ]
    headings = (say("没有汇总的县和文件"), say("行政区划代码"), say("原因"))
    return [known, *([CoverTable(headings, ("text",) * 3, (2, 1, 3), rows)] if rows else [])]
