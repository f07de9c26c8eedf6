"""The office's list of what tills sent of their time without network: what was refused, and why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from huimin.access.guards import require
from huimin.audit.export_list import workbook_response
from huimin.checkout.offline.items import (
    BorneSums,
    WantedItems,
    items_before,
    outlets_with_items,
    sums_of_items,
)
from huimin.core.money import yuan
from huimin.core.refusals import FieldProblems
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import PAGE_ROWS, Listed, Place, listed
from huimin.web.words import grouped, minute_text

offline_pages = Blueprint("offline", __name__)

FILTERS = ("status", "outlet", "bearer", "first", "last")
STATUSES = {
    "refused": lazy_gettext("没有入账"),
    "accepted": lazy_gettext("已入账"),
    "duplicate": lazy_gettext("之前已入账"),
}
BEARERS = {"merchant": lazy_gettext("由商户承担"), "government": lazy_gettext("由政府承担")}
# Without any wish for a status, what was refused is shown; "all" is every status.
ALL = "all"


@offline_pages.get("/offline/", endpoint="items")
@require("offline.read")
def offline_items() -> str | Response:
    """What was sent, the latest first; with format=xlsx all of it as a workbook."""
    form = Form.asked(FILTERS)
    form = Form({**form.values, "status": form.text("status") or "refused"})
    as_workbook = request.args.get("format") == "xlsx"
    page, sums = Listed([], 0, "", None), BorneSums(0, 0, 0)
    outlets: list[Any] = []
    try:
        page, sums, outlets = _look(form, ROWS_MAX if as_workbook else PAGE_ROWS)
    except FieldProblems as why:
        form = form.refused(why)
    if as_workbook:
        return workbook_response(_("断网时的交易"), _columns(), page.rows)
    return render_template(
        "checkout/offline_items.html",
        form=form,
        page=page,
        sums=sums,
        outlets=[(row["id"], row["name"]) for row in outlets],
        arguments={name: value for name, value in form.values.items() if value},
        narrowed=any(form.text(name) for name in FILTERS if name != "status"),
        statuses=[*STATUSES.items(), (ALL, _("全部"))],
        status_words=STATUSES,
        bearers=list(BEARERS.items()),
        bearer_words=BEARERS,
    )


def _look(form: Form, size: int) -> tuple[Listed, BorneSums, list[Any]]:
    status, language = form.text("status"), request_language()
    wanted = WantedItems(
        status=None if status == ALL else status,
        outlet_id=form.optional("outlet"),
        bearer=form.optional("bearer"),
        first=form.optional_day("first"),
        last=form.optional_day("last"),
    )
    place = Place.asked()

    def look_up(tx: Transaction) -> tuple[Listed, BorneSums, list[Any]]:
        sums = sums_of_items(tx, wanted)
        page = listed(
            lambda key, count, backwards=False: items_before(
                tx, wanted, key, count, language, backwards=backwards
            ),
            lambda: sums.count,
            place=place,
            size=size,
        )
        return page, sums, outlets_with_items(tx)

    return instance().engine.read(look_up)


def _columns() -> list[Any]:
    return [
        (_("交易日"), lambda row: row["business_day"]),
        (_("交易时间"), lambda row: minute_text(row["occurred_at"])),
        (_("示范点"), lambda row: row["outlet_name"]),
        (_("收银终端"), lambda row: f"{row['terminal_code']} {row['till_label']}"),
        (_("收银员"), lambda row: row["cashier"]),
        (_("订单号"), lambda row: row["order_no"]),
        (_("卡号"), lambda row: grouped(row["card_number"]) if row["card_number"] else None),
        (_("持有人"), lambda row: row["name_masked"]),
        (_("原价（元）"), lambda row: Decimal(yuan(row["amount_fen"]))),
        (_("优惠（元）"), lambda row: Decimal(yuan(row["discount_fen"]))),
        (_("实付（元）"), lambda row: Decimal(yuan(row["payable_fen"]))),
        (_("结果"), lambda row: str(STATUSES[row["status"]])),
        (_("原因"), lambda row: row["reason"]),
        (_("由谁承担"), lambda row: str(BEARERS[row["bearer"]]) if row["bearer"] else None),
        (_("收据号"), lambda row: row["receipt_no"]),
        (_("上传时间"), lambda row: minute_text(row["recorded_at"])),
        (_("设备时钟偏差（秒）"), lambda row: row["device_clock_offset_ms"] // 1_000),
    ]
