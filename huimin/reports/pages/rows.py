"""The ledger rows behind a number of a report: a list in pages, its sums, and the same as xlsx."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import require
from huimin.audit.list_answer import list_answer
from huimin.core.catalogue import Words
from huimin.core.period import checked_period
from huimin.core.period_words import month_words
from huimin.core.words import CHANNELS, FIGURE_NAMES, LEDGER_KINDS, PRESENTERS
from huimin.reports.drill_down import Behind
from huimin.reports.pages import pages, present_month, words
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_page import Empty, ListPage
from huimin.web.lists import Listed, Place, in_order, listed
from huimin.web.words import minute_text

# The figures that the page has room for.
SHOWN = ("amount_fen", "discount_fen", "merchant_share_fen", "government_share_fen")


@pages.get("/rows")
@require("ledger.read")
def rows() -> str | Response:
    """The ledger rows behind a number, and what they add up to."""
    criteria = {name: request.args.get(name, "") for name in ("month", "by", "key", "kind")}
    period = checked_period(criteria["month"] or present_month())
    behind = Behind.from_address(
        period, criteria["by"] or "total", criteria["key"], criteria["kind"]
    )
    language = request_language()
    more: dict[str, Any] = {
        "behind": behind,
        "heading": month_words(period.text, language),
        "kind_word": lambda code: LEDGER_KINDS.say(code, language),
        **words(language),
    }

    def read_rows(tx: Transaction, _form: Form, place: Place) -> Listed:
        name = behind.grouping.name_of(behind.key, behind.name(tx), language)
        more.update(sums=behind.sums(tx), name=name)
        return listed(
            in_order(partial(behind.page, tx), place.order),
            lambda: int(more["sums"].rows),
            place=place,
            key_of=lambda row: str(row["place"]),
        )

    return list_answer(
        _list(language, period.text),
        read_rows,
        arguments={name: value for name, value in criteria.items() if value},
        more=lambda _form: more,
    )


def _list(language: str, month: str) -> ListPage:
    nothing, back = _("没有符合条件的交易。"), _("回到报表")
    return ListPage(
        "reports.rows",
        _("交易明细"),
        _columns(language),
        empty=Empty(nothing, "reports.months", back, {"month": month}),
        table_class="table-sm",
        order="time",
    )


def _columns(language: str) -> list[Column]:
    def word_of(heading: str, name: str, known: Words) -> Column:
        return Column(heading, lambda row: known.say(row[name], language), only="workbook")

    def receipt_cell(row: Row) -> Markup:
        receipt = {name: row[name] for name in ("receipt_no", "hash_prefix")}
        address = url_for("ratings.receipt", **receipt)
        return Markup('<a href="{}">{}</a>').format(address, row["receipt_no"])

    def time_cell(row: Row) -> Markup:
        is_late = row["recorded_at"] != row["occurred_at"]
        recorded = _("补传 {time}", time=minute_text(row["recorded_at"])) if is_late else None
        return cells.below(cells.minute(row["occurred_at"]), recorded)

    def kind_cell(row: Row) -> Markup:
        month = row["adjusts_month"]
        channel = None if row["channel"] == "online" else CHANNELS.say(row["channel"], language)
        belongs = _("属于 {month}", month=month) if month else None
        return cells.below(LEDGER_KINDS.say(row["kind"], language), channel, belongs)

    def holder_cell(row: Row) -> Markup:
        return cells.below(row["name_masked"], PRESENTERS.say(row["presenter_kind"], language))

    figures = [figure for figure in FIGURE_NAMES if figure.endswith("_fen")]
    return [
        Column(_("小票号"), "receipt_no", receipt_cell, "nowrap", only="page"),
        Column(_("时间"), lambda row: minute_text(row["occurred_at"]), time_cell, sort="-time"),
        column.minute(_("入账时间"), "recorded_at", only="workbook"),
        Column(_("交易日"), "business_day", only="workbook"),
        Column(_("计入月份"), "month", only="workbook"),
        Column(_("所属月份"), "adjusts_month", only="workbook"),
        Column(_("类型"), lambda row: LEDGER_KINDS.say(row["kind"], language), kind_cell),
        Column(_("小票号"), "receipt_no", only="workbook"),
        Column(_("订单号"), "order_no", only="workbook"),
        Column(_("示范点"), "outlet_name"),
        Column(_("持卡人"), "name_masked", holder_cell),
        word_of(_("出示人"), "presenter_kind", PRESENTERS),
        word_of(_("办理方式"), "channel", CHANNELS),
        *(
            column.money(
                FIGURE_NAMES.say(figure, language),
                figure,
                only=None if figure in SHOWN else "workbook",
            )
            for figure in figures
        ),
    ]
