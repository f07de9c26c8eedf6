"""Merchants: the list, one merchant with its outlets, and every change."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.audit.event_words import event_words
from huimin.audit.export_list import workbook_response
from huimin.audit.record import events_of
from huimin.core.refusals import FieldProblems
from huimin.merchants.merchants import (
    add_merchant,
    change_merchant,
    end_merchant,
    merchant_by_id,
    merchants_after,
    resume_merchant,
    suspend_merchant,
)
from huimin.merchants.outlets import list_outlets
from huimin.merchants.pages import pages
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import COUNT_MAX, PAGE_ROWS, Listed, Place, listed
from huimin.web.words import STATES

FILTERS = ("text", "state")
MERCHANT_STATES = ("active", "suspended", "ended")
CHANGES = {"suspend": suspend_merchant, "resume": resume_merchant, "end": end_merchant}


@pages.get("/merchants/", endpoint="merchants")
@require("merchant.read")
def merchant_list() -> str | Response:
    """The list of merchants."""
    form = Form.asked(FILTERS)
    as_workbook = request.args.get("format") == "xlsx"
    page = _page(form, size=ROWS_MAX if as_workbook else PAGE_ROWS)
    if as_workbook:
        columns = [
            (_("商户名称"), lambda row: row["name"]),
            (_("统一社会信用代码"), lambda row: row["credit_code"]),
            (_("联系人"), lambda row: row["contact_name"]),
            (_("联系电话"), lambda row: row["contact_phone"]),
            (_("示范点"), lambda row: row["outlets"]),
            (_("状态"), lambda row: str(STATES[row["state"]])),
        ]
        return workbook_response(_("商户"), columns, page.rows)
    return render_template(
        "merchants/merchants.html",
        form=form,
        page=page,
        arguments={name: value for name, value in form.values.items() if value},
        states=[(state, STATES[state]) for state in MERCHANT_STATES],
    )


@pages.get("/merchants/new")
@require("merchant.write")
def new_merchant() -> str:
    """The empty form."""
    return render_template("merchants/new_merchant.html", form=Form())


@pages.post("/merchants/new")
@require("merchant.write")
def enter_merchant() -> Response | tuple[str, int]:
    """Enrol a merchant."""
    form, now, actor = Form.sent(), instance().clock(), member().username
    try:
        row = change(
            lambda tx: add_merchant(
                tx,
                name=form.text("name"),
                credit_code=form.text("credit_code"),
                contact_name=form.optional("contact_name"),
                contact_phone=form.optional("contact_phone"),
                now=now,
                actor=actor,
            )
        )
    except FieldProblems as why:
        return render_template("merchants/new_merchant.html", form=form.refused(why)), 422
    tell(_("商户已登记；下一步添加示范点。"))
    return redirect(url_for("merchants.merchant", merchant_id=row["id"]))


@pages.get("/merchants/<merchant_id>", endpoint="merchant")
@require("merchant.read")
def one_merchant(merchant_id: str) -> str:
    """One merchant."""
    return _merchant_page(merchant_id, Form())


@pages.post("/merchants/<merchant_id>")
@require("merchant.write")
def change_one_merchant(merchant_id: str) -> Response | tuple[str, int]:
    """Change a merchant's name or contact; or suspend, resume or end it."""
    form, now, actor = Form.sent(), instance().clock(), member().username
    action = form.text("act") or "change"

    def work(tx: Transaction) -> None:
        merchant_by_id(tx, merchant_id)
        if action in CHANGES:
            reason = form.text("reason")
            CHANGES[action](tx, merchant_id=merchant_id, now=now, actor=actor, reason=reason)
            return
        change_merchant(
            tx,
            merchant_id=merchant_id,
            name=form.text("name"),
            contact_name=form.optional("contact_name"),
            contact_phone=form.optional("contact_phone"),
            now=now,
            actor=actor,
        )

    try:
        change(work)
    except FieldProblems as why:
        return _merchant_page(merchant_id, form.refused(why), opened=action), 422
    tell(_("已保存。"))
    return redirect(url_for("merchants.merchant", merchant_id=merchant_id))


def _page(form: Form, *, size: int) -> Listed:
    place = Place.asked()
    wanted = {name: form.optional(name) for name in ("text", "state")}

    def look(tx: Transaction) -> Listed:
        def find(key: str, count: int, backwards: bool = False) -> list[dict[str, Any]]:
            return merchants_after(
                tx, key, count, text=wanted["text"], state=wanted["state"], backwards=backwards
            )

        return listed(find, lambda: len(find("", COUNT_MAX + 1)), place=place, size=size)

    return instance().engine.read(look)


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
        event_words=event_words,
        form=form,
        opened=opened,
    )
