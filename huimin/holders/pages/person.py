"""One person: everything on one page, and every change of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import render_template
from flask_babel import gettext as _

from huimin.access.full_names import names_for_reader
from huimin.access.guards import acting, member, own_division, require
from huimin.alerts.find_attempts import attempts_of_holder
from huimin.audit.record import checked_reason
from huimin.core.acting import By
from huimin.core.days import county_day
from huimin.core.refusals import Problems, field_problem
from huimin.core.words import ELIGIBILITIES
from huimin.divisions.choices import division_choices, place_names
from huimin.divisions.lives import living_code
from huimin.holders.applications import submit_application
from huimin.holders.change_person import (
    FAMILY_FIELDS,
    add_family,
    change_details,
    end_eligibility,
    end_family,
    grant_eligibility,
    person,
    unmask,
    verify_holder,
)
from huimin.holders.family import TypedMember
from huimin.holders.next_step import MAY_APPLY, next_step
from huimin.holders.pages import pages
from huimin.holders.pages.history_words import history_teller
from huimin.holders.people import EligibilityDraft, eligibilities_on, may_come
from huimin.holders.person_page import (
    EVENTS_MAX,
    live_card,
    note_view,
    open_application,
    person_page,
)
from huimin.storage.engine import Row, Transaction
from huimin.web.choices import eligibility_choices, relation_choices
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on

SOURCE_MAX = 120


@pages.get("/holders/<holder_id>", endpoint="person")
@require("holder.read")
def show_person(holder_id: str) -> str:
    """The page; that it was looked at is recorded."""
    by, within = acting(), own_division()

    def work(tx: Transaction) -> None:
        person(tx, holder_id, within=within)
        note_view(tx, holder_id, **by)

    change(work)
    return person_form(holder_id, Form())


@pages.post("/holders/<holder_id>/unmask")
@require("holder.unmask")
def unmask_person(holder_id: str) -> Answer:
    """Show the full name and numbers once, for a reason that is recorded."""
    form, secrets, within, by = Form.sent(), instance().personal_data, own_division(), acting()

    def work(tx: Transaction) -> dict[str, str | None]:
        holder = person(tx, holder_id, within=within)
        return unmask(tx, secrets, holder, reason=form.text("reason"), **by)

    return form.carry_out(
        work,
        again=lambda refused: person_form(holder_id, refused, opened="unmask"),
        then=lambda clear: person_form(holder_id, Form(), clear=clear),
    )


@pages.post("/holders/<holder_id>/verify")
@require("holder.write")
def verify_person(holder_id: str) -> Answer:
    """The entitlement was looked at again today."""
    today = county_day(instance().clock())

    def work(tx: Transaction, holder: Row, form: Form, by: By) -> None:
        verify_holder(tx, holder["id"], today=today, reason=form.text("reason"), **by)

    return _changed(holder_id, "verify", work, _("已记下今天复核过保障资格。"))


@pages.post("/holders/<holder_id>/details")
@require("holder.write")
def correct_person(holder_id: str) -> Answer:
    """Correct name, phone, village. An empty field leaves what it is for as it is."""
    secrets = instance().personal_data
    own = {code for code, _name in division_choices(own_division())}

    def work(tx: Transaction, holder: Row, form: Form, by: By) -> None:
        # The form may be older than a change of divisions.
        chosen = form.optional("division_code") or holder["division_code"]
        division_code = living_code(tx, chosen)
        if division_code not in {*own, holder["division_code"]}:
            raise field_problem("division_code", "请选择村或社区。")
        phone = form.optional("phone") or secrets.readable_value(holder, "holder.phone")
        if phone is None and holder["phone_cipher"] and not form.text("no_phone"):
            # It is kept as it is: the key may come back from a backup.
            raise field_problem(
                "phone", "现有的密钥读不出登记的电话：请填现在的号码，或者勾选删除。"
            )
        change_details(
            tx,
            secrets,
            holder,
            name=form.optional("name") or holder["name"],
            phone=None if form.text("no_phone") else phone,
            division_code=division_code,
            reason=form.text("reason"),
            **by,
        )

    return _changed(holder_id, "details", work, _("资料已更正。"))


@pages.post("/holders/<holder_id>/family")
@require("holder.write")
def add_member(holder_id: str) -> Answer:
    """One more who may present the card."""
    secrets, today = instance().personal_data, county_day(instance().clock())

    def work(tx: Transaction, holder: Row, form: Form, by: By) -> None:
        typed = TypedMember(**{name: form.text(at) for name, at in FAMILY_FIELDS.items()})
        add_family(tx, secrets, holder["id"], typed, today=today, **by)

    return _changed(holder_id, "family", work, _("家庭成员已添加，可以代为出示这张卡。"))


@pages.post("/holders/<holder_id>/family/<member_id>/end")
@require("holder.write")
def end_member(holder_id: str, member_id: str) -> Answer:
    """They may no longer present the card."""

    def work(tx: Transaction, holder: Row, form: Form, by: By) -> None:
        end_family(tx, holder["id"], member_id, reason=form.text("reason"), **by)

    return _changed(holder_id, f"end-{member_id}", work, _("这位家庭成员不能再出示这张卡。"))


@pages.post("/holders/<holder_id>/eligibilities")
@require("holder.write")
def add_eligibility(holder_id: str) -> Answer:
    """One more reason why the person is entitled."""

    def work(tx: Transaction, holder: Row, form: Form, by: By) -> None:
        problems = Problems()
        source = form.text("source")
        if not source or len(source) > SOURCE_MAX:
            problems.refuse("source", "请填写依据，例如文件名称。")
        starts_on = problems.read(_day_of(form), "starts_on", form.text("starts_on"))
        ends_on = problems.read(_day_of(form), "ends_on", form.text("ends_on"))
        if form.text("kind") not in ELIGIBILITIES:
            problems.refuse("kind", "请选择保障类别。")
        if not form.text("starts_on"):
            problems.refuse("starts_on", "请填写认定日期。")
        problems.finish()
        draft = EligibilityDraft(form.text("kind"), starts_on, source, ends_on)
        grant_eligibility(tx, holder["id"], draft, **by)

    return _changed(holder_id, "eligibility", work, _("保障资格已添加。"))


@pages.post("/holders/<holder_id>/eligibilities/<eligibility_id>/end")
@require("holder.write")
def finish_eligibility(holder_id: str, eligibility_id: str) -> Answer:
    """Give an eligibility its last day."""

    def work(tx: Transaction, holder: Row, form: Form, by: By) -> None:
        problems, reason = Problems(), form.text("reason")
        last = problems.read(lambda at, _typed: form.day(at), "ends_on", "")
        problems.read(lambda _at, typed: checked_reason(typed), "reason", reason)
        problems.finish()
        end_eligibility(tx, holder["id"], eligibility_id, ends_on=last, reason=reason, **by)

    return _changed(holder_id, f"end-{eligibility_id}", work, _("保障资格的结束日期已记下。"))


@pages.post("/holders/<holder_id>/apply")
@require("holder.write")
def apply_again(holder_id: str) -> Answer:
    """Apply for a card, for the first time or after a return."""

    secrets, today = instance().personal_data, county_day(instance().clock())

    def work(tx: Transaction, holder: Row, form: Form, by: By) -> None:
        # The button may come from a page of long ago, or from the other window.
        page, entitled = person_page(tx, secrets, holder), may_come(tx, holder["id"], today)
        step, _about = next_step(page, entitled=entitled, own=False, today=today)
        if step not in MAY_APPLY:
            raise field_problem("", "现在不用提交申请；请看页面上写的下一步。")
        submit_application(tx, holder_id=holder["id"], source="form", **by)

    message = _("申请已提交；下一步由另一位工作人员审核。")
    return _changed(holder_id, "apply", work, message)


def submitted_by_reader(application: Row | None) -> bool:
    """Whether the reader submitted it, and so can't approve it."""
    four_eyes = instance().settings.four_eyes
    return bool(four_eyes and application and application["submitted_by"] == member().username)


