"""One contact with somebody who is not reached: what came of it, and when to try again."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from huimin.access.full_names import names_for_reader
from huimin.access.guards import acting, require
from huimin.core.refusals import Problems
from huimin.reach.contacts import (
    NOTE_MAX,
    RESULTS,
    Contact,
    contacts_of,
    note_contact,
    person_of,
)
from huimin.reach.pages import pages
from huimin.reach.pages.people import WorkList, phone_words
from huimin.reach.phones import note_phones_shown, phone_text
from huimin.storage.engine import Row, Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.words import OnPages


@pages.get("/<town_code>/people/<holder_id>")
@require("reach.contact")
def contact(town_code: str, holder_id: str) -> str:
    """Who it is, what came of earlier contacts, and the form."""
    return _page(town_code, holder_id, Form())


@pages.post("/<town_code>/people/<holder_id>")
@require("reach.contact")
def keep_contact(town_code: str, holder_id: str) -> Answer:
    """Note one more; nothing that was noted changes."""
    work_list = WorkList.asked(town_code)
    form, secrets, by = Form.sent(), instance().personal_data, acting()

    def work(tx: Transaction) -> None:
        person_of(tx, holder_id, within=town_code)
        problems = Problems()
        day = problems.read(lambda at, _typed: form.day(at), "contacted_on", "")
        next_on = problems.read(lambda at, _typed: form.optional_day(at), "next_on", "")
        problems.finish()
        noted = Contact(form.text("result"), day, next_on, " ".join(form.text("note").split()))
        note_contact(tx, secrets, holder_id, noted, **by)

    return form.carry_out(
        work,
        again=lambda refused: _page(town_code, holder_id, refused),
        then=lambda _done: go_on(_("已记下这次联系。"), "reach.people", **work_list.arguments),
    )


def _page(town_code: str, holder_id: str, form: Form) -> str:
    work_list = WorkList.asked(town_code)
    secrets, by, shown = instance().personal_data, acting(), work_list.phones()

    def query(tx: Transaction) -> tuple[Row, list[Row]]:
        return person_of(tx, holder_id, within=town_code), contacts_of(tx, secrets, holder_id)

    person, contacts = instance().engine.read(query)
    if shown is not None:
        change(lambda tx: note_phones_shown(tx, [holder_id], shown, **by))
    return render_template(
        "reach/contact.html",
        work_list=work_list,
        person=person["id"],
        name=names_for_reader()(person["name"], person["division_code"]),
        village=work_list.villages.get(person["division_code"], work_list.town_name),
        phone=phone_words(phone_text(secrets, person, masked=shown is None)),
        contacts=contacts,
        results=OnPages(RESULTS),
        note_max=NOTE_MAX,
        today=work_list.today.isoformat(),
        form=form,
    )
