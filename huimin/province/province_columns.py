"""The tables of a province's month: a row for each county, and one for each chain of merchants."""

from __future__ import annotations

from huimin.core.catalogue import say
from huimin.province.adding_up import ProvinceMonth
from huimin.reports.columns import Column, figure_columns, key_of_group


def county_columns(province: ProvinceMonth) -> tuple[Column, ...]:
    """Name, code, and the figures of a county's report."""
    return (
        Column(say("县区"), "text", lambda row: row.name),
        Column(say("行政区划代码"), "text", key_of_group),
        *figure_columns(province.report),
    )


def chain_columns(province: ProvinceMonth) -> tuple[Column, ...]:
    """Merchant, credit code, and the same figures without cards."""
    cards = say("用卡张数")
    figures = (each for each in figure_columns(province.report) if each.heading != cards)
    return (
        Column(say("商户"), "text", lambda row: row.name),
        Column(say("统一社会信用代码"), "text", key_of_group),
        *figures,
    )
