"""Prices compared: the basket of a month, one good over its outlets and months, each price seen."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import require
from huimin.alerts.rules import LIMITS
from huimin.audit.list_answer import list_answer
from huimin.core.bar_charts import NARROW
from huimin.core.chart_svg import chart_svg
from huimin.core.days import county_day, month_of, parse_month
from huimin.core.period_words import month_words
from huimin.core.refusals import Refusal
from huimin.shelf_prices import queries
from huimin.shelf_prices.basket import all_goods, good_by_id
from huimin.shelf_prices.chart import months_chart, outlets_chart
from huimin.shelf_prices.compare import (
    MonthPrice,
    OutletPrice,
    basket_of_month,
    months_of_good,
    months_with_prices,
    outlets_of_month,
)
from huimin.shelf_prices.find_prices import PriceCriteria, price_by_id, prices_before
from huimin.shelf_prices.pages import pages
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of
from huimin.web.photos import photo_answer


@pages.get("/prices/")
@require("price.read")
def compared() -> str:
    """What each good of the basket costs in a month."""
    wanted = request.args.get("month")

    def query(tx: Transaction) -> dict[str, Any]:
        months = months_with_prices(tx)
        month = _month(wanted, months)
        return {"months": months, "month": month, "goods": basket_of_month(tx, month)}

    return render_template(
        "shelf_prices/compared.html",
        change=_change,
        outlets_min=LIMITS.price_outlets,
        **instance().engine.read(query),
    )


@pages.get("/prices/goods/<good_id>")
@require("price.read")
def good(good_id: str) -> str:
    """One good: its outlets in a month, and the months."""
    wanted = request.args.get("month")

    def query(tx: Transaction) -> dict[str, Any]:
        row = good_by_id(tx, good_id)
        month = _month(wanted, months_with_prices(tx))
        return {
            "good": row,
            "month": month,
            "prices": outlets_of_month(tx, good_id, month),
            "months": months_of_good(tx, good_id, month),
        }

    context = instance().engine.read(query)
    return render_template(
        "shelf_prices/good.html",
        change=_change,
        charts=_charts(context["month"], context["prices"], context["months"]),
        **context,
    )


@pages.get("/prices/seen")
@require("price.read")
def prices() -> str | BaseResponse:
    """Every price as it was written down, the latest first."""
    return list_answer(_list(), rows_of(prices_before, _criteria))


@pages.get("/prices/seen/<price_id>/photo")
@require("price.read")
def photo(price_id: str) -> Response:
    """The photo of a price's label."""
    row = instance().engine.read(lambda tx: price_by_id(tx, price_id))
    if row["photo_id"] is None:
        raise Refusal("not_found")
    return photo_answer(row["photo_id"])


def _month(wanted: str | None, months: list[str]) -> str:
    """The month in the address, or the latest with prices. Raises Refusal `not_found`."""
    if not wanted:
        return months[0] if months else month_of(county_day(instance().clock()))
    try:
        return parse_month(wanted)
    except ValueError:
        raise Refusal("not_found") from None


def _charts(month: str, prices: list[OutletPrice], months: list[MonthPrice]) -> list[Markup]:
    if not prices:
        return []
    words = {"axis": _("价格（元）"), "out": _("偏离")}
    in_month = {
        **words,
        "title": _("{month}各示范点的价格", month=month_words(month, request_language())),
    }
    over_time = {**words, "title": _("各月的中位数")}
    # Every text in them is escaped there.
    return [
        Markup(  # noqa: S704
            chart_svg(outlets_chart(prices, in_month), "chart-wide")
            + chart_svg(outlets_chart(prices, in_month, NARROW), "chart-narrow")
        ),
        Markup(  # noqa: S704
            chart_svg(months_chart(months, over_time), "chart-wide")
            + chart_svg(months_chart(months, over_time, NARROW), "chart-narrow")
        ),
    ]


def _change(basis_points: int | None) -> str:
    """How a price moved, for people: +3.2%, −1.0%, or that it did not."""
    if basis_points is None:
        return str(cells.NOTHING)
    tenths = (abs(basis_points) + 5) // 10
    if not tenths:
        return str(_("持平"))
    return f"{'+' if basis_points > 0 else '−'}{tenths // 10}.{tenths % 10}%"


def _list() -> ListPage:
    goods = instance().engine.read(all_goods)
    outlets = instance().engine.read(lambda tx: list(queries.outlets_with_prices(tx)))
    columns = [
        Column(_("日期"), "seen_on", css_class="nowrap", sort="-at"),
        Column(_("商品"), "good_name", _good_cell),
        Column(_("规格"), "specification", only="workbook"),
        Column(_("单位"), "unit", only="workbook"),
        Column(_("示范点"), "outlet_name"),
        column.money(_("价格"), "price_fen", place="figure"),
        Column(_("照片"), lambda row: None, _photo_link, only="page"),
        Column(_("采集人"), lambda row: row["recorder_name"] or row["recorded_by"]),
        column.minute(_("记录时间"), "recorded_at", only="workbook"),
    ]
    filters = [
        Filter("good", _("商品"), [(row["id"], _named(row)) for row in goods]),
        Filter("outlet", _("示范点"), [(row["id"], row["name"]) for row in outlets]),
        Filter("month", _("月份"), type="month"),
    ]
    nothing = _("还没有采集的价格。先把商品放进篮子，再到店里采集。")
    return ListPage(
        "shelf_prices.prices", _("采集的价格"), columns, filters, Empty(nothing), order="-at"
    )


def _criteria(form: Form) -> PriceCriteria:
    return PriceCriteria(
        good_id=form.optional("good"),
        outlet_id=form.optional("outlet"),
        month=form.optional("month"),
    )


def _named(good: Row) -> str:
    return f"{good['name']} {good['specification']}"


def _good_cell(row: Row) -> Markup:
    name = cells.link(row["good_name"], "shelf_prices.good", row["good_id"])
    return cells.below(name, f"{row['specification']}/{row['unit']}")


def _photo_link(row: Row) -> str | Markup:
    return cells.link(_("看照片"), "shelf_prices.photo", row["id"]) if row["photo_id"] else ""
