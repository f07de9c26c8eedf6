"""The list of people: one search box, filters in the address, a workbook of the same.

What is typed into the box may be a name or a number of somebody, so it is posted and stands in the
address encrypted: no history, log or forwarded link gives it away.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import member, require
from huimin.audit.export_list import workbook_response
from huimin.core.days import county_day
from huimin.core.permissions import allows
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.core.words import ELIGIBILITIES
from huimin.holders.drafts import drafts_of
from huimin.holders.pages import own_division, pages
from huimin.holders.pages.choices import division_choices, kind_choices
from huimin.holders.search import NO_CARD, TEXT_MAX, Wanted, people_rows, search
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_xlsx import ROWS_MAX, Column
from huimin.web.lists import COUNT_MAX, PAGE_ROWS, Listed, Place, listed
from huimin.web.words import CARD_STATES

FILTERS = ("division", "kind", "card", "ending")
ENDING_DAYS_MAX = 366
SEALED_FOR = "search"


@pages.get("/holders/")
@require("holder.read")
def people() -> str | Response:
    """Who is enrolled, by page; with `format=xlsx` all that the filters let through."""
    chosen = {name: request.args.get(name, "").strip() for name in FILTERS}
    sealed = request.args.get("find", "")
    form = Form({**chosen, "text": _unsealed(sealed)})
    as_workbook = request.args.get("format") == "xlsx"
    if as_workbook and not allows(member().role, "holder.export"):
        raise Refusal("forbidden")
    try:
        page = _page(form, size=ROWS_MAX if as_workbook else PAGE_ROWS)
    except FieldProblems as why:
        form, page = form.refused(why), Listed([], 0)
    if as_workbook:
        return workbook_response(_("持卡人"), _columns(), page.rows)
    staff_id, personal_data = member().id, instance().personal_data
    drafts = instance().engine.read(lambda tx: drafts_of(tx, personal_data, staff_id=staff_id))
    return render_template(
        "holders/people.html",
        form=form,
        page=page,
        drafts=drafts,
        arguments={name: value for name, value in {**chosen, "find": sealed}.items() if value},
        divisions=division_choices(own_division()),
        kinds=kind_choices(),
        card_states=[(NO_CARD, _("没有卡")), *CARD_STATES.items()],
    )


@pages.post("/holders/")
@require("holder.read")
def find_people() -> BaseResponse:
    """Search: the same list, with what was typed sealed in its address."""
    form = Form.sent()
    wanted: dict[str, Any] = {name: form.optional(name) for name in FILTERS}
    text = form.text("text")[:TEXT_MAX]
    return redirect(url_for("holders.people", find=_sealed(text) if text else None, **wanted))


def _sealed(text: str) -> str:
    sealed = instance().personal_data.seal(text.encode(), SEALED_FOR)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _unsealed(sealed: str) -> str:
    """What was typed; nothing for an address that was changed or is too old to be read."""
    try:
        content = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        return instance().personal_data.unseal(content, SEALED_FOR).decode() if sealed else ""
    except (InvalidTag, KeyError, ValueError):
        return ""


def _page(form: Form, *, size: int) -> Listed:
    within, today = own_division(), county_day(instance().clock())
    personal_data, wanted = instance().personal_data, _wanted(form)
    place = Place.asked()

    def look(tx: Transaction) -> Listed:
        find = search(tx, personal_data, wanted, today=today, within=within)
        page = listed(
            find,
            lambda: len(find("", COUNT_MAX + 1)),
            place=place,
            key_of=lambda one: str(one.key),
            size=size,
        )
        return replace(page, rows=people_rows(tx, [one.id for one in page.rows], today))

    return instance().engine.read(look)


def _wanted(form: Form) -> Wanted:
    ending = form.text("ending")
    number = int(ending) if re.fullmatch("[0-9]{1,3}", ending, re.ASCII) else None
    if ending and (number is None or number > ENDING_DAYS_MAX):
        raise field_problem("ending", "请写天数，例如 30。")
    return Wanted(
        text=form.text("text"),
        division_code=form.optional("division"),
        kind=form.optional("kind"),
        card_state=form.optional("card"),
        ending_days=number,
    )


def _columns() -> list[Column]:
    language = request_language()
    states = {code: str(word) for code, word in CARD_STATES.items()}
    return [
        (_("姓名"), lambda row: row["name_masked"]),
        (_("乡镇（街道）"), lambda row: row["town_name"]),
        (_("村（社区）"), lambda row: row["village_name"]),
        (
            _("保障类别"),
            lambda row: "、".join(ELIGIBILITIES.say(k, language) for k in row["kinds"]),
        ),
        (_("卡号"), lambda row: row["card_number"]),
        (_("卡片状态"), lambda row: states.get(row["card_state"] or "", "")),
        (_("有效期至"), lambda row: row["expires_on"]),
        (_("复核日期"), lambda row: row["verified_on"]),
    ]
