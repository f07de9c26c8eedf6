"""The list of cards, and what is done to many at once: issue, suspend what is overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.audit.export_list import workbook_response
from huimin.cards.card_columns import card_columns
from huimin.cards.card_list import WantedCards, approved_without_card, card_ids, card_rows
from huimin.cards.issue import default_expiry, issue_card
from huimin.cards.pages import pages
from huimin.cards.reverify import (
    due_before,
    overdue_before,
    suspend_overdue,
    unverified_cards,
)
from huimin.core.days import county_day
from huimin.divisions.find import all_divisions
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell
from huimin.web.list_xlsx import ROWS_MAX
from huimin.web.lists import COUNT_MAX, PAGE_ROWS, Listed, Place, listed
from huimin.web.words import CARD_STATES

FILTERS = ("number", "division", "state", "expires", "unprinted", "verify")
DAYS_MAX = 999
# About as much of the one writer at a time as tills don't notice.
CHUNK = 100


def own_division() -> str | None:
    """A registrar's town; None for those who see the whole county."""
    return member().division_code if member().role == "registrar" else None


def towns() -> list[tuple[str, str]]:
    """(code, name) of the towns that the reader may choose."""
    own = own_division()
    rows = instance().engine.read(all_divisions)
    return [
        (row["code"], row["name"])
        for row in rows
        if row["level"] == "town" and own in (None, row["code"])
    ]


@pages.get("/cards/")
@require("card.read")
def cards() -> str | Response:
    """The list, and what waits: people to give a card to, cards to print, overdue ones."""
    form = Form.asked(FILTERS)
    as_workbook = request.args.get("format") == "xlsx"
    page = _page(form, size=ROWS_MAX if as_workbook else PAGE_ROWS)
    if as_workbook:
        return workbook_response(_("卡片"), card_columns(), page.rows)
    place, last_day = chosen_place(form), _overdue_before()

    def waiting(tx: Transaction) -> tuple[int, int]:
        overdue = unverified_cards(tx, last_day=last_day, count=COUNT_MAX, division_code=place)
        return len(approved_without_card(tx, place)), len(overdue)

    to_issue, overdue = instance().engine.read(waiting)
    return render_template(
        "cards/cards.html",
        form=form,
        page=page,
        arguments={name: value for name, value in form.values.items() if value},
        towns=towns(),
        states=list(CARD_STATES.items()),
        to_issue=to_issue,
        overdue=overdue,
    )


@pages.post("/cards/issue")
@require("card.issue")
def issue_to_all() -> Response:
    """Give a card to everybody who was approved and has none, of a town or of all.

    A hundred to a transaction, so that no till waits long.
    """
    own, now, actor = chosen_place(Form.sent()), instance().clock(), member().username
    key_id, today = instance().key_ring.active_key_id, county_day(now)
    expires_on = default_expiry(today, instance().settings.card_years)
    ids = instance().engine.read(lambda tx: approved_without_card(tx, own))

    def work(tx: Transaction, chunk: list[str]) -> None:
        still = set(approved_without_card(tx, own))
        for holder_id in chunk:
            if holder_id in still:
                issue_card(
                    tx,
                    holder_id=holder_id,
                    key_id=key_id,
                    now=now,
                    actor=actor,
                    reason="申请已通过",
                    expires_on=expires_on,
                )

    for start in range(0, len(ids), CHUNK):
        change(lambda tx, chunk=ids[start : start + CHUNK]: work(tx, chunk))  # type: ignore[misc]
    tell(_("已发卡 {count} 张；下一步打印。", count=len(ids)))
    return redirect(url_for("cards.cards", unprinted=1))


@pages.post("/cards/suspend-overdue")
@require("card.change")
def suspend_overdue_cards() -> Response:
    """Suspend the cards of people who were not verified in time, with the grace used up."""
    own, now, actor = chosen_place(Form.sent()), instance().clock(), member().username
    last_day = _overdue_before()
    done = 0
    while True:
        some = change(
            lambda tx: suspend_overdue(
                tx, last_day=last_day, count=CHUNK, now=now, actor=actor, division_code=own
            )
        )
        done += some
        if some < CHUNK:
            break
    tell(_("已暂停 {count} 张超期未复核的卡；复核后可以恢复。", count=done))
    return redirect(url_for("cards.cards", state="suspended"))


def chosen_place(form: Form) -> str | None:
    """The division that is asked for, never beyond the reader's own; None for the whole county."""
    own, wanted = own_division(), form.optional("division")
    known = {code for code, _name in towns()}
    return wanted if wanted in known else own


def _due_before() -> date:
    return due_before(county_day(instance().clock()), instance().settings.verify_months)


def _overdue_before() -> date:
    settings = instance().settings
    today = county_day(instance().clock())
    return overdue_before(today, settings.verify_months, settings.grace_days)


def _page(form: Form, *, size: int) -> Listed:
    days = form.text("expires")
    within_days = int(days) if days.isascii() and days.isdigit() and len(days) <= 3 else None
    wanted = WantedCards(
        state=form.optional("state"),
        number="".join(form.text("number").split()) or None,
        division_code=form.optional("division"),
        expires_by=county_day(instance().clock()) + timedelta(days=within_days)
        if within_days is not None
        else None,
        unprinted=bool(form.text("unprinted")),
        verified_before={"due": _due_before, "overdue": _overdue_before}[form.text("verify")]()
        if form.text("verify") in ("due", "overdue")
        else None,
        within=own_division(),
    )
    place = Place.asked()

    def look(tx: Transaction) -> Listed:
        page = listed(
            lambda key, n, backwards=False: card_ids(tx, wanted, key, n, backwards=backwards),
            lambda: len(card_ids(tx, wanted, "", COUNT_MAX + 1)),
            place=place,
            key_of=str,
            size=size,
        )
        return replace(page, rows=card_rows(tx, page.rows))

    return instance().engine.read(look)
