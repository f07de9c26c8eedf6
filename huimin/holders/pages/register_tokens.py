"""The keys with which civil-affairs systems send their registers: made, listed, ended."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import acting, require
from huimin.audit.list_answer import list_answer
from huimin.audit.record import events_of
from huimin.core.catalogue import say
from huimin.divisions.choices import town_choices
from huimin.holders.pages import pages
from huimin.holders.registers.token_words import TOKEN_RIGHTS, TOKEN_STATES, WHOLE_COUNTY
from huimin.holders.registers.tokens import (
    DAYS_VALID,
    DAYS_VALID_MAX,
    end_register_token,
    make_register_token,
    register_token_by_id,
    register_tokens_before,
    state_of,
)
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.language import request_language
from huimin.web.list_page import Empty, ListPage
from huimin.web.lists import rows_of
from huimin.web.words import OnPages

STATES, RIGHTS = OnPages(TOKEN_STATES), OnPages(TOKEN_RIGHTS)
# A colour of its own is not worth a class: each state takes that of another.
COLOURS = {"active": "active", "ended": "disabled", "expired": "suspended"}


@pages.get("/register-tokens/")
@require("register.token")
def register_tokens() -> str | Response:
    """All keys, the latest first, and the form for another."""
    return _list_page()


@pages.post("/register-tokens/")
@require("register.token")
def enter_register_token() -> Answer:
    """Make a key; it is shown only now."""
    form, by = Form.sent(), acting()
    days = form.text("days")

    def work(tx: Transaction) -> tuple[Row, str]:
        return make_register_token(
            tx,
            source=form.text("source"),
            division_code=form.optional("division"),
            may_import=form.text("may_import") == "1",
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0,
            reason=form.text("reason"),
            **by,
        )

    return form.carry_out(
        work, again=_list_page, then=lambda token: _page(token[0]["id"], Form(), key=token[1])
    )


@pages.get("/register-tokens/<token_id>")
@require("register.token")
def register_token(token_id: str) -> str:
    """One key: what it may, who made it, what it did."""
    return _page(token_id, Form())


@pages.post("/register-tokens/<token_id>/end")
@require("register.token")
def switch_register_token_off(token_id: str) -> Answer:
    """End it, at once and for good."""
    form, by = Form.sent(), acting()
    reason = form.text("reason")
    return form.carry_out(
        lambda tx: end_register_token(tx, token_id, reason=reason, **by),
        again=lambda refused: _page(token_id, refused, opened="end"),
        then=lambda _done: go_on(
            _("密钥已停用，对方系统不能再送名册。"), "holders.register_token", token_id=token_id
        ),
    )


def _page(token_id: str, form: Form, *, key: str | None = None, opened: str = "") -> str:
    def read(tx: Transaction) -> tuple[Row, list[Row]]:
        return register_token_by_id(tx, token_id), events_of(tx, "register_token", token_id)

    token, events = instance().engine.read(read)
    return render_template(
        "holders/register_token.html",
        token=token,
        state=state_of(token, instance().clock()),
        states=STATES,
        colours=COLOURS,
        right=RIGHTS[str(token["may_import"])],
        scope=_scope(token),
        events=events[::-1][:100],
        key=key,
        form=form,
        opened=opened,
    )


def _list_page(form: Form | None = None) -> str | Response:
    more = {
        "towns": town_choices(),
        "rights": list(RIGHTS.items()),
        "days": DAYS_VALID,
        "days_max": DAYS_VALID_MAX,
    }
    return list_answer(
        _list(),
        rows_of(register_tokens_before, lambda _form: None),
        form=form,
        more=lambda _form: more,
    )


def _list() -> ListPage:
    now = instance().clock()

    def state_word(row: Row) -> str:
        return STATES[state_of(row, now)]

    def state_cell(row: Row) -> Markup:
        return cells.state(COLOURS[state_of(row, now)], state_word(row))

    columns = [
        column.linked(_("来源"), "source", "holders.register_token", sort="source"),
        Column(_("范围"), _scope),
        Column(_("可以做什么"), lambda row: RIGHTS[str(row["may_import"])]),
        Column(_("状态"), state_word, state_cell, place="state"),
        column.minute(_("最近使用"), "last_used_at", sort="-used"),
        column.minute(_("到期"), "expires_at", sort="expires"),
        Column(_("发放人"), "made_by"),
    ]
    empty = Empty(_("还没有发过密钥。民政系统要自己送名册时，在上面发一个。"))
    return ListPage("holders.register_tokens", _("送名册的密钥"), columns, empty=empty)


def _scope(token: Row) -> str:
    return token["division_name"] or say(WHOLE_COUNTY, request_language())
