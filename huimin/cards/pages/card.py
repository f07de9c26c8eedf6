"""The page of one card: its state, its history and the actions on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from huimin.access.full_names import names_for_reader
from huimin.access.guards import acting, member, own_division, require
from huimin.alerts.find_attempts import attempts_of_card
from huimin.cards.card_list import card_in, may_be_issued
from huimin.cards.change_state import (
    TRANSITIONS,
    replace_card,
    report_lost,
    resume_card,
    revoke_card,
    suspend_card,
)
from huimin.cards.events import events_of_card
from huimin.cards.hand_over import hand_over, handover_of
from huimin.cards.issue import issue_card, require_aid
from huimin.cards.pages import pages
from huimin.cards.pages.card_list import new_card
from huimin.cards.reverify import months_after
from huimin.core.days import county_day
from huimin.core.permissions import allows
from huimin.core.recorded_reasons import REASONS
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.holders.applications import application_in, approve_application
from huimin.holders.change_person import person
from huimin.holders.people import eligibilities_on
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on, tell_not_done
from huimin.web.language import request_language

# Action → its event, the button's text, the explanation, the confirmation.
ACTS = {
    "lose": (
        "lost",
        lazy_gettext("挂失此卡"),
        lazy_gettext("别人捡到也不能再用；找到了可以恢复，也可以补卡。"),
        lazy_gettext("已挂失，这张卡不能再用；下一步补卡或等待找回。"),
    ),
    "suspend": (
        "suspended",
        lazy_gettext("暂停此卡"),
        lazy_gettext("暂时不能用，查清后可以恢复。"),
        lazy_gettext("已暂停；查清后可以恢复。"),
    ),
    "resume": (
        "resumed",
        lazy_gettext("恢复此卡"),
        lazy_gettext("马上又能用。"),
        lazy_gettext("已恢复，这张卡又能用了。"),
    ),
    "replace": (
        "replaced",
        lazy_gettext("补卡，旧卡作废"),
        lazy_gettext("旧卡马上不能用，新卡另有卡号，需要打印。"),
        lazy_gettext("已补卡，旧卡已作废；下一步打印新卡。"),
    ),
    "revoke": (
        "revoked",
        lazy_gettext("注销此卡，不能恢复"),
        lazy_gettext("不再符合条件时注销；以后要重新申请。"),
        lazy_gettext("已注销。"),
    ),
}
CHANGES: dict[str, Callable[..., Any]] = {
    "lose": report_lost,
    "suspend": suspend_card,
    "resume": resume_card,
    "revoke": revoke_card,
}
DANGEROUS = ("lose", "replace", "revoke")


@pages.get("/cards/<card_id>")
@require("card.read")
def card_of_office(card_id: str) -> str:
    """The card's page."""
    return _page(card_id, Form())


@pages.post("/cards/<card_id>/<action>")
@require("card.change")
def change_card(card_id: str, action: str) -> Answer:
    """Report lost, suspend, resume, replace or revoke, with a reason."""
    if action not in ACTS:
        raise Refusal("not_found")
    form, within = Form.sent(), own_division()
    reason, terms, by = form.text("reason"), new_card(), acting()

    def work(tx: Transaction) -> str:
        card_in(tx, card_id, within=within)
        if action == "replace":
            return str(replace_card(tx, card_id=card_id, reason=reason, **terms, **by)["id"])
        CHANGES[action](tx, card_id=card_id, reason=reason, **by)
        return card_id

    return form.carry_out(
        work,
        again=lambda refused: _page(card_id, refused, opened=action),
        then=lambda new_id: go_on(ACTS[action][3], "cards.card_of_office", card_id=new_id),
    )


@pages.post("/cards/<card_id>/handed-over")
@require("card.print")
def card_handed_over(card_id: str) -> Response:
    """The printed card is in its holder's hand."""
    within, by = own_division(), acting()

    def work(tx: Transaction) -> None:
        card_in(tx, card_id, within=within)
        hand_over(tx, [card_id], **by)

    change(work)
    return go_on(_("已记下，卡交给本人了。"), "cards.card_of_office", card_id=card_id)


@pages.post("/cards/issue/<holder_id>")
@require("card.issue")
def issue_to_person(holder_id: str) -> Response:
    """Issue a card to a holder whose latest application was approved, and go on to print it."""
    within, today = own_division(), county_day(instance().clock())
    terms = {"reason": REASONS["application_approved"], **acting(), **new_card()}

    def work(tx: Transaction) -> str:
        person(tx, holder_id, within=within)
        if not may_be_issued(tx, holder_id):
            raise field_problem("holder", "申请通过后才能发卡；已经发过的不再发。")
        require_aid(tx, holder_id, today)
        return str(issue_card(tx, holder_id=holder_id, **terms)["id"])

    try:
        card_id = change(work)
    except FieldProblems as error:
        # A second press, or another window, was faster: the person's page says what is next.
        tell_not_done(error.problems[0].message(request_language()))
        return redirect(url_for("holders.person", holder_id=holder_id))
    return go_on(_("已发卡；下一步打印。"), "cards.print_choice", card=card_id)


@pages.post("/cards/approve/<application_id>")
@require("application.decide")
def approve_and_issue(application_id: str) -> Response:
    """Approve an application and issue the card in one step; the same page then offers to print."""
    if not allows(member().role, "card.issue"):
        raise Refusal("forbidden")
    within, four_eyes, by = own_division(), instance().settings.four_eyes, acting()
    terms = {"reason": REASONS["application_approved"], **new_card()}

    def work(tx: Transaction) -> None:
        application_in(tx, application_id, within=within)
        decided = approve_application(tx, application_id, four_eyes=four_eyes, **by)
        issue_card(tx, holder_id=decided["holder_id"], **terms, **by)

    back = "holders.application"
    try:
        change(work)
    except FieldProblems as error:
        # A colleague was faster, or the case has changed meanwhile: the page says what is so now.
        tell_not_done(error.problems[0].message(request_language()))
        return redirect(url_for(back, application_id=application_id))
    return go_on(_("已通过并发卡；下一步打印。"), back, application_id=application_id)


def _verify_by(card: dict[str, Any]) -> date:
    """The last day on which the person's yearly verification is in time."""
    last = date.fromisoformat(card["verified_on"])
    return months_after(last, instance().settings.verify_months)


def _page(card_id: str, form: Form, opened: str = "") -> str:
    within, today = own_division(), county_day(instance().clock())

    def query(tx: Transaction) -> tuple[dict[str, Any], Any, Any, bool]:
        card = card_in(tx, card_id, within=within)
        entitled = bool(eligibilities_on(tx, card["holder_id"], today))
        return card, events_of_card(tx, card_id), attempts_of_card(tx, card_id), entitled

    card, events, attempts, entitled = instance().engine.read(query)
    handover = instance().engine.read(lambda tx: handover_of(tx, card_id))
    possible = [action for action, row in ACTS.items() if card["state"] in TRANSITIONS[row[0]][0]]
    return render_template(
        "cards/office_card.html",
        card=card,
        handover=handover,
        name=names_for_reader()(card["holder_name"], card["division_code"]),
        verify_by=_verify_by(card),
        grace_ends=_verify_by(card) + timedelta(days=instance().settings.grace_days),
        today=today,
        entitled=entitled,
        attempts=attempts,
        events=events[::-1],
        acts=[(action, ACTS[action]) for action in possible],
        dangerous=DANGEROUS,
        form=form,
        opened=opened,
    )
