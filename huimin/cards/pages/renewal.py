"""Renew cards that expire soon: preview them, renew them, go on to printing."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask import render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.full_names import names_for_reader
from huimin.access.guards import acting, own_division, require
from huimin.audit.list_answer import workbook_response
from huimin.cards.card_columns import expiry, whose_card
from huimin.cards.issue import default_expiry
from huimin.cards.pages import pages
from huimin.cards.pages.card_list import CHUNK, chosen_place, new_card
from huimin.cards.renew import RENEWED_AT_ONCE, Ending, cards_left_out, cards_to_renew, renew_cards
from huimin.cards.reverify import due_before
from huimin.core.days import county_day
from huimin.core.refusals import FieldProblems, field_problem
from huimin.divisions.choices import town_choices
from huimin.storage.engine import Row, Transaction
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Form, go_on
from huimin.web.lists import as_workbook

DAYS, DAYS_MAX = 30, 366
ROWS_SHOWN = 200


@pages.get("/cards/renewal")
@require("card.issue")
def renewal() -> str | Response:
    """Preview what would be renewed and what would not; nothing changes."""
    form = Form.from_address(("days", "division"))
    try:
        last_day = county_day(instance().clock()) + timedelta(days=_days(form))
    except FieldProblems as error:
        return _page(form.refused(error), None)
    if not as_workbook():
        return _page(form, last_day)
    rows = instance().engine.read(lambda tx: cards_to_renew(tx, _ending(form, last_day)))
    return workbook_response(_("到期续发"), [*whose_card(), expiry()], rows)


@pages.post("/cards/renewal")
@require("card.issue")
def renew_all() -> Response | tuple[str, int]:
    """Renew as many as were previewed, in small transactions so that no till waits long."""
    form = Form.sent()
    try:
        ending, count = _ending(form, form.day("until")), _count(form)
        done = _renewed(ending, count)
        if not done:
            raise field_problem("days", "这段时间没有要续发的卡。")
    except FieldProblems as error:
        return _page(form.refused(error), None), 422
    message = _("已续发 {count} 张，旧卡已停用；下一步打印新卡。", count=f"{done:,}")
    return go_on(message, "cards.cards", unprinted=1)


def _renewed(ending: Ending, count: int) -> int:
    by, done, renewed, part = {**new_card(), **acting()}, 0, 0, 0
    while done < count and renewed == part:
        part = min(CHUNK, count - done)

        def work(tx: Transaction, part: int = part) -> int:
            return renew_cards(tx, ending, count=part, **by)

        renewed = change(work)
        done += renewed
    return done


def _days(form: Form) -> int:
    text = form.text("days") or str(DAYS)
    number = int(text) if re.fullmatch("[0-9]{1,3}", text, re.ASCII) else None
    if number is None or number > DAYS_MAX:
        raise field_problem("days", "请写天数，例如 30。")
    return number


def _count(form: Form) -> int:
    text = form.text("count")
    if not re.fullmatch("[0-9]{1,4}", text, re.ASCII) or int(text) > RENEWED_AT_ONCE:
        raise field_problem("days", "请先查看要续发的卡。")
    return int(text)


def _ending(form: Form, last_day: date) -> Ending:
    today, settings = county_day(instance().clock()), instance().settings
    # The day comes from the preview's form; never go further ahead than a preview can.
    latest = min(last_day, today + timedelta(days=DAYS_MAX))
    return Ending(today, latest, due_before(today, settings.verify_months), chosen_place(form))


def _why_left_out(row: Row) -> str:
    if row["entitled"]:
        return str(_("保障资格该复核了，请先复核"))
    return str(_("到期那天已没有保障"))


def _page(form: Form, last_day: date | None) -> str:
    ready: list[Row] = []
    left_out: list[Row] = []
    if last_day is not None:
        ending, names = _ending(form, last_day), names_for_reader()
        ready, left_out = instance().engine.read(
            lambda tx: (
                cards_to_renew(tx, ending, names=names),
                cards_left_out(tx, ending, names=names),
            )
        )
    years, columns = instance().settings.card_years, [*whose_card(), expiry()]
    return render_template(
        "cards/renewal.html",
        form=form,
        days=DAYS,
        ready=ready,
        left_out=left_out,
        last_day=last_day,
        new_expiry=default_expiry(county_day(instance().clock()), years),
        columns=columns,
        columns_left_out=[*columns, Column(_("原因"), _why_left_out)],
        towns=town_choices(own_division()),
        rows_shown=ROWS_SHOWN,
        at_once=RENEWED_AT_ONCE,
        arguments={name: form.text(name) for name in ("days", "division") if form.text(name)},
    )
