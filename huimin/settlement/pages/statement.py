"""One settlement: its lines, what is owed, disputes and payments; its files; the rows of a line."""

from __future__ import annotations

import hashlib

from flask import render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.audit.list_answer import list_answer
from huimin.core.days import county_day
from huimin.core.money import yuan
from huimin.core.period_words import month_words
from huimin.core.permissions import allows
from huimin.settlement.find_settlements import (
    line_of,
    lines_of,
    of_line,
    rows_behind,
    settlement_of,
    whole_settlement,
)
from huimin.settlement.pages import pages
from huimin.settlement.pages.words import own_merchant, page_words
from huimin.settlement.paper import settlement_pdf
from huimin.settlement.payees import payee_for, payee_in_force, payee_waiting
from huimin.settlement.workbook import settlement_xlsx
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.file_answer import file_response
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_page import Empty, ListPage
from huimin.web.lists import Listed, Place, page_of
from huimin.web.words import minute_text
from huimin.web.workbook import CONTENT_TYPE

FILES = {"pdf": (settlement_pdf, "application/pdf"), "xlsx": (settlement_xlsx, CONTENT_TYPE)}


@pages.get("/<settlement_id>")
@require("settlement.read")
def statement(settlement_id: str) -> str:
    """The settlement, and what the reader may do with it now."""
    return statement_page(settlement_id, Form())


def statement_page(settlement_id: str, form: Form, *, opened: str = "") -> str:
    """The page; `opened` is the scope of the form that was refused."""
    merchant_id, today = own_merchant(), county_day(instance().clock())

    def read(tx: Transaction) -> Row:
        whole = whole_settlement(tx, settlement_id, merchant_id=merchant_id)
        return {**whole, **_payee(tx, whole["settlement"])}

    whole = instance().engine.read(read)
    settlement, role = whole["settlement"], member().role
    in_time = settlement["confirm_by"] >= today.isoformat()
    return render_template(
        "settlement/statement.html",
        form=form,
        opened=opened,
        may_confirm=allows(role, "settlement.answer") and settlement["state"] == "open" and in_time,
        may_dispute=allows(role, "settlement.answer")
        and settlement["state"] in ("open", "disputed")
        and (in_time or settlement["state"] == "disputed"),
        to_dispute=[
            (str(line["line_no"]), _line_words(line))
            for line in (*whole["lines"], *whole["adjustments"])
            if line["line_no"] not in whole["disputed_lines"]
        ],
        may_manage=allows(role, "settlement.manage"),
        overdue=settlement["state"] == "open" and not in_time,
        # What the time has confirmed can be paid before any job has said so.
        payable_now=settlement["unpaid_fen"] > 0
        and (settlement["state"] == "confirmed" or (settlement["state"] == "open" and not in_time)),
        may_take_back=settlement["state"] in ("confirmed", "paid"),
        unpaid_yuan=yuan(settlement["unpaid_fen"]),
        today=today.isoformat(),
        **whole,
        **page_words(),
    )


def _payee(tx: Transaction, settlement: Row) -> Row:
    """Where it is paid to, masked, and whether that is not the account in force or will change."""
    secrets, merchant_id = instance().personal_data, settlement["merchant_id"]
    own, current = payee_for(tx, secrets, settlement), payee_in_force(tx, secrets, merchant_id)
    return {
        "payee": own.payee.masked() if own and own.payee else None,
        "payee_unreadable": own is not None and own.payee is None,
        "payee_changed": own is not None and current is not None and own.row != current.row,
        "payee_waits": payee_waiting(tx, secrets, merchant_id) is not None,
    }


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
        settlement = settlement_of(tx, settlement_id, merchant_id=merchant_id)
        return settlement, lines_of(tx, settlement)

    settlement, lines = instance().engine.read(work)
    make, content_type = FILES[form]
    content = make(settlement, lines, instance().settings.county_name)
    response = file_response(content, content_type, f"{settlement['number']}.{form}")
    response.headers["X-Content-SHA256"] = hashlib.sha256(content).hexdigest()
    return response


@pages.get("/<settlement_id>/rows")
@require("settlement.read")
def line_rows(settlement_id: str) -> str | Response:
    """The ledger rows behind one line (`line`), a page at a time, or all as a workbook."""
    line_no, merchant_id = request.args.get("line", "1"), own_merchant()

    def work(tx: Transaction) -> tuple[Row, Row | None]:
        settlement = settlement_of(tx, settlement_id, merchant_id=merchant_id)
        if line_no == "1" and not lines_of(tx, settlement):
            return settlement, None
        return settlement, line_of(
            tx, settlement, int(line_no) if line_no.isdecimal() and len(line_no) < 9 else 0
        )

    settlement, line = instance().engine.read(work)

    def read_rows(tx: Transaction, _form: Form, place: Place) -> Listed:
        if line is None:
            return Listed([], 0)
        # The rows of a month that is locked are those that were counted into the line.
        count = line["redemptions"] + line["reversals"]
        criteria = of_line(settlement, line)
        return page_of(rows_behind, tx, criteria, place, count=lambda: count)

    return list_answer(
        _rows_list(settlement, line, line_no),
        read_rows,
        arguments={"settlement_id": settlement_id, "line": line_no},
        more=lambda _form: {"settlement": settlement, "line": line, **page_words()},
    )


def _rows_list(settlement: Row, line: Row | None, line_no: str) -> ListPage:
    language = request_language()

    def time_cell(row: Row) -> Markup:
        month = row["adjusts_month"]
        earlier = f"{_('原月份')} {month_words(month, language)}" if month else None
        return cells.below(minute_text(row["occurred_at"]), earlier)

    columns = [
        Column(_("收据号"), "receipt_no", css_class="nowrap"),
        Column(_("时间"), time_cell, css_class="nowrap", only="page", sort="-time"),
        Column(_("订单号"), "order_no", lambda row: row["order_no"] or cells.NOTHING),
        column.word(
            _("种类"), "kind", {"redemption": _("优惠"), "reversal": _("退货")}, css_class="nowrap"
        ),
        column.minute(_("时间"), "occurred_at", only="workbook"),
        Column(_("原月份"), "adjusts_month", only="workbook"),
        Column(_("持卡人"), "name_masked", css_class="nowrap"),
        Column(_("收银员"), "cashier", only="workbook"),
        column.money(_("原价"), "amount_fen", sort="-amount"),
        column.money(_("优惠"), "discount_fen", place="figure", sort="-discount"),
        column.money(_("实付"), "payable_fen", only="workbook"),
        column.money(_("商户承担"), "merchant_share_fen"),
        column.money(_("政府承担"), "government_share_fen"),
    ]
    title = settlement["number"]
    if line is not None:
        title = f"{_('第 {line} 行', line=line['line_no'])} · {line['outlet_name']}"
    back = {"settlement_id": settlement["id"]}
    nothing = _("这个月没有交易，只有上期的结转。")
    return ListPage(
        "settlement.line_rows",
        title,
        columns,
        empty=Empty(nothing, "settlement.statement", _("回到结算单"), back),
        file_name=f"{settlement['number']}-{line_no}",
        order="time",
    )
