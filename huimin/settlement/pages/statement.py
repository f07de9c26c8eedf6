"""One settlement: its lines, what is owed, disputes and payments; its files; the rows of a line."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.audit.event_words import event_words
from huimin.audit.export_list import workbook_response
from huimin.core.days import county_day
from huimin.core.money import yuan
from huimin.core.period_words import month_words
from huimin.core.permissions import allows
from huimin.settlement.find_settlements import (
    line_of,
    lines_of,
    rows_behind,
    settlement_of,
    whole_settlement,
)
from huimin.settlement.make import Row
from huimin.settlement.pages import pages
from huimin.settlement.pages.words import own_merchant, page_words, yuan_of
from huimin.settlement.paper import settlement_pdf
from huimin.settlement.workbook import settlement_xlsx
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_xlsx import CONTENT_TYPE, ROWS_MAX, Column
from huimin.web.lists import PAGE_ROWS, Listed, Place, listed
from huimin.web.words import minute_text

FILES = {
    "pdf": (settlement_pdf, "application/pdf"),
    "xlsx": (settlement_xlsx, CONTENT_TYPE),
}


@pages.get("/<settlement_id>")
@require("settlement.read")
def statement(settlement_id: str) -> str:
    """The settlement, and what the reader may do with it now."""
    return statement_page(settlement_id, Form())


def statement_page(settlement_id: str, form: Form, *, opened: str = "") -> str:
    """The page; `opened` is the scope of the form that was refused."""
    merchant_id, today = own_merchant(), county_day(instance().clock())
    whole = instance().engine.read(
        lambda tx: whole_settlement(tx, settlement_id, merchant_id=merchant_id)
    )
    found, role = whole["settlement"], member().role
    in_time = found["confirm_by"] >= today.isoformat()
    return render_template(
        "settlement/statement.html",
        form=form,
        opened=opened,
        may_confirm=allows(role, "settlement.answer") and found["state"] == "open" and in_time,
        may_dispute=allows(role, "settlement.answer")
        and found["state"] in ("open", "disputed")
        and (in_time or found["state"] == "disputed"),
        to_dispute=[
            (str(line["line_no"]), _line_words(line))
            for line in (*whole["lines"], *whole["adjustments"])
            if line["line_no"] not in whole["disputed_lines"]
        ],
        may_manage=allows(role, "settlement.manage"),
        overdue=found["state"] == "open" and not in_time,
        # What the time has confirmed can be paid before any job has said so.
        payable_now=found["unpaid_fen"] > 0
        and (found["state"] == "confirmed" or (found["state"] == "open" and not in_time)),
        may_take_back=found["state"] in ("confirmed", "paid"),
        unpaid_yuan=yuan(found["unpaid_fen"]),
        today=today.isoformat(),
        event_words=event_words,
        **whole,
        **page_words(),
    )


def _line_words(line: Row) -> str:
    """A line in a choice: its number, its outlet, and its policy or earlier month."""
    what = line["policy_name"] or month_words(line["adjusts_month"], request_language())
    version = line["policy_version"]
    edition = "" if version is None else " " + _("第 {version} 版", version=version)
    return f"{line['line_no']}. {line['outlet_name']} {what}{edition}"


@pages.get("/<settlement_id>/settlement.pdf")
@require("settlement.read")
def pdf(settlement_id: str) -> Response:
    """The 结算单 to print and sign; the header says the file's SHA-256."""
    return _file(settlement_id, "pdf")


@pages.get("/<settlement_id>/settlement.xlsx")
@require("settlement.read")
def xlsx(settlement_id: str) -> Response:
    """The same as a workbook."""
    return _file(settlement_id, "xlsx")


def _file(settlement_id: str, form: str) -> Response:
    merchant_id = own_merchant()

    def work(tx: Transaction) -> tuple[Row, list[Row]]:
        found = settlement_of(tx, settlement_id, merchant_id=merchant_id)
        return found, lines_of(tx, found)

    found, lines = instance().engine.read(work)
    make, content_type = FILES[form]
    content = make(found, lines, instance().settings.county_name)
    response = Response(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{found["number"]}.{form}"'
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-SHA256"] = hashlib.sha256(content).hexdigest()
    return response


@pages.get("/<settlement_id>/rows")
@require("settlement.read")
def line_rows(settlement_id: str) -> str | Response:
    """The ledger rows behind one line (`line`), a page at a time, or all as a workbook."""
    merchant_id, place = own_merchant(), Place.asked()
    asked = request.args.get("line", "1")
    as_workbook = request.args.get("format") == "xlsx"
    size = ROWS_MAX if as_workbook else PAGE_ROWS

    def work(tx: Transaction) -> tuple[Row, Row | None, Listed]:
        found = settlement_of(tx, settlement_id, merchant_id=merchant_id)
        if asked == "1" and not lines_of(tx, found):
            return found, None, Listed([], 0)
        line = line_of(tx, found, int(asked) if asked.isdecimal() and len(asked) < 9 else 0)
        return (
            found,
            line,
            listed(
                lambda key, n, backwards=False: rows_behind(
                    tx, found, line, key, n, backwards=backwards
                ),
                # The rows of a month that is locked are those that were counted into the line.
                lambda: line["redemptions"] + line["reversals"],
                place=place,
                size=size,
            ),
        )

    found, line, page = instance().engine.read(work)
    if as_workbook:
        return workbook_response(f"{found['number']}-{asked}", _row_columns(), page.rows)
    return render_template(
        "settlement/rows.html",
        settlement=found,
        line=line,
        page=page,
        arguments={"settlement_id": settlement_id, "line": asked},
        **page_words(),
    )


def _row_columns() -> list[Column]:
    kinds: dict[str, Any] = {"redemption": _("优惠"), "reversal": _("退货")}
    return [
        (_("收据号"), lambda row: row["receipt_no"]),
        (_("订单号"), lambda row: row["order_no"]),
        (_("种类"), lambda row: str(kinds[row["kind"]])),
        (_("时间"), lambda row: minute_text(row["occurred_at"])),
        (_("原月份"), lambda row: row["adjusts_month"]),
        (_("持卡人"), lambda row: row["name_masked"]),
        (_("收银员"), lambda row: row["cashier"]),
        (_("原价"), yuan_of("amount_fen")),
        (_("优惠"), yuan_of("discount_fen")),
        (_("实付"), yuan_of("payable_fen")),
        (_("商户承担"), yuan_of("merchant_share_fen")),
        (_("财政承担"), yuan_of("government_share_fen")),
    ]
