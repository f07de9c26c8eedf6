"""The cards behind a number of a report: a list in pages, and the same as xlsx."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.audit.list_answer import list_answer
from huimin.cards.card_columns import card_columns
from huimin.core.days import county_day
from huimin.core.period import checked_period
from huimin.core.period_words import month_words
from huimin.core.permissions import allows
from huimin.reports.cards_behind import CardsBehind, shown_cards
from huimin.reports.pages import pages, present_month, words
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_page import Empty, ListPage
from huimin.web.lists import Listed, Place, in_order, listed


@pages.get("/cards")
@require("ledger.read")
def cards() -> str | Response:
    """The cards that a number counts."""
    criteria = {name: request.args.get(name, "") for name in ("month", "of", "by", "key")}
    period, today = (
        checked_period(criteria["month"] or present_month()),
        county_day(instance().clock()),
    )
    by = criteria["by"] or "total"
    wanted = CardsBehind.from_address(period, criteria["of"], by, criteria["key"], today=today)
    language = request_language()
    more: dict[str, Any] = {
        "wanted": wanted,
        "behind": wanted.behind,
        "heading": month_words(period.text, language),
        **words(language),
    }

    def read_rows(tx: Transaction, _form: Form, place: Place) -> Listed:
        behind = wanted.behind
        more["name"] = behind.grouping.name_of(behind.key, behind.name(tx), language)
        total = wanted.count(tx)
        page = listed(
            in_order(partial(wanted.page, tx, of=total), place.order),
            lambda: total,
            place=place,
            key_of=lambda row: str(row["place"]),
        )
        return replace(page, rows=shown_cards(tx, list(page.rows)))

    return list_answer(
        _list(period.text),
        read_rows,
        arguments={name: value for name, value in criteria.items() if value},
        more=lambda _form: more,
    )


def _list(month: str) -> ListPage:
    role = member().role
    columns = card_columns(
        may_card=allows(role, "card.read"), may_holder=allows(role, "holder.read"), issue_too=True
    )
    columns = [replace(one, sort="-issued") if one.value == "issued_on" else one for one in columns]
    nothing, back = _("没有符合条件的卡。"), _("回到报表")
    return ListPage(
        "reports.cards",
        _("卡片明细"),
        columns,
        empty=Empty(nothing, "reports.months", back, {"month": month}),
        table_class="table-sm",
        order="issued",
    )
