"""Outlets: the list, one outlet with its terminals, and every change."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.audit.event_words import event_words
from huimin.audit.export_list import workbook_response
from huimin.audit.record import events_of
from huimin.core.coordinates import degrees_text
from huimin.core.days import county_day, month_of
from huimin.core.refusals import FieldProblems, Refusal
from huimin.merchants.merchants import merchant_by_id
from huimin.merchants.outlet_list import outlets_after
from huimin.merchants.outlets import (
    add_outlet,
    change_outlet,
    end_outlet,
    outlet_by_id,
    resume_outlet,
    suspend_outlet,
)
from huimin.merchants.pages import kind_choices, pages, place_choices
from huimin.merchants.terminals import list_terminals
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import COUNT_MAX, PAGE_ROWS, Listed, Place, listed
from huimin.web.words import STATES

FILTERS = ("text", "kind", "town", "state", "silent")
OUTLET_STATES = ("active", "suspended", "ended")
CHANGES = {"suspend": suspend_outlet, "resume": resume_outlet, "end": end_outlet}


@pages.get("/outlets/", endpoint="outlets")
@require("merchant.read")
def outlet_list() -> str | Response:
    """The list of outlets."""
    form = Form.asked(FILTERS)
    as_workbook = request.args.get("format") == "xlsx"
    page = _page(form, size=ROWS_MAX if as_workbook else PAGE_ROWS)
    kinds = dict(kind_choices())
    if as_workbook:
        columns = [
            (_("示范点"), lambda row: row["name"]),
            (_("商户名称"), lambda row: row["merchant_name"]),
            (_("类型"), lambda row: kinds[row["kind"]]),
            (_("乡镇（街道）"), lambda row: row["town_name"]),
            (_("地址"), lambda row: row["address"]),
            (_("营业时间"), lambda row: row["opening_hours"]),
            (_("纬度"), lambda row: degrees_text(row["latitude_microdegrees"])),
            (_("经度"), lambda row: degrees_text(row["longitude_microdegrees"])),
            (_("联系人"), lambda row: row["contact_name"]),
            (_("联系电话"), lambda row: row["contact_phone"]),
            (_("收银终端"), lambda row: row["terminals"]),
            (_("状态"), lambda row: str(STATES[row["state"]])),
        ]
        return workbook_response(_("示范点"), columns, page.rows)
    return render_template(
        "merchants/outlets.html",
        form=form,
        page=page,
        arguments={name: value for name, value in form.values.items() if value},
        kinds=kind_choices(),
        towns=place_choices(towns_only=True),
        states=[(state, STATES[state]) for state in OUTLET_STATES],
    )


@pages.get("/merchants/<merchant_id>/outlets/new")
@require("merchant.write")
def new_outlet(merchant_id: str) -> str:
    """The empty form."""
    return _form_page(merchant_id, Form())


@pages.post("/merchants/<merchant_id>/outlets/new")
@require("merchant.write")
def enter_outlet(merchant_id: str) -> Response | tuple[str, int]:
    """Add an outlet to a merchant."""
    form, context = Form.sent(), _now_and_actor()
    fields = _fields(form)
    try:
        row = change(lambda tx: add_outlet(tx, merchant_id=merchant_id, **fields, **context))
    except FieldProblems as why:
        return _form_page(merchant_id, form.refused(why)), 422
    tell(_("示范点已添加；下一步添加收银终端。"))
    return redirect(url_for("merchants.outlet", outlet_id=row["id"]))


@pages.get("/outlets/<outlet_id>", endpoint="outlet")
@require("merchant.read")
def one_outlet(outlet_id: str) -> str:
    """One outlet."""
    return outlet_page(outlet_id, Form())


@pages.post("/outlets/<outlet_id>")
@require("merchant.write")
def change_one_outlet(outlet_id: str) -> Response | tuple[str, int]:
    """Change an outlet's details; or suspend, resume or end it."""
    form, context = Form.sent(), _now_and_actor()
    action, fields = form.text("act") or "change", _fields(form)

    def work(tx: Transaction) -> None:
        if outlet_by_id(tx, outlet_id) is None:
            raise Refusal("not_found")
        if action in CHANGES:
            CHANGES[action](tx, outlet_id=outlet_id, reason=form.text("reason"), **context)
        else:
            change_outlet(tx, outlet_id=outlet_id, **fields, **context)

    try:
        change(work)
    except FieldProblems as why:
        return outlet_page(outlet_id, form.refused(why), opened=action), 422
    tell(_("已保存。"))
    return redirect(url_for("merchants.outlet", outlet_id=outlet_id))


def outlet_page(outlet_id: str, form: Form, opened: str = "") -> str:
    """One outlet's page; `opened` names the form to show open, for correction."""

    def look(tx: Transaction) -> tuple[Any, Any, Any]:
        outlet = outlet_by_id(tx, outlet_id)
        if outlet is None:
            raise Refusal("not_found")
        return outlet, list_terminals(tx, outlet_id=outlet_id), events_of(tx, "outlet", outlet_id)

    outlet, terminals, events = instance().engine.read(look)
    return render_template(
        "merchants/outlet.html",
        outlet=outlet,
        terminals=terminals,
        events=events[::-1],
        event_words=event_words,
        form=form,
        opened=opened,
        kinds=kind_choices(),
        divisions=place_choices(),
    )


def _now_and_actor() -> dict[str, Any]:
    return {"now": instance().clock(), "actor": member().username}


def _fields(form: Form) -> dict[str, Any]:
    return {
        **{name: form.text(name) for name in ("name", "kind", "division_code", "address")},
        **{
            name: form.optional(name)
            for name in ("opening_hours", "contact_name", "contact_phone", "latitude", "longitude")
        },
    }


def _form_page(merchant_id: str, form: Form) -> str:
    merchant = instance().engine.read(lambda tx: merchant_by_id(tx, merchant_id))
    return render_template(
        "merchants/new_outlet.html",
        merchant=merchant,
        form=form,
        kinds=kind_choices(),
        divisions=place_choices(),
    )


def _page(form: Form, *, size: int) -> Listed:
    month = month_of(county_day(instance().clock()))
    wanted: dict[str, Any] = {
        "text": form.optional("text"),
        "kind": form.optional("kind"),
        "town_code": form.optional("town"),
        "state": form.optional("state") or ("active" if form.text("silent") else None),
        "quiet_month": month if form.text("silent") else None,
    }
    place = Place.asked()

    def look(tx: Transaction) -> Listed:
        return listed(
            lambda key, n, backwards=False: outlets_after(
                tx, key, n, **wanted, backwards=backwards
            ),
            lambda: len(outlets_after(tx, "", COUNT_MAX + 1, **wanted)),
            place=place,
            size=size,
        )

    return instance().engine.read(look)
