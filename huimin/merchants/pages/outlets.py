"""Outlets: the list, one outlet with its terminals, and every change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import acting, require
from huimin.alerts.find_attempts import attempts_of_outlet
from huimin.audit.list_answer import list_answer
from huimin.audit.record import events_of
from huimin.core.coordinates import degrees_text
from huimin.core.days import county_day, month_of
from huimin.core.words import OUTLET_KINDS
from huimin.divisions.choices import division_choices, town_choices
from huimin.merchants.merchants import merchant_by_id
from huimin.merchants.outlet_list import OutletCriteria, outlets_after
from huimin.merchants.outlets import (
    add_outlet,
    change_outlet,
    end_outlet,
    required_outlet,
    resume_outlet,
    suspend_outlet,
)
from huimin.merchants.pages import contact, pages
from huimin.merchants.terminals import list_terminals
from huimin.merchants.turnover import turnover_of
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.choices import choices_of, outlet_kind_choices
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of
from huimin.web.words import STATES, OnPages

OUTLET_STATES = ("active", "suspended", "ended")
CHANGES = {"suspend": suspend_outlet, "resume": resume_outlet, "end": end_outlet}


@pages.get("/outlets/", endpoint="outlets")
@require("merchant.read")
def outlet_list() -> str | Response:
    """Where cards are accepted."""
    return list_answer(_list(), rows_of(outlets_after, _criteria))


@pages.get("/merchants/<merchant_id>/outlets/new")
@require("merchant.write")
def new_outlet(merchant_id: str) -> str:
    """The empty form."""
    return _form_page(merchant_id, Form())


@pages.post("/merchants/<merchant_id>/outlets/new")
@require("merchant.write")
def enter_outlet(merchant_id: str) -> Answer:
    """Add an outlet to a merchant."""
    form, by = Form.sent(), acting()
    fields, message = _fields(form), _("示范点已添加；下一步添加收银终端。")
    return form.carry_out(
        lambda tx: add_outlet(tx, merchant_id=merchant_id, **fields, **by),
        again=lambda refused: _form_page(merchant_id, refused),
        then=lambda row: go_on(message, "merchants.outlet", outlet_id=row["id"]),
    )


@pages.get("/outlets/<outlet_id>", endpoint="outlet")
@require("merchant.read")
def one_outlet(outlet_id: str) -> str:
    """One outlet."""
    return outlet_page(outlet_id, Form())


@pages.post("/outlets/<outlet_id>")
@require("merchant.write")
def change_one_outlet(outlet_id: str) -> Answer:
    """Change an outlet's details; or suspend, resume or end it."""
    form, by = Form.sent(), acting()
    action, fields = form.text("act") or "change", _fields(form)

    def work(tx: Transaction) -> None:
        required_outlet(tx, outlet_id)
        if action != "change":
            form.act(*CHANGES)
        if action in CHANGES:
            CHANGES[action](tx, outlet_id=outlet_id, reason=form.text("reason"), **by)
        else:
            change_outlet(tx, outlet_id=outlet_id, **fields, **by)

    return form.carry_out(
        work,
        again=lambda refused: outlet_page(outlet_id, refused, opened=action),
        then=lambda _done: go_on(_("已保存。"), "merchants.outlet", outlet_id=outlet_id),
    )


def outlet_page(outlet_id: str, form: Form, opened: str = "") -> str:
    """One outlet's page; `opened` names the form to show open, for correction."""

    today = county_day(instance().clock())

    def query(tx: Transaction) -> tuple[Any, Any, Any, Any, Any]:
        outlet = required_outlet(tx, outlet_id)
        terminals, events = (
            list_terminals(tx, outlet_id=outlet_id),
            events_of(tx, "outlet", outlet_id),
        )
        attempts = attempts_of_outlet(tx, outlet_id)
        return outlet, terminals, events, attempts, turnover_of(tx, outlet_id, today)

    outlet, terminals, events, attempts, turnover = instance().engine.read(query)
    return render_template(
        "merchants/outlet.html",
        outlet=outlet,
        terminals=terminals,
        events=events[::-1],
        attempts=attempts,
        turnover=turnover,
        today=today,
        form=form,
        opened=opened,
        kinds=outlet_kind_choices(),
        divisions=division_choices(),
    )


def _fields(form: Form) -> dict[str, Any]:
    optional = ("opening_hours", "contact_name", "contact_phone", "latitude", "longitude")
    required = form.texts("name", "kind", "division_code", "address")
    return {**required, **form.optionals(*optional)}


def _form_page(merchant_id: str, form: Form) -> str:
    merchant = instance().engine.read(lambda tx: merchant_by_id(tx, merchant_id))
    return render_template(
        "merchants/new_outlet.html",
        merchant=merchant,
        form=form,
        kinds=outlet_kind_choices(),
        divisions=division_choices(),
    )


def _list() -> ListPage:
    def name_cell(row: Row) -> Markup:
        merchant = cells.link(row["merchant_name"], "merchants.merchant", row["merchant_id"])
        return cells.below(cells.link(row["name"], "merchants.outlet", row["id"]), merchant)

    def degrees(name: str) -> Callable[[Row], str]:
        return lambda row: degrees_text(row[f"{name}_microdegrees"])

    columns = [
        Column(_("示范点"), "name", name_cell, sort="name"),
        Column(_("商户名称"), "merchant_name", only="workbook"),
        column.word(_("类型"), "kind", OnPages(OUTLET_KINDS), sort="kind"),
        Column(_("乡镇（街道）"), "town_name", only="workbook"),
        Column(
            _("地址"),
            "address",
            _address,
            sort="place",
        ),
        Column(_("营业时间"), "opening_hours"),
        Column(_("纬度"), degrees("latitude"), only="workbook"),
        Column(_("经度"), degrees("longitude"), only="workbook"),
        Column(_("联系人"), "contact_name", contact),
        Column(_("联系电话"), "contact_phone", only="workbook"),
        column.count(_("收银终端"), "terminals", place="figure"),
        column.state(_("状态"), STATES, sort="state"),
    ]
    filters = [
        Filter("text", _("名称、地址或商户"), type="search", maxlength=60),
        Filter("kind", _("类型"), outlet_kind_choices()),
        Filter("town", _("镇街"), town_choices(), typed=True),
        Filter("state", _("状态"), choices_of(STATES, OUTLET_STATES)),
        Filter("silent", _("本月交易"), [("1", _("还没有交易"))], blank=_("不限")),
    ]
    nothing = _("没有符合条件的示范点。")
    return ListPage(
        "merchants.outlets", _("示范点"), columns, filters, Empty(nothing), none_fit=nothing
    )


def _criteria(form: Form) -> OutletCriteria:
    silent = form.text("silent")
    return OutletCriteria(
        text=form.optional("text"),
        kind=form.optional("kind"),
        town_code=form.optional("town"),
        state=form.optional("state") or ("active" if silent else None),
        quiet_month=month_of(county_day(instance().clock())) if silent else None,
    )


def _address(row: Row) -> str:
    """The address, with its town in front where it does not say it itself."""
    town, address = row["town_name"] or "", str(row["address"])
    return address if address.startswith(town) else f"{town} {address}"
