"""The claims behind a number of a report: a list in pages, and the same as xlsx."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext as _

from huimin.access.guards import member, require
from huimin.audit.export_list import workbook_response
from huimin.core.period import checked_period
from huimin.core.period_words import month_words
from huimin.core.permissions import allows
from huimin.reports.claims_behind import ClaimsBehind
from huimin.reports.pages import pages, present_month, words
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.language import request_language
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import PAGE_ROWS, Listed, Place, listed
from huimin.web.words import STATES, minute_text


@pages.get("/claims")
@require("ledger.read")
def claims() -> str | Response:
    """The claims that a number counts."""
    asked = {name: request.args.get(name, "") for name in ("month", "of")}
    period = checked_period(asked["month"] or present_month())
    wanted = ClaimsBehind.asked(period, asked["of"])
    as_workbook = request.args.get("format") == "xlsx"

    def look_up(tx: Transaction) -> Listed:
        return listed(
            partial(wanted.page, tx),
            lambda: wanted.count(tx),
            place=Place() if as_workbook else Place.asked(),
            size=ROWS_MAX if as_workbook else PAGE_ROWS,
        )

    page, language = instance().engine.read(look_up), request_language()
    if as_workbook:
        return workbook_response(_("补办登记"), _columns(), page.rows)
    return render_template(
        "reports/claims.html",
        page=page,
        wanted=wanted,
        heading=month_words(period.text, language),
        arguments={name: value for name, value in asked.items() if value},
        may_claim=allows(member().role, "claim.read"),
        **words(language),
    )


def _columns() -> list[Any]:
    return [
        (_("补办号"), lambda row: row["claim_no"]),
        (_("状态"), lambda row: str(STATES[row["state"]])),
        (_("登记时间"), lambda row: minute_text(row["submitted_at"])),
        (_("决定时间"), lambda row: minute_text(row["decided_at"]) if row["decided_at"] else None),
        (_("购买日期"), lambda row: row["business_day"]),
        (_("示范点"), lambda row: row["outlet_name"]),
        (_("持卡人"), lambda row: row["name_masked"]),
        (_("原价"), lambda row: Decimal(row["amount_fen"]).scaleb(-2)),
    ]
