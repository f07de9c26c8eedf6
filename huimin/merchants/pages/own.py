"""The page of a merchant's manager: own outlets and terminals, and their cashiers."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.access.password_rules import first_password
from huimin.access.passwords import hash_password
from huimin.audit.list_answer import workbook_response
from huimin.core.money import parse_yuan, yuan
from huimin.core.refusals import FieldProblems, Refusal, field_problem
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
from huimin.web import column
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell
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
def enter_cashier() -> str | tuple[str, int]:
    """Add a cashier; the first password is shown only now."""
    form, password, user = Form.sent(), first_password(), member()
    password_hash, now = hash_password(password), instance().clock()
    try:
        row = change(
            lambda tx: add_cashier(
                tx,
                merchant_id=user.merchant_id,
                outlet_id=form.text("outlet_id"),
                username=form.text("username"),
                name=form.text("name"),
                password_hash=password_hash,
                now=now,
                actor=user.username,
            )
        )
    except FieldProblems as error:
        return _page(form.refused(error), opened="cashier"), 422
    return _page(Form(), new_account=(row["username"], password))


@pages.post("/my-merchant/cashiers/<staff_id>/change")
@require("cashier.manage")
def change_own_cashier(staff_id: str) -> Response | tuple[str, int]:
    """Change a cashier's name or outlet."""
    form, user, now = Form.sent(), member(), instance().clock()
    try:
        change(
            lambda tx: change_cashier(
                tx,
                merchant_id=user.merchant_id,
                staff_id=staff_id,
                name=form.text("name"),
                outlet_id=form.text("outlet_id"),
                reason=form.text("reason"),
                now=now,
                actor=user.username,
            )
        )
    except FieldProblems as error:
        return _page(form.refused(error), opened=f"change-{staff_id}"), 422
    tell(_("账号已修改。"))
    return redirect(url_for("merchants.own_outlets"))


@pages.post("/my-merchant/cashiers/<staff_id>/password")
@require("cashier.manage")
def new_cashier_password(staff_id: str) -> str:
    """Set a new first password, shown only now."""
    password, user, now = first_password(), member(), instance().clock()
    password_hash = hash_password(password)
    change(
        lambda tx: reset_cashier(
            tx,
            merchant_id=user.merchant_id,
            staff_id=staff_id,
            password_hash=password_hash,
            now=now,
            actor=user.username,
        )
    )
    return _page(Form(), new_account=("", password))


@pages.post("/my-merchant/cashiers/<staff_id>/switch/<act>")
@require("cashier.manage")
def switch_own_cashier(staff_id: str, act: str) -> Response | tuple[str, int]:
    """Switch a cashier off, at once, or on again."""
    if act not in ("disable", "enable"):
        raise Refusal("not_found")
    form, user, now = Form.sent(), member(), instance().clock()
    state = "disabled" if act == "disable" else "active"
    try:
        change(
            lambda tx: switch_cashier(
                tx,
                merchant_id=user.merchant_id,
                staff_id=staff_id,
                state=state,
                reason=form.text("reason"),
                now=now,
                actor=user.username,
            )
        )
    except FieldProblems as error:
        return _page(form.refused(error), opened=staff_id), 422
    tell(_("账号已停用，登录已结束。") if act == "disable" else _("账号已恢复使用。"))
    return redirect(url_for("merchants.own_outlets"))


@pages.post("/my-merchant/reversal-rule")
@require("outlet.own")
def own_reversal_rule() -> Response | tuple[str, int]:
    """Set the amount above which a reversal needs the manager; empty for never."""
    form, user, now = Form.sent(), member(), instance().clock()
    try:
        typed = form.text("confirm_yuan")
        confirm_fen = _fen_of("confirm_yuan", typed) if typed else None
        change(
            lambda tx: set_reversal_rule(
                tx,
                merchant_id=user.merchant_id or "",
                confirm_fen=confirm_fen,
                now=now,
                actor=user.username,
            )
        )
    except FieldProblems as error:
        return _page(form.refused(error), opened="reversal"), 422
    tell(_("已保存：收银台马上按新的规定执行。"))
    return redirect(url_for("merchants.own_outlets"))


def _fen_of(field: str, typed: str) -> int:
    try:
        return parse_yuan(typed)
    except ValueError as error:
        raise field_problem(field, "请输入金额，例如 200 或 200.50。") from error


def _page(form: Form, *, opened: str = "", new_account: tuple[str, str] | None = None) -> str:
    merchant_id = member().merchant_id
    outlets, cashiers, merchant = instance().engine.read(
        lambda tx: (
            list_outlets(tx, merchant_id=merchant_id),
            cashiers_of(tx, merchant_id),
            merchant_by_id(tx, merchant_id or ""),
        )
    )
    confirm_fen = merchant["reversal_confirm_fen"]
    return render_template(
        "merchants/own.html",
        outlets=outlets,
        places=[(one["id"], one["name"]) for one in outlets if one["state"] != "ended"],
        cashiers=cashiers,
        confirm_yuan="" if confirm_fen is None else yuan(confirm_fen),
        form=form,
        opened=opened,
        new_account=new_account,
    )
