"""Devices that are tills: the list, one device, ending it, and the code by which one joins.

The county sees every device, a merchant's manager those of the own outlets: others do not exist.
"""

from __future__ import annotations

from flask import make_response, render_template
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, require
from huimin.access.join_codes import CODE_MINUTES, make_join_code
from huimin.access.terminal_keys import Terminal, terminal_by_id
from huimin.access.till_devices import (
    DeviceCriteria,
    device_by_id,
    devices_after,
    end_device,
)
from huimin.audit.list_answer import list_answer
from huimin.core.money import money_text
from huimin.core.permissions import COUNTY_SIDE, side_of
from huimin.core.refusals import Refusal
from huimin.merchants.outlets import list_outlets
from huimin.merchants.pages import pages
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.choices import choices_of
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of
from huimin.web.qr_image import qr_data_url
from huimin.web.words import STATES


@pages.get("/devices/", endpoint="devices")
@require("device.read")
def device_list() -> str | Response:
    """The devices, the latest first."""
    return list_answer(_list(), rows_of(devices_after, _criteria))


@pages.get("/devices/<device_id>", endpoint="device")
@require("device.read")
def one_device(device_id: str) -> str:
    """One device."""
    return _device_page(device_id, Form())


@pages.post("/devices/<device_id>/end")
@require("device.manage")
def end_one_device(device_id: str) -> Answer:
    """End a device: it can't sell from the next press on."""
    form, by, where = Form.sent(), acting(), _own_merchant()
    side, message = side_of(member().role), _("这台设备已停用，其他设备照常收银。")
    return form.carry_out(
        lambda tx: end_device(
            tx, device_id, merchant_id=where, side=side, reason=form.text("reason"), **by
        ),
        again=lambda refused: _device_page(device_id, refused),
        then=lambda _done: go_on(message, "merchants.device", device_id=device_id),
    )


@pages.post("/terminals/<terminal_id>/join-code")
@require("device.manage")
def show_join_code(terminal_id: str) -> Response:
    """A code by which one device becomes a till of that terminal; it is shown only now."""
    by, side, where = acting(), side_of(member().role), _own_merchant()

    def work(tx: Transaction) -> tuple[Terminal, str]:
        terminal = terminal_by_id(tx, terminal_id)
        if where not in (None, terminal["merchant_id"]):
            raise Refusal("not_found")
        return terminal, make_join_code(tx, terminal_id, side=side, **by)

    terminal, code = change(work)
    address = f"{instance().settings.base_url}/till/set-up"
    page = render_template(
        "merchants/join_code.html",
        terminal=terminal,
        code=code,
        address=address,
        picture=qr_data_url(f"{address}#{code}"),
        minutes=CODE_MINUTES,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _own_merchant() -> str | None:
    """The merchant whose devices the reader may see; None for every one."""
    user = member()
    return None if side_of(user.role) == COUNTY_SIDE else user.merchant_id or ""


def _device_page(device_id: str, form: Form) -> str:
    where = _own_merchant()
    device = instance().engine.read(lambda tx: device_by_id(tx, device_id, where))
    return render_template("merchants/device.html", device=device, form=form, opened="end")


def _list() -> ListPage:
    def unsent_cell(row: Row) -> Markup | str:
        if not row["unsent_count"]:
            return "0"
        return cells.below(row["unsent_count"], money_text(row["unsent_fen"]))

    def till(row: Row) -> str:
        return f"{row['outlet_name']} · {row['terminal_label']} {row['terminal_code']}"

    where = _own_merchant()
    outlets = instance().engine.read(lambda tx: list_outlets(tx, merchant_id=where))
    columns = [
        column.linked(_("型号"), "model", "merchants.device"),
        Column(_("收银终端"), till),
        Column(_("版本"), "app_version"),
        Column(_("谁让它加入"), lambda row: row["joined_by"] or _("升级前用密钥设置")),
        column.minute(_("加入时间"), "joined_at", sort="-joined"),
        column.minute(_("最近在线"), "last_seen_at", sort="-seen"),
        Column(
            _("未上传（笔）"), "unsent_count", unsent_cell, "number", place="figure", sort="-unsent"
        ),
        column.money(_("未上传（元）"), "unsent_fen", only="workbook"),
        column.state(_("状态"), STATES),
    ]
    filters = [
        Filter("outlet", _("示范点"), [(one["id"], one["name"]) for one in outlets]),
        Filter("state", _("状态"), choices_of(STATES, ("active", "disabled"))),
        Filter("unsent", _("未上传的交易"), [("1", _("还有没上传的"))]),
    ]
    nothing = _("还没有收银设备。在示范点的收银终端旁点“让一台设备加入”。")
    return ListPage(
        "merchants.devices",
        _("收银设备"),
        columns,
        filters,
        Empty(nothing),
        none_fit=_("没有符合条件的收银设备。"),
        order="-joined",
    )


def _criteria(form: Form) -> DeviceCriteria:
    return DeviceCriteria(
        merchant_id=_own_merchant(),
        outlet_id=form.optional("outlet"),
        state=form.optional("state"),
        unsent=1 if form.text("unsent") else None,
    )
