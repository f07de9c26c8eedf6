"""The cards behind a number of a report: a list in pages, and the same as xlsx."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flask import Response, render_template, request
from flask_babel import gettext as _

from huimin.access.guards import member, require
from huimin.audit.export_list import workbook_response
from huimin.cards.card_columns import card_columns
from huimin.core.days import county_day
from huimin.core.period import checked_period
from huimin.core.period_words import month_words
from huimin.core.permissions import allows
from huimin.reports.cards_behind import CardsBehind, shown_cards
from huimin.reports.pages import pages, present_month, words
from huimin.reports.wording import name_of_group
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.language import request_language
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import PAGE_ROWS, Listed, Place, listed


@pages.get("/cards")
@require("ledger.read")
def cards() -> str | Response:
    """The cards that a number counts."""
    asked = {name: request.args.get(name, "") for name in ("month", "of", "by", "key")}
    period, today = (
        checked_period(asked["month"] or present_month()),
        county_day(instance().clock()),
    )
    by = asked["by"] or "total"
    wanted = CardsBehind.asked(period, asked["of"], by, asked["key"], today=today)
    as_workbook = request.args.get("format") == "xlsx"

    def look_up(tx: Transaction) -> tuple[Listed, str]:
        page = listed(
            partial(wanted.page, tx),
            lambda: wanted.count(tx),
            place=Place() if as_workbook else Place.asked(),
            key_of=lambda row: str(row["place"]),
            size=ROWS_MAX if as_workbook else PAGE_ROWS,
        )
        return replace(page, rows=shown_cards(tx, list(page.rows))), wanted.behind.name(tx)

    page, name = instance().engine.read(look_up)
    language = request_language()
    if as_workbook:
        return workbook_response(_("卡片明细"), card_columns(), page.rows)
    return render_template(
        "reports/cards.html",
        page=page,
        wanted=wanted,
        behind=wanted.behind,
        name=name_of_group(wanted.behind.by, wanted.behind.key, name, language),
        heading=month_words(period.text, language),
        arguments={name: value for name, value in asked.items() if value},
        may_card=allows(member().role, "card.read"),
        may_holder=allows(member().role, "holder.read"),
        **words(language),
    )
