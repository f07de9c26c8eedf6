"""The accounts of others: added with a first password, changed, unlocked, switched off."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, require
from huimin.access.pages import pages
from huimin.access.password_rules import first_password
from huimin.access.passwords import hash_password
from huimin.access.second_factor import switch_off_for_another
from huimin.access.sessions import end_all_sessions, sessions_of
from huimin.access.staff import PLACES, add_staff_with_hash
from huimin.access.staff_changes import (
    change_staff,
    reset_password,
    staff_by_id,
    switch_staff,
    unlock_staff,
)
from huimin.access.staff_list import StaffCriteria, places_to_choose, staff_after
from huimin.audit.list_answer import list_answer
from huimin.audit.record import events_of
from huimin.core.days import instant_text
from huimin.core.permissions import ROLES, side_of
from huimin.core.refusals import Refusal
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.choices import choices_of
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of
from huimin.web.words import ROLE_NAMES, STATES

# Not a state of its own: too many failed sign-ins.
LOCKED = "locked"
# What an act makes of an account, and what is said then.
SWITCHES = {
    "disable": ("disabled", lazy_gettext("账号已停用，登录已结束。")),
    "enable": ("active", lazy_gettext("账号已恢复使用。")),
}


@pages.get("/staff/", endpoint="staff")
@require("staff.read")
def staff_list() -> str | Response:
    """Who may sign in."""
    return list_answer(_list(), rows_of(staff_after, _criteria))


@pages.get("/staff/new")
@require("staff.write")
def new_staff() -> str:
    """The empty form."""
    # A merchant's page links here with role and place already chosen.
    prefilled = {name: request.args.get(name, "") for name in ("role", *PLACES.values())}
    return _form_page(Form(prefilled))


@pages.post("/staff/new")
@require("staff.write")
def enter_staff() -> Answer:
    """Add an account; its first password is shown only now and must be changed."""
    form, by, password = Form.sent(), acting(), first_password()
    password_hash, role = hash_password(password), form.text("role")
    account = form.texts("username", "name", "role")
    places = form.optionals(PLACES[role]) if role in PLACES else {}

    def work(tx: Transaction) -> Row:
        return add_staff_with_hash(
            tx, password_hash=password_hash, must_change_password=1, **account, **places, **by
        )

    return form.carry_out(
        work, again=_form_page, then=lambda row: _account_page(row["id"], Form(), password=password)
    )


@pages.get("/staff/<staff_id>")
@require("staff.read")
def one_staff(staff_id: str) -> str:
    """One account."""
    return _account_page(staff_id, Form())


@pages.post("/staff/<staff_id>/change")
@require("staff.write")
def change_account(staff_id: str) -> Answer:
    """Another name, role or place."""
    form, by = Form.sent(), acting()
    account, role = form.texts("name", "role", "reason"), form.text("role")
    place = form.optional(PLACES[role]) if role in PLACES else None
    return form.carry_out(
        lambda tx: change_staff(tx, staff_id, place=place, **account, **by),
        again=lambda refused: _account_page(staff_id, refused, opened="change"),
        then=lambda _done: _back(staff_id, _("账号已修改。")),
    )


@pages.post("/staff/<staff_id>/switch/<act>")
@require("staff.write")
def switch_account(staff_id: str, act: str) -> Answer:
    """Switch an account off, at once, or on again."""
    if act not in SWITCHES:
        raise Refusal("not_found")
    form, by = Form.sent(), acting()
    state, message = SWITCHES[act]
    switched = {"state": state, "side": side_of(member().role), **form.texts("reason")}
    return form.carry_out(
        lambda tx: switch_staff(tx, staff_id, **switched, **by),
        again=lambda refused: _account_page(staff_id, refused, opened="switch"),
        then=lambda _done: _back(staff_id, message),
    )


@pages.post("/staff/<staff_id>/unlock")
@require("staff.write")
def unlock_account(staff_id: str) -> Response:
    """Forget the failed sign-ins."""
    by = acting()
    change(lambda tx: unlock_staff(tx, staff_id, **by))
    return _back(staff_id, _("账号已解锁，可以马上登录。"))


@pages.post("/staff/<staff_id>/password")
@require("staff.write")
def new_password(staff_id: str) -> str:
    """Set a new first password, shown only now."""
    password, by = first_password(), acting()
    password_hash = hash_password(password)
    change(lambda tx: reset_password(tx, staff_id, password_hash, **by))
    return _account_page(staff_id, Form(), password=password)


@pages.post("/staff/<staff_id>/sessions/end")
@require("staff.write")
def end_sessions_of_another(staff_id: str) -> Response:
    """End every session of an account."""
    by = acting()
    change(lambda tx: end_all_sessions(tx, staff_by_id(tx, staff_id), **by))
    return _back(staff_id, _("登录已结束。"))


@pages.post("/staff/<staff_id>/second-factor/off")
@require("staff.write")
def end_second_factor_of_another(staff_id: str) -> Answer:
    """For somebody who has lost the phone and the recovery codes."""
    form, by = Form.sent(), acting()
    reason = form.text("reason")
    return form.carry_out(
        lambda tx: switch_off_for_another(tx, staff_by_id(tx, staff_id), reason=reason, **by),
        again=lambda refused: _account_page(staff_id, refused, opened="second"),
        then=lambda _done: _back(staff_id, _("两步验证已关闭，登录已结束。")),
    )


def _back(staff_id: str, message: Any) -> Response:
    return go_on(message, "access.one_staff", staff_id=staff_id)


def _list() -> ListPage:
    now = instant_text(instance().clock())

    def state_cell(row: Row) -> Markup:
        marks = [cells.state(row["state"], STATES[row["state"]])]
        if row["locked_until"] and row["locked_until"] > now:
            marks.append(cells.state("suspended", _("已锁定")))
        if row["has_second_factor"]:
            marks.append(cells.beside(_("两步验证")))
        return Markup(" ").join(marks)

    columns = [
        column.linked(_("用户名"), "username", "access.one_staff", sort="username"),
        Column(_("姓名"), "name", sort="name"),
        column.word(_("岗位"), "role", ROLE_NAMES, sort="role"),
        Column(_("所属"), "place"),
        Column(
            _("状态"),
            lambda row: str(STATES[row["state"]]),
            state_cell,
            place="state",
            sort="state",
        ),
    ]
    states = [*choices_of(STATES, ("active", "disabled")), (LOCKED, _("已锁定（登录失败多次）"))]
    return ListPage(
        "access.staff",
        _("工作人员"),
        columns,
        [
            Filter("text", _("姓名或用户名"), type="search", maxlength=60),
            Filter("role", _("岗位"), choices_of(ROLE_NAMES, ROLES)),
            Filter("state", _("状态"), states),
        ],
        Empty(_("没有符合条件的账号。")),
    )


def _criteria(form: Form) -> StaffCriteria:
    if form.text("state") == LOCKED:
        locked_at = instant_text(instance().clock())
        return StaffCriteria(form.optional("text"), form.optional("role"), locked_at=locked_at)
    return StaffCriteria(form.optional("text"), form.optional("role"), form.optional("state"))


def _form_page(form: Form) -> str:
    roles = [(role, ROLE_NAMES[role]) for role in ROLES]
    return render_template(
        "access/new_staff.html", form=form, roles=roles, **instance().engine.read(places_to_choose)
    )


def _account_page(
    staff_id: str, form: Form, *, opened: str = "", password: str | None = None
) -> str:
    now = instance().clock()

    def read(tx: Transaction) -> tuple[Any, Any, Any]:
        account = staff_by_id(tx, staff_id)
        events = events_of(tx, "staff", staff_id)
        return account, sessions_of(tx, staff_id, now), events

    account, sessions, events = instance().engine.read(read)
    return render_template(
        "access/one_staff.html",
        account=account,
        sessions=sessions,
        events=events[::-1][:100],
        form=form,
        opened=opened,
        password=password,
        roles=[(role, ROLE_NAMES[role]) for role in ROLES],
        now_text=now.isoformat(),
        **instance().engine.read(places_to_choose),
    )
