"""The list of cards, and what is done to many at once: issue, suspend what is overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.full_names import names_for_reader
from huimin.access.guards import acting, own_division, require
from huimin.audit.list_answer import list_answer
from huimin.cards.card_columns import card_columns
from huimin.cards.card_list import CardCriteria, approved_without_card, card_ids, card_rows
from huimin.cards.issue import default_expiry, issue_card
from huimin.cards.pages import pages
from huimin.cards.reverify import due_before, overdue_before, suspend_overdue, unverified_cards
from huimin.core.card_number import typed_number
from huimin.core.days import county_day
from huimin.core.recorded_reasons import REASONS
from huimin.divisions.choices import town_choices
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Form, go_on
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import COUNT_MAX, Listed, Place, page_of
from huimin.web.words import CARD_STATES

DAYS_DIGITS = 3
# About as much of the one writer at a time as tills don't notice.
CHUNK = 100


@pages.get("/cards/")
@require("card.read")
def cards() -> str | Response:
    """The list, and what waits: people to give a card to, and cards overdue for verification."""
    return list_answer(_list(), _read_rows, more=_waiting)


@pages.post("/cards/issue")
@require("card.issue")
def issue_to_all() -> Response:
    """Give a card to everybody who was approved and has none, of a town or of all.

    A hundred to a transaction, so that no till waits long.
    """
    division, today = chosen_place(Form.sent()), _today()
    terms = {"reason": REASONS["application_approved"], **acting(), **new_card()}
    ids = instance().engine.read(lambda tx: approved_without_card(tx, division, today))

    def work(tx: Transaction, chunk: list[str]) -> None:
        still = set(approved_without_card(tx, division, today))
        for holder_id in chunk:
            if holder_id in still:
                issue_card(tx, holder_id=holder_id, **terms)

    for start in range(0, len(ids), CHUNK):
        change(lambda tx, chunk=ids[start : start + CHUNK]: work(tx, chunk))  # type: ignore[misc]
    message = _("已发卡 {count} 张；下一步打印。", count=len(ids))
    return go_on(message, "cards.print_choice", town=division)


@pages.post("/cards/suspend-overdue")
@require("card.change")
def suspend_overdue_cards() -> Response:
    """Suspend the cards of people who were not verified in time, with the grace used up."""
    division, last_day, by = chosen_place(Form.sent()), _overdue_before(), acting()
    done, some = 0, CHUNK
    while some == CHUNK:
        some = change(
            lambda tx: suspend_overdue(
                tx, last_day=last_day, count=CHUNK, division_code=division, **by
            )
        )
        done += some
    message = _("已暂停 {count} 张超期未复核的卡；复核后可以恢复。", count=done)
    return go_on(message, "cards.cards", state="suspended")


def new_card() -> dict[str, Any]:
    """What a new card is made with: the key that signs it, and its last day."""
    expires_on = default_expiry(_today(), instance().settings.card_years)
    return {"key_id": instance().key_ring.active_key_id, "expires_on": expires_on}


def chosen_place(form: Form) -> str | None:
    """The town that is asked for, never beyond the reader's own; None for the whole county."""
    own, chosen = own_division(), form.optional("division")
    known = {code for code, _name in town_choices(own)}
    return chosen if chosen in known else own


def _waiting(form: Form) -> dict[str, int]:
    """How many people have no card yet, and how many cards are overdue, at the chosen place."""
    place, last_day = chosen_place(form), _overdue_before()

    def counts(tx: Transaction) -> dict[str, int]:
        overdue = unverified_cards(tx, last_day=last_day, count=COUNT_MAX, division_code=place)
        return {
            "to_issue": len(approved_without_card(tx, place, _today())),
            "overdue": len(overdue),
        }

    return instance().engine.read(counts)


def _today() -> date:
    return county_day(instance().clock())


def _due_before() -> date:
    return due_before(_today(), instance().settings.verify_months)


def _overdue_before() -> date:
    settings = instance().settings
    return overdue_before(_today(), settings.verify_months, settings.grace_days)


def _list() -> ListPage:
    verify = [("due", _("该复核了")), ("overdue", _("宽限期已过"))]
    filters = [
        Filter("number", _("卡号"), inputmode="numeric", maxlength=24),
        Filter("division", _("镇街"), town_choices(own_division()), typed=True),
        Filter("state", _("卡片状态"), list(CARD_STATES.items())),
        Filter("unprinted", _("打印"), [("1", _("还没有打印"))], _("不限")),
        Filter("verify", _("年度复核"), verify, _("不限")),
        Filter("entitled", _("持卡人的保障"), [("none", _("目前没有保障"))], _("不限")),
        Filter("key", _("签发密钥"), [("revoked", _("已作废，等着换新卡"))], _("不限")),
        Filter("expires", _("几天内到期"), inputmode="numeric", maxlength=3),
    ]
    nothing = _("没有符合条件的卡。申请通过后就可以发卡。")
    return ListPage(
        "cards.cards",
        _("卡片"),
        card_columns(issue_too=True, sorts=True),
        filters,
        Empty(nothing, "holders.applications", _("去看申请")),
        order="issued",
    )


def _read_rows(tx: Transaction, form: Form, place: Place) -> Listed:
    page = page_of(card_ids, tx, _criteria(form), place, key_of=str)
    return replace(page, rows=card_rows(tx, page.rows, names_for_reader()))


def _criteria(form: Form) -> CardCriteria:
    days, verify = form.text("expires"), form.text("verify")
    expires_by, verified_before = None, None
    if days.isascii() and days.isdigit() and len(days) <= DAYS_DIGITS:
        expires_by = _today() + timedelta(days=int(days))
    if verify in ("due", "overdue"):
        verified_before = _due_before() if verify == "due" else _overdue_before()
    return CardCriteria(
        state=form.optional("state"),
        number=typed_number(form.text("number")) or None,
        division_code=form.optional("division"),
        expires_by=expires_by,
        unprinted=bool(form.text("unprinted")),
        verified_before=verified_before,
        key_revoked=form.text("key") == "revoked",
        not_entitled_on=_today() if form.text("entitled") == "none" else None,
        within=own_division(),
    )
