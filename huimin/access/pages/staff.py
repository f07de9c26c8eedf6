"""The accounts of others: added with a first password, changed, unlocked, switched off."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
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
from huimin.audit.event_words import event_words
from huimin.audit.list_answer import list_answer
from huimin.audit.record import events_of
from huimin.core.days import instant_text
from huimin.core.permissions import ROLES
from huimin.core.refusals import FieldProblems, Refusal
from huimin.storage.engine import Transaction
from huimin.web import cells, column
from huimin.web.choices import choices_of
from huimin.web.column import Column, Row
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of
from huimin.web.words import ROLE_NAMES, STATES

# Not a state of its own: too many failed sign-ins.
LOCKED = "locked"


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
def enter_staff() -> str | tuple[str, int]:
    """Add an account; its first password is shown only now and must be changed."""
    form, password = Form.sent(), first_password()
    password_hash, now, actor = hash_password(password), instance().clock(), member().username
    role = form.text("role")
    places = {PLACES[role]: form.optional(PLACES[role])} if role in PLACES else {}
    try:
        row = change(
            lambda tx: add_staff_with_hash(
                tx,
                username=form.text("username"),
                name=form.text("name"),
                role=role,
                password_hash=password_hash,
                must_change_password=1,
                now=now,
                actor=actor,
                **places,
            )
        )
    except FieldProblems as error:
        return _form_page(form.refused(error)), 422
    return _account_page(row["id"], Form(), password=password)


@pages.get("/staff/<staff_id>")
@require("staff.read")
def one_staff(staff_id: str) -> str:
    """One account."""
    return _account_page(staff_id, Form())


@pages.post("/staff/<staff_id>/change")
@require("staff.write")
def change_account(staff_id: str) -> Response | tuple[str, int]:
    """Another name, role or place."""
    form, now, actor = Form.sent(), instance().clock(), member().username
    role = form.text("role")
    place = form.optional(PLACES[role]) if role in PLACES else None
    try:
        change(
            lambda tx: change_staff(
                tx,
                staff_id,
                name=form.text("name"),
                role=role,
                place=place,
                reason=form.text("reason"),
                now=now,
                actor=actor,
            )
        )
    except FieldProblems as error:
        return _account_page(staff_id, form.refused(error), opened="change"), 422
    tell(_("账号已修改。"))
    return redirect(url_for("access.one_staff", staff_id=staff_id))


@pages.post("/staff/<staff_id>/switch/<act>")
@require("staff.write")
def switch_account(staff_id: str, act: str) -> Response | tuple[str, int]:
    """Switch an account off, at once, or on again."""
    if act not in ("disable", "enable"):
        raise Refusal("not_found")
    form, now, actor = Form.sent(), instance().clock(), member().username
    state = "disabled" if act == "disable" else "active"
    try:
        change(
            lambda tx: switch_staff(
                tx, staff_id, state=state, reason=form.text("reason"), now=now, actor=actor
            )
        )
    except FieldProblems as error:
        return _account_page(staff_id, form.refused(error), opened="switch"), 422
    tell(_("账号已停用，登录已结束。") if act == "disable" else _("账号已恢复使用。"))
    return redirect(url_for("access.one_staff", staff_id=staff_id))


@pages.post("/staff/<staff_id>/unlock")
@require("staff.write")
def unlock_account(staff_id: str) -> Response:
    """Forget the failed sign-ins."""
    now, actor = instance().clock(), member().username
    change(lambda tx: unlock_staff(tx, staff_id, now=now, actor=actor))
    tell(_("账号已解锁，可以马上登录。"))
    return redirect(url_for("access.one_staff", staff_id=staff_id))


@pages.post("/staff/<staff_id>/password")
@require("staff.write")
def new_password(staff_id: str) -> str:
    """Set a new first password, shown only now."""
    password, now, actor = first_password(), instance().clock(), member().username
    password_hash = hash_password(password)
    change(lambda tx: reset_password(tx, staff_id, password_hash, now=now, actor=actor))
    return _account_page(staff_id, Form(), password=password)


@pages.post("/staff/<staff_id>/sessions/end")
@require("staff.write")
def end_sessions_of_another(staff_id: str) -> Response:
    """End every session of an account."""
    now, actor = instance().clock(), member().username
    change(lambda tx: end_all_sessions(tx, staff_by_id(tx, staff_id), now, actor))
    tell(_("登录已结束。"))
    return redirect(url_for("access.one_staff", staff_id=staff_id))


@pages.post("/staff/<staff_id>/second-factor/off")
@require("staff.write")
def end_second_factor_of_another(staff_id: str) -> Response | tuple[str, int]:
    """For somebody who has lost the phone and the recovery codes."""
    form, now, actor = Form.sent(), instance().clock(), member().username

    def work(tx: Transaction) -> None:
        staff = staff_by_id(tx, staff_id)
        switch_off_for_another(tx, staff, reason=form.text("reason"), now=now, actor=actor)

    try:
        change(work)
    except FieldProblems as error:
        return _account_page(staff_id, form.refused(error), opened="second"), 422
    tell(_("两步验证已关闭，登录已结束。"))
    return redirect(url_for("access.one_staff", staff_id=staff_id))


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
        column.linked(_("用户名"), "username", "access.one_staff"),
        Column(_("姓名"), "name"),
        column.word(_("岗位"), "role", ROLE_NAMES),
        Column(_("所属"), "place"),
        Column(_("状态"), lambda row: str(STATES[row["state"]]), state_cell),
    ]
    states = [*choices_of(STATES, ("active", "disabled")), (LOCKED, _("已锁定（登录失败多次）"))]
    return ListPage(
        "access.staff",
        _("工作人员"),
        columns,
        [
            Filter("role", _("岗位"), choices_of(ROLE_NAMES, ROLES)),
            Filter("state", _("状态"), states),
        ],
        Empty(_("没有符合条件的账号。")),
    )


def _criteria(form: Form) -> StaffCriteria:
    if form.text("state") == LOCKED:
        return StaffCriteria(form.optional("role"), locked_at=instant_text(instance().clock()))
    return StaffCriteria(form.optional("role"), form.optional("state"))


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
        event_words=event_words,
        form=form,
        opened=opened,
        password=password,
        roles=[(role, ROLE_NAMES[role]) for role in ROLES],
        now_text=now.isoformat(),
        **instance().engine.read(places_to_choose),
    )
