"""A province's month as one page that needs nothing else: no script, no address, no sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader

from huimin.core.catalogue import SOURCE, say
from huimin.core.words import GROUPING_NAMES
from huimin.province.adding_up import SHARED, ProvinceMonth
from huimin.province.province_columns import chain_columns, county_columns
from huimin.reports.columns import Column, columns_of, shown_text
from huimin.reports.facts import fact_headings, facts_of
from huimin.reports.figures import ReportRow
from huimin.reports.wording import counted_words, notes_of, title_words

_PAGES = Environment(loader=PackageLoader("huimin", "templates"), autoescape=True)


def province_page(province: ProvinceMonth, name: str) -> bytes:
    """The page as UTF-8 HTML; the same month gives the same bytes. `name` is the province's."""
    report = province.report
    tables = [
        _facts(province),
        _table(say("各县"), county_columns(province), province.rows, report.total),
        *(
            _table(
                say("按{grouping}", grouping=GROUPING_NAMES.say(grouping)),
                columns_of(grouping, report),
                report.rows(grouping),
                report.total,
            )
            for grouping in SHARED
        ),
        _table(say("跨县商户"), chain_columns(province), province.chains, None),
    ]
    page = _PAGES.get_template("province/month.html").render(
        lang="zh-Hans",
        title=title_words(name, report.month),
        period=say("期间：{month}", month=counted_words(report)),
        unit=say("单位：元"),
        notes=[note.say() for note in province.notes],
        not_added_title=say("没有汇总的县和文件"),
        not_added=not_added_lines(province),
        tables=[table for table in tables if table["rows"]],
        foot=[say("注：{note}", note=note) for note in notes_of(report)],
    )
    return page.encode()


def not_added_lines(province: ProvinceMonth, language: str = SOURCE) -> list[str]:
    """A line for each county that is missing and each file that was left out, with the reason."""
    missing = (
        say("{name}（{code}）：没有上报", language, name=name, code=code)
        for code, name in province.missing
    )
    left_out = (
        say("{file}：{why}", language, file=each.file, why=each.why) for each in province.left_out
    )
    return [*missing, *left_out]


def _facts(province: ProvinceMonth) -> dict[str, Any]:
    headings = fact_headings(province.report)
    rows = [fact.cells() for fact in facts_of(province.report)]
    return {
        "title": say("总览"),
        "headings": _marked(headings),
        "rows": [{"total": False, "cells": _marked(cells)} for cells in rows],
    }


def _marked(cells: Sequence[str]) -> list[tuple[str, bool]]:
    return [(cell, place == 0) for place, cell in enumerate(cells)]


def _table(
    title: str, columns: Sequence[Column], rows: Sequence[ReportRow], total: ReportRow | None
) -> dict[str, Any]:
    def cells(row: ReportRow) -> list[tuple[str, bool]]:
        return [
            (shown_text(column.value(row), column.sort), column.sort == "text")
            for column in columns
        ]

    lines = [{"total": False, "cells": cells(row)} for row in rows]
    if rows and total is not None:
        lines.append({"total": True, "cells": cells(total)})
    headings = [(column.heading, column.sort == "text") for column in columns]
    return {"title": title, "headings": headings, "rows": lines}
