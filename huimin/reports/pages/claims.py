"""The claims behind a number of a report: a list in pages, and the same as xlsx."""

from __future__ import annotations

from functools import partial

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.audit.list_answer import list_answer
from huimin.core.period import checked_period
from huimin.core.period_words import month_words
from huimin.core.permissions import allows
from huimin.reports.claims_behind import ClaimsBehind
from huimin.reports.pages import pages, present_month, words
from huimin.storage.engine import Transaction
from huimin.web import column
from huimin.web.column import Column
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_page import Empty, ListPage
from huimin.web.lists import Listed, Place, in_order, listed
from huimin.web.words import STATES


@pages.get("/claims")
@require("ledger.read")
def claims() -> str | Response:
    """The claims that a number counts."""
    criteria = {name: request.args.get(name, "") for name in ("month", "of")}
    period = checked_period(criteria["month"] or present_month())
    wanted = ClaimsBehind.from_address(period, criteria["of"])
    language = request_language()
    heading = month_words(period.text, language)

    def read_rows(tx: Transaction, _form: Form, place: Place) -> Listed:
        return listed(
            in_order(partial(wanted.page, tx), place.order), lambda: wanted.count(tx), place=place
        )

    return list_answer(
        _list(period.text),
        read_rows,
        arguments={name: value for name, value in criteria.items() if value},
        more=lambda _form: {"wanted": wanted, "heading": heading, **words(language)},
    )


def _list(month: str) -> ListPage:
    number = Column(_("补录号"), "claim_no", css_class="nowrap")
    if allows(member().role, "claim.read"):
        number = column.linked(_("补录号"), "claim_no", "claims.claim", css_class="nowrap")
    columns = [
        number,
        column.state(_("现在的状态"), STATES),
        column.minute(_("登记时间"), "submitted_at", sort="-at"),
        column.minute(_("决定时间"), "decided_at"),
        Column(_("购买日期"), "business_day", css_class="nowrap"),
        Column(_("示范点"), "outlet_name"),
        Column(_("持卡人"), "name_masked", css_class="nowrap"),
        column.money(_("原价"), "amount_fen", place="figure"),
    ]
    nothing, back = _("没有符合条件的补录。"), _("回到报表")
    return ListPage(
        "reports.claims",
        _("补录明细"),
        columns,
        empty=Empty(nothing, "reports.months", back, {"month": month}),
        table_class="table-sm",
        order="at",
        file_name=_("补录登记"),
    )
