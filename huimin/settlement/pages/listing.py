"""The list of settlements: a manager's own, or the county's with filters; and as a workbook."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from huimin.access.guards import require
from huimin.audit.export_list import workbook_response
from huimin.core.days import county_day
from huimin.core.words import SETTLEMENT_STATES
from huimin.settlement.find_settlements import (
    LATE_DAYS,
    WantedSettlements,
    count_settlements,
    months_settled,
    settlements_before,
)
from huimin.settlement.pages import pages
from huimin.settlement.pages.words import own_merchant, page_words, yuan_of
from huimin.settlement.wording import STATES, state_words
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_xlsx import ROWS_MAX, Column
from huimin.web.lists import COUNT_MAX, PAGE_ROWS, Listed, Place, listed
from huimin.web.words import minute_text

FILTERS = ("month", "state", "late")
LATE = {
    "confirm": lazy_gettext("确认期限已过"),
    "pay": lazy_gettext("确认后 {days} 天还没付清", days=LATE_DAYS),
}


@pages.get("/")
@require("settlement.read")
def settlements() -> str | Response:
    """The list, the latest month first."""
    form = Form.asked(FILTERS)
    as_workbook = request.args.get("format") == "xlsx"
    page = _page(form, size=ROWS_MAX if as_workbook else PAGE_ROWS)
    if as_workbook:
        return workbook_response(_("结算单"), _columns(), page.rows)
    language, merchant_id = request_language(), own_merchant()
    words = page_words()
    months = instance().engine.read(lambda tx: months_settled(tx, merchant_id))
    return render_template(
        "settlement/settlements.html",
        form=form,
        page=page,
        arguments={name: value for name, value in form.values.items() if value},
        narrowed=any(form.values.values()),
        months=[(month, words["month_word"](month)) for month in months],
        states=[(state, SETTLEMENT_STATES.say(state, language)) for state in STATES],
        late=list(LATE.items()),
        **words,
    )


def _page(form: Form, *, size: int) -> Listed:
    today, merchant_id = county_day(instance().clock()), own_merchant()
    wanted = WantedSettlements(
        today=today,
        merchant_id=merchant_id,
        month=form.optional("month"),
        state=form.optional("state"),
        late=form.optional("late"),
    )
    place = Place.asked()
    return instance().engine.read(
        lambda tx: listed(
            lambda key, n, backwards=False: settlements_before(
                tx, wanted, key, n, backwards=backwards
            ),
            lambda: count_settlements(tx, wanted, COUNT_MAX + 1),
            place=place,
            size=size,
        )
    )


def _columns() -> list[Column]:
    language = request_language()
    return [
        (_("编号"), lambda row: row["number"]),
        (_("月份"), lambda row: row["month"]),
        (_("商户"), lambda row: row["merchant_name"]),
        (_("统一社会信用代码"), lambda row: row["credit_code"]),
        (_("状态"), lambda row: state_words(row, language)),
        (_("笔数"), lambda row: row["redemptions"]),
        (_("退货"), lambda row: row["reversals"]),
        (_("原价"), yuan_of("amount_fen")),
        (_("优惠"), yuan_of("discount_fen")),
        (_("商户承担"), yuan_of("merchant_share_fen")),
        (_("财政承担"), yuan_of("government_share_fen")),
        (_("上期结转"), yuan_of("carried_in_fen")),
        (_("应付"), yuan_of("due_fen")),
        (_("结转下期"), yuan_of("carried_fen")),
        (_("已付"), yuan_of("paid_fen")),
        (_("未付"), yuan_of("unpaid_fen")),
        (_("确认期限"), lambda row: row["confirm_by"]),
        (_("确认时间"), lambda row: minute_text(row["confirmed_at"])),
    ]
