"""One person's messages: what they were told and how that went; and what they want to be told.

The person's own page shows the last one that did not arrive, so that the office mends the number.
"""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_babel import gettext as _

from huimin.access.full_names import names_for_reader
from huimin.access.guards import acting, member, own_division, require
from huimin.core.identity import mask_phone
from huimin.core.permissions import allows
from huimin.divisions.within import required_within
from huimin.holders.person_page import note_view
from huimin.messages import queries
from huimin.messages.choices import Choice, choice_of, choose
from huimin.messages.log import last_failure, messages_of
from huimin.messages.pages import pages
from huimin.messages.pages.words import CHANNELS, COLOURS, STATES, problem_text
from huimin.messages.tell import RESULTS
from huimin.messages.texts import KIND_WORDS
from huimin.storage.engine import Row, Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.words import LANGUAGE_NAMES, OnPages


@pages.get("/people/<holder_id>", endpoint="person")
@require("message.person")
def show_person(holder_id: str) -> str:
    """The page; that it was looked at is recorded."""
    by, within = acting(), own_division()

    def work(tx: Transaction) -> None:
        required_within(queries.person_of(tx, id=holder_id), within)
        note_view(tx, holder_id, **by)

    change(work)
    return _page(holder_id, Form())


@pages.post("/people/<holder_id>")
@require("message.tell")
def keep_choice(holder_id: str) -> Answer:
    """Keep what the person said they want to be told, and how."""
    form, within, by = Form.sent(), own_division(), acting()
    choice = Choice(
        purchases=form.text("purchases") == "1",
        by_phone=form.text("by_phone") == "1",
        language=form.optional("language"),
    )

    def work(tx: Transaction) -> bool:
        required_within(queries.person_of(tx, id=holder_id), within)
        return choose(tx, holder_id, choice, **by)

    return form.carry_out(
        work,
        again=lambda refused: _page(holder_id, refused),
        then=lambda _done: go_on(_("已保存本人的选择。"), "messages.person", holder_id=holder_id),
    )


def _page(holder_id: str, form: Form) -> str:
    within, secrets = own_division(), instance().personal_data

    def query(tx: Transaction) -> tuple[Row, list[Row], Choice]:
        person = required_within(queries.person_of(tx, id=holder_id), within)
        return person, messages_of(tx, holder_id), choice_of(tx, holder_id)

    person, messages, choice = instance().engine.read(query)
    phone = secrets.readable_value(person, "holder.phone")
    return render_template(
        "messages/person.html",
        person_id=holder_id,
        name=names_for_reader()(person["name"], person["division_code"]),
        phone=mask_phone(phone),
        phone_unreadable=phone is None and person["phone_cipher"] is not None,
        messages=messages,
        choice=choice,
        may_tell=allows(member().role, "message.tell"),
        kinds=OnPages(KIND_WORDS),
        states=STATES,
        colours=COLOURS,
        channels=CHANNELS,
        results=OnPages(RESULTS),
        languages=LANGUAGE_NAMES,
        reason=problem_text,
        form=form,
    )


@pages.app_context_processor
def _trouble_word() -> dict[str, Any]:
    return {"message_trouble": _message_trouble}


def _message_trouble(holder_id: str) -> Row | None:
    """The last message to the person's phone if it did not arrive, with `reason` in words."""
    row = instance().engine.read(lambda tx: last_failure(tx, holder_id))
    return None if row is None else {**row, "reason": problem_text(row["problem"])}