def _day_of(form: Form) -> Callable[[str, str], date | None]:
    return lambda at, typed: form.day(at) if typed else None


def _changed(
    holder_id: str, opened: str, work: Callable[[Transaction, Row, Form, By], None], message: str
) -> Answer:
    """Run a change of a person whom the reader may see; back to the page, or to the form."""
    form, within, by = Form.sent(), own_division(), acting()
    return form.carry_out(
        lambda tx: work(tx, person(tx, holder_id, within=within), form, by),
        again=lambda refused: person_form(holder_id, refused, opened=opened),
        then=lambda _done: go_on(message, "holders.person", holder_id=holder_id),
    )


def person_form(
    holder_id: str, form: Form, *, opened: str = "", clear: dict[str, str | None] | None = None
) -> str:
    """The page with one of its forms opened, to be mended."""
    secrets, within = instance().personal_data, own_division()
    today, names = county_day(instance().clock()), names_for_reader()
    page, entitled, attempts, to_come = instance().engine.read(
        lambda tx: (
            person_page(tx, secrets, person(tx, holder_id, within=within), names),
            eligibilities_on(tx, holder_id, today),
            attempts_of_holder(tx, holder_id),
            may_come(tx, holder_id, today),
        )
    )
    waiting = open_application(page)
    own = submitted_by_reader(waiting)
    step, about = next_step(page, entitled=to_come, own=own, today=today)
    return render_template(
        "holders/person.html",
        person=page,
        form=form,
        opened=opened,
        clear=clear,
        card=live_card(page),
        waiting=waiting,
        step=step,
        about=about,
        history_words=history_teller(place_names().get),
        events_max=EVENTS_MAX,
        divisions=division_choices(within, villages_only=True),
        kinds=eligibility_choices(),
        relations=relation_choices(),
        family_fields=FAMILY_FIELDS,
        entitled=bool(entitled),
        attempts=attempts,
        today=today.isoformat(),
    )
