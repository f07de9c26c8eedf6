"""The list of people: one search box, filters in the address, a workbook of the same.

What is typed into the box may be a name or a number of somebody, so it is posted and stands in the
address encrypted: no history, log or forwarded link gives it away.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.full_names import names_for_reader
from huimin.access.guards import member, own_division, require
from huimin.audit.list_answer import list_answer
from huimin.core.days import county_day
from huimin.core.permissions import allows
from huimin.core.refusals import Refusal, field_problem
from huimin.core.words import ELIGIBILITIES
from huimin.divisions.choices import division_choices
from huimin.holders.aid_column import aid_until
from huimin.holders.drafts import drafts_of
from huimin.holders.pages import pages
from huimin.holders.sealed_text import sealed_text, unsealed_text
from huimin.holders.search import (
    NO_CARD,
    NO_KIND,
    TEXT_MAX,
    PersonCriteria,
    count_people,
    everybody,
    people_rows,
    search,
)
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.choices import eligibility_choices
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.list_view import SORT
from huimin.web.lists import COUNT_MAX, Listed, Place, as_workbook, listed
from huimin.web.words import CARD_STATES, grouped

FILTERS = ("division", "kind", "card", "ending")
ENDING_DAYS_MAX = 366


@pages.get("/holders/")
@require("holder.read")
def people() -> str | Response:
    """Who is enrolled, by page; with `format=xlsx` all that the filters let through."""
    if as_workbook() and not allows(member().role, "holder.export"):
        raise Refusal("forbidden")
    list_page, sealed = _list(), request.args.get("find", "")
    form = list_page.read_filters()
    arguments = {**list_page.arguments(form), **({"find": sealed} if sealed else {})}
    form = Form({**form.values, "text": unsealed_text(instance().personal_data, sealed)})
    return list_answer(list_page, _read_rows, form=form, arguments=arguments, more=_own_drafts)


@pages.post("/holders/")
@require("holder.read")
def find_people() -> Response:
    """Search: the same list, with what was typed sealed in its address."""
    form = Form.sent()
    filters: dict[str, Any] = {name: form.optional(name) for name in (*FILTERS, SORT)}
    text = form.text("text")[:TEXT_MAX]
    return redirect(
        url_for("holders.people", find=sealed_text(instance().personal_data, text), **filters)
    )


def _own_drafts(_form: Form) -> dict[str, Any]:
    staff_id, personal_data = member().id, instance().personal_data
    drafts = instance().engine.read(lambda tx: drafts_of(tx, personal_data, staff_id=staff_id))
    return {"drafts": drafts}


def _read_rows(tx: Transaction, form: Form, place: Place) -> Listed:
    within, today = own_division(), county_day(instance().clock())
    secrets, criteria = instance().personal_data, _criteria(form)
    find = search(tx, secrets, criteria, today=today, within=within, order=place.order)
    page = listed(
        find,
        partial(
            count_people,
            tx,
            secrets,
            criteria,
            today=today,
            within=within,
            count_max=COUNT_MAX + 1,
        ),
        place=place,
        key_of=lambda one: str(one.key),
        capped=not everybody(criteria, within),
    )
    ids = [one.id for one in page.rows]
    return replace(
        page, rows=people_rows(tx, secrets, ids, today, criteria.text, names_for_reader())
    )


def _criteria(form: Form) -> PersonCriteria:
    ending = form.text("ending")
    number = int(ending) if re.fullmatch("[0-9]{1,3}", ending, re.ASCII) else None
    if ending and (number is None or number > ENDING_DAYS_MAX):
        raise field_problem("ending", "请写天数，例如 30。")
    return PersonCriteria(
        text=form.text("text"),
        division_code=form.optional("division"),
        kind=form.optional("kind"),
        card_state=form.optional("card"),
        ending_days=number,
    )


def _list() -> ListPage:
    language = request_language()

    def kinds_of(row: Row) -> str:
        return "、".join(ELIGIBILITIES.say(kind, language) for kind in row["kinds"])

    def found_by(row: Row, name: str = "name_masked") -> str:
        members = [f"{one[name]}（{one['relation']}）" for one in row["found_by"]]
        return _("找到家庭成员：{names}", names="、".join(members)) if members else ""

    def state_of(row: Row) -> str:
        return str(CARD_STATES[row["card_state"]]) if row["card_state"] else ""

    def state_cell(row: Row) -> Markup:
        words = state_of(row)
        return cells.state(row["card_state"], words) if words else cells.beside(_("没有卡"))

    def name_cell(row: Row) -> Markup:
        name = cells.link(row["name"], "holders.person", row["id"])
        return cells.below(name, found_by(row, "name"))

    columns = [
        Column(_("姓名"), "name_masked", name_cell),
        *column.places(sort="place"),
        Column(_("找到的家庭成员"), found_by, only="workbook"),
        Column(_("保障类别"), kinds_of, lambda row: kinds_of(row) or cells.beside(_("目前没有"))),
        Column(_("卡号"), "card_number", lambda row: grouped(row["card_number"] or ""), "nowrap"),
        Column(_("卡片状态"), state_of, state_cell, place="state"),
        aid_until(sort="until"),
        Column(_("有效期至"), "expires_on", only="workbook"),
        Column(_("复核日期"), "verified_on", only="workbook"),
        column.day_of(_("登记日期"), "created_at", sort="-entry"),
    ]
    filters = [
        Filter(
            "text",
            _("姓名、卡号、身份证号或电话"),
            type="search",
            maxlength=TEXT_MAX,
            hint=_("姓名可以只写一部分；家庭成员的姓名、身份证号也能找到。"),
            argument="find",
        ),
        Filter("division", _("镇街或村社"), division_choices(own_division()), typed=True),
        Filter("kind", _("保障类别"), [(NO_KIND, _("目前没有保障")), *eligibility_choices()]),
        Filter("card", _("卡片状态"), [(NO_CARD, _("没有卡")), *CARD_STATES.items()]),
        Filter("ending", _("保障在几天内到期"), inputmode="numeric", maxlength=3),
    ]
    return ListPage(
        "holders.people",
        _("持卡人"),
        columns,
        filters,
        Empty(_("还没有登记任何人。可以逐位登记，或由管理员导入名册。")),
        none_fit=_("没有符合条件的人。请少写几个字，或清除条件再找。"),
        order="entry",
    )
