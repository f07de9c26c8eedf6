"""The page of a merchant's manager: own outlets and terminals, and their cashiers."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, require
from huimin.access.password_rules import first_password
from huimin.access.passwords import hash_password
from huimin.audit.list_answer import workbook_response
from huimin.core.money import parse_yuan, yuan
from huimin.core.refusals import Refusal, field_problem
from huimin.merchants.cashiers import (
    add_cashier,
    cashiers_of,
    change_cashier,
    reset_cashier,
    switch_cashier,
)
from huimin.merchants.merchants import merchant_by_id
from huimin.merchants.outlets import list_outlets
from huimin.merchants.pages import pages
from huimin.merchants.reversal_rule import set_reversal_rule
from huimin.merchants.spoken_sums import set_spoken_sums
from huimin.merchants.terminals import list_terminals
from huimin.storage.engine import Transaction
from huimin.web import column
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.words import STATES


@pages.get("/my-merchant/")
@require("outlet.own")
def own_outlets() -> str | Response:
    """The page; with `format=xlsx` the cashiers as a workbook."""
    if request.args.get("format") != "xlsx":
        return _page(Form())
    merchant_id = member().merchant_id
    rows = instance().engine.read(lambda tx: cashiers_of(tx, merchant_id))
    columns = [
        Column(_("用户名"), "username"),
        Column(_("姓名"), "name"),
        Column(_("示范点"), "outlet_name"),
        column.state(_("状态"), STATES),
    ]
    return workbook_response(_("收银员"), columns, rows)


@pages.post("/my-merchant/cashiers")
@require("cashier.manage")
def enter_cashier() -> Answer:
    """Add a cashier; the first password is shown only now."""
    form, password, by = Form.sent(), first_password(), _acting()
    account = {
        **form.texts("outlet_id", "username", "name"),
        "password_hash": hash_password(password),
    }
    return form.carry_out(
        lambda tx: add_cashier(tx, **account, **by),
        again=lambda refused: _page(refused, opened="cashier"),
        then=lambda row: _page(Form(), new_account=(row["username"], password)),
    )


@pages.post("/my-merchant/cashiers/<staff_id>/change")
@require("cashier.manage")
def change_own_cashier(staff_id: str) -> Answer:
    """Change a cashier's name or outlet."""
    form, by = Form.sent(), _acting()
    account = form.texts("name", "outlet_id", "reason")
    return form.carry_out(
        lambda tx: change_cashier(tx, staff_id=staff_id, **account, **by),
        again=lambda refused: _page(refused, opened=f"change-{staff_id}"),
        then=lambda _done: go_on(_("账号已修改。"), "merchants.own_outlets"),
    )


@pages.post("/my-merchant/cashiers/<staff_id>/password")
@require("cashier.manage")
def new_cashier_password(staff_id: str) -> str:
    """Set a new first password, shown only now."""
    password, by = first_password(), _acting()
    password_hash = hash_password(password)
    change(lambda tx: reset_cashier(tx, staff_id=staff_id, password_hash=password_hash, **by))
    return _page(Form(), new_account=("", password))


@pages.post("/my-merchant/cashiers/<staff_id>/switch/<act>")
@require("cashier.manage")
def switch_own_cashier(staff_id: str, act: str) -> Answer:
    """Switch a cashier off, at once, or on again."""
    if act not in ("disable", "enable"):
        raise Refusal("not_found")
    form, by = Form.sent(), _acting()
    account = {"state": "disabled" if act == "disable" else "active", **form.texts("reason")}
    message = _("账号已停用，登录已结束。") if act == "disable" else _("账号已恢复使用。")
    return form.carry_out(
        lambda tx: switch_cashier(tx, staff_id=staff_id, **account, **by),
        again=lambda refused: _page(refused, opened=staff_id),
        then=lambda _done: go_on(message, "merchants.own_outlets"),
    )


@pages.post("/my-merchant/reversal-rule")
@require("outlet.own")
def own_reversal_rule() -> Answer:
    """Set the amount above which a reversal needs the manager; empty for never."""
    form, by = Form.sent(), _acting()
    typed, message = form.text("confirm_yuan"), _("已保存：收银台马上按新的规定执行。")

    def work(tx: Transaction) -> None:
        confirm_fen = _fen_of("confirm_yuan", typed) if typed else None
        set_reversal_rule(tx, confirm_fen=confirm_fen, **by)

    return form.carry_out(
        work,
        again=lambda refused: _page(refused, opened="reversal"),
        then=lambda _done: go_on(message, "merchants.own_outlets"),
    )


@pages.post("/my-merchant/outlets/<outlet_id>/spoken-sums")
@require("outlet.own")
def own_spoken_sums(outlet_id: str) -> Answer:
    """Let the outlet's tills say the sum to be paid aloud, or not."""
    form, by = Form.sent(), _acting()
    speaks, message = form.text("speaks") == "1", _("已保存：收银台下次打开时生效。")
    return form.carry_out(
        lambda tx: set_spoken_sums(tx, outlet_id=outlet_id, speaks=speaks, **by),
        again=lambda refused: _page(refused),
        then=lambda _done: go_on(message, "merchants.own_outlets"),
    )


def _acting() -> dict[str, Any]:
    """Who acts and when, and for which merchant."""
    return {"merchant_id": member().merchant_id or "", **acting()}


def _fen_of(field: str, typed: str) -> int:
    try:
        return parse_yuan(typed)
    except ValueError as error:
        raise field_problem(field, "请输入金额，例如 200 或 200.50。") from error


def _page(form: Form, *, opened: str = "", new_account: tuple[str, str] | None = None) -> str:
    merchant_id = member().merchant_id
    outlets, terminals, cashiers, merchant = instance().engine.read(
        lambda tx: (
            list_outlets(tx, merchant_id=merchant_id),
            list_terminals(tx, merchant_id=merchant_id or ""),
            cashiers_of(tx, merchant_id),
            merchant_by_id(tx, merchant_id or ""),
        )
    )
    confirm_fen = merchant["reversal_confirm_fen"]
    return render_template(
        "merchants/own.html",
        outlets=outlets,
        places=[(one["id"], one["name"]) for one in outlets if one["state"] != "ended"],
        terminals=terminals,
        cashiers=cashiers,
        confirm_yuan="" if confirm_fen is None else yuan(confirm_fen),
        form=form,
        opened=opened,
        new_account=new_account,
    )
