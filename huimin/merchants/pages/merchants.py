"""Merchants: the list, one merchant with its outlets, and every change."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import acting, require
from huimin.audit.list_answer import list_answer
from huimin.audit.record import events_of
from huimin.merchants.merchants import (
    MerchantCriteria,
    add_merchant,
    change_merchant,
    end_merchant,
    merchant_by_id,
    merchants_after,
    resume_merchant,
    suspend_merchant,
)
from huimin.merchants.outlets import list_outlets
from huimin.merchants.pages import contact, pages
from huimin.storage.engine import Transaction
from huimin.web import column
from huimin.web.choices import choices_of
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of
from huimin.web.words import STATES

CONTACT = ("contact_name", "contact_phone")
MERCHANT_STATES = ("active", "suspended", "ended")
CHANGES = {"suspend": suspend_merchant, "resume": resume_merchant, "end": end_merchant}


@pages.get("/merchants/", endpoint="merchants")
@require("merchant.read")
def merchant_list() -> str | Response:
    """Who takes part."""
    return list_answer(_list(), rows_of(merchants_after, _criteria))


@pages.get("/merchants/new")
@require("merchant.write")
def new_merchant() -> str:
    """The empty form."""
    return render_template("merchants/new_merchant.html", form=Form())


@pages.post("/merchants/new")
@require("merchant.write")
def enter_merchant() -> Answer:
    """Enrol a merchant."""
    form, by = Form.sent(), acting()
    fields = {**form.texts("name", "credit_code"), **form.optionals(*CONTACT)}
    message = _("商户已登记；下一步添加示范点。")
    return form.carry_out(
        lambda tx: add_merchant(tx, **fields, **by),
        again=lambda refused: render_template("merchants/new_merchant.html", form=refused),
        then=lambda row: go_on(message, "merchants.merchant", merchant_id=row["id"]),
    )


@pages.get("/merchants/<merchant_id>", endpoint="merchant")
@require("merchant.read")
def one_merchant(merchant_id: str) -> str:
    """One merchant."""
    return _merchant_page(merchant_id, Form())


@pages.post("/merchants/<merchant_id>")
@require("merchant.write")
def change_one_merchant(merchant_id: str) -> Answer:
    """Change its name or contact; or suspend, resume, end it."""
    form, by = Form.sent(), acting()
    action = form.text("act") or "change"

    def work(tx: Transaction) -> None:
        merchant_by_id(tx, merchant_id)
        if action != "change":
            form.act(*CHANGES)
        if action in CHANGES:
            CHANGES[action](tx, merchant_id=merchant_id, reason=form.text("reason"), **by)
        else:
            fields = {**form.texts("name"), **form.optionals(*CONTACT)}
            change_merchant(tx, merchant_id=merchant_id, **fields, **by)

    return form.carry_out(
        work,
        again=lambda refused: _merchant_page(merchant_id, refused, opened=action),
        then=lambda _done: go_on(_("已保存。"), "merchants.merchant", merchant_id=merchant_id),
    )


def _list() -> ListPage:
    columns = [
        column.linked(_("商户名称"), "name", "merchants.merchant", sort="name"),
        Column(_("统一社会信用代码"), "credit_code", css_class="nowrap"),
        Column(_("联系人"), "contact_name", contact),
        Column(_("联系电话"), "contact_phone", only="workbook"),
        column.count(_("示范点"), "outlets", place="figure"),
        column.state(_("状态"), STATES, sort="state"),
    ]
    filters = [
        Filter("text", _("名称或信用代码"), type="search", maxlength=60),
        Filter("state", _("状态"), choices_of(STATES, MERCHANT_STATES)),
    ]
    empty = Empty(_("没有符合条件的商户。"))
    return ListPage("merchants.merchants", _("商户"), columns, filters, empty)


def _criteria(form: Form) -> MerchantCriteria:
    return MerchantCriteria(form.optional("text"), form.optional("state"))


def _merchant_page(merchant_id: str, form: Form, opened: str = "") -> str:
    merchant, outlets, events = instance().engine.read(
        lambda tx: (
            merchant_by_id(tx, merchant_id),
            list_outlets(tx, merchant_id=merchant_id),
            events_of(tx, "merchant", merchant_id),
        )
    )
    return render_template(
        "merchants/merchant.html",
        merchant=merchant,
        outlets=outlets,
        events=events[::-1],
        form=form,
        opened=opened,
    )
