"""The registrar's part, beside a person: give a code for "my card", or open it at the counter.

Both are recorded. The code is shown once, to be read out or printed as a slip; a person is only
found by those who may see them.
"""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from huimin.access.guards import acting, own_division, require
from huimin.core.days import instant_text
from huimin.core.identity import mask_name
from huimin.core.refusals import field_problem
from huimin.holders.change_person import person as person_within
from huimin.messages.log import newest_code
from huimin.my import queries
from huimin.my.family_view import members_with_view
from huimin.my.guards import AT_COUNTER, let_in, this_browser
from huimin.my.one_time_codes import COUNTER_LASTS, give_code, member_of
from huimin.my.pages import office_pages
from huimin.my.sessions import open_at_counter
from huimin.notices.delivery_problem import problem_words
from huimin.storage.engine import Row, Transaction
from huimin.web.current import instance
from huimin.web.forms import Answer, Form
from huimin.web.language import request_language


@office_pages.get("/holders/<holder_id>/my-card")
@require(AT_COUNTER)
def person(holder_id: str) -> str:
    """The page."""
    return _page(holder_id, Form())


@office_pages.post("/holders/<holder_id>/my-card/code")
@require(AT_COUNTER)
def give(holder_id: str) -> Answer:
    """Give a code to the person who stands there; it is shown this once."""
    form, within, by, secrets = Form.sent(), own_division(), acting(), instance().personal_data
    member_id = form.optional("member")

    def work(tx: Transaction) -> tuple[str, str]:
        holder = person_within(tx, holder_id, within=within)
        name = holder["name"]
        if member_id is not None:
            name = member_of(tx, holder_id, member_id)["name"]
        if not form.text("checked"):
            raise field_problem("checked", "请先看身份证，确认是本人，再打上勾。")
        return give_code(tx, secrets, holder_id, member_id, **by), mask_name(name)

    return form.carry_out(
        work,
        again=lambda refused: _page(holder_id, refused, opened="code"),
        then=lambda given: _slip(holder_id, *given),
    )


@office_pages.post("/holders/<holder_id>/my-card/open")
@require(AT_COUNTER)
def open_for(holder_id: str) -> Answer:
    """Open the holder's view on their behalf, for a reason that is recorded."""
    form, within, by, browser = Form.sent(), own_division(), acting(), this_browser()

    def work(tx: Transaction) -> str:
        person_within(tx, holder_id, within=within)
        return open_at_counter(tx, holder_id, reason=form.text("reason"), browser=browser, **by)

    def then(secret: str) -> Response:
        return let_in(redirect(url_for("my.start")), secret)

    return form.carry_out(
        work, again=lambda refused: _page(holder_id, refused, opened="open"), then=then
    )


def _page(holder_id: str, form: Form, *, opened: str = "") -> str:
    within = own_division()

    now = instance().clock()

    def query(tx: Transaction) -> tuple[Row, Row | None, list[Row], Row | None]:
        holder = person_within(tx, holder_id, within=within)
        card = queries.card_of_holder(tx, holder_id=holder_id)
        return holder, card, members_with_view(tx, holder_id), newest_code(tx, holder_id, now)

    holder, card, members, sent = instance().engine.read(query)
    return render_template(
        "my/office.html",
        holder_id=holder_id,
        name_masked=mask_name(holder["name"]),
        has_card=card is not None,
        sent=sent,
        sent_problem=_problem_words(sent),
        members=members,
        form=form,
        opened=opened,
    )


def _problem_words(sent: Row | None) -> str | None:
    """Why the person's newest code to the phone did not go out; None if it did."""
    if sent is None or sent["problem"] is None:
        return None
    return problem_words(sent["problem"], request_language())


def _slip(holder_id: str, code: str, name_masked: str) -> str:
    opened = instance()
    return render_template(
        "my/slip.html",
        holder_id=holder_id,
        name_masked=name_masked,
        code=code,
        until=instant_text(opened.clock() + COUNTER_LASTS),
        address=f"{opened.settings.base_url}{url_for('my.start')}",
    )
