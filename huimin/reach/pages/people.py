"""The work list: who of a town is entitled and not reached, with phones for a reason, and on paper.

A registrar sees the own town; another town does not exist for them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.full_names import names_for_reader
from huimin.access.guards import acting, member, require
from huimin.audit.list_answer import list_answer
from huimin.audit.record import checked_reason
from huimin.core.days import COUNTY_ZONE, county_day, instant_text, parse_instant
from huimin.core.identity import mask_name
from huimin.core.permissions import allows
from huimin.core.refusals import Refusal
from huimin.reach.contacts import NOT_YET, RESULTS, person_of, with_last_contact
from huimin.reach.pages import pages
from huimin.reach.pages.places import town_and_villages
from huimin.reach.phones import PhonesShown, note_phones_shown, phone_text, phones_shown
from huimin.reach.unreached import LATELY_DAYS, REASONS, UnreachedCriteria, unreached_after
from huimin.storage.engine import Row, Transaction
from huimin.web import cells
from huimin.web.column import Column
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import Listed, Place, as_workbook, page_of
from huimin.web.words import OnPages

# As many people as one printed list names.
PRINTED_MAX = 500
PHONES = "phones"
DUE = "due"


@dataclass(frozen=True, slots=True)
class WorkList:
    """What an address asks for: a town, its villages by code, and the filters."""

    town_code: str
    town_name: str
    villages: dict[str, str]
    form: Form
    today: date

    @classmethod
    def asked(cls, town_code: str) -> WorkList:
        """Of this request. Raises Refusal `not_found` for a town or village that is not there."""
        name, villages = town_and_villages(town_code)
        form = Form(
            {
                one: request.args.get(one, "").strip()
                for one in ("reason", "village", "result", "due")
            }
        )
        if form.text("reason") not in REASONS:
            form = Form({**form.values, "reason": "no_card"})
        if form.text("village") and form.text("village") not in villages:
            raise Refusal("not_found")
        return cls(town_code, name, villages, form, county_day(instance().clock()))

    @property
    def criteria(self) -> UnreachedCriteria:
        """The same for the list's query; a result that nobody knows filters nothing."""
        result = self.form.text("result")
        return UnreachedCriteria(
            self.form.text("reason"),
            self.town_code,
            self.today,
            self.form.optional("village"),
            result if result in RESULTS or result == NOT_YET else None,
            self.today if self.form.text("due") == DUE else None,
        )

    @property
    def arguments(self) -> dict[str, Any]:
        """What keeps it in an address."""
        filters = {name: value for name, value in self.form.values.items() if value}
        return {"town_code": self.town_code, **filters}

    def phones(self) -> PhonesShown | None:
        """Whether the town's phones are shown to this reader, and why."""
        return phones_shown(
            session.get(PHONES),
            town=self.town_code,
            session_id=_session_id(),
            now=instance().clock(),
        )


@pages.get("/<town_code>/people")
@require("reach.read")
def people(town_code: str) -> str | Response:
    """Who of a town is entitled and not reached, by page or as a workbook."""
    return _list_page(WorkList.asked(town_code), Form())


@pages.post("/<town_code>/people/phones")
@require("reach.contact")
def show_phones(town_code: str) -> Answer:
    """Show the phones of this town's list for a reason, or hide them."""
    work_list, form = WorkList.asked(town_code), Form.sent()

    def keep() -> bool:
        if form.act("show", "hide") == "hide":
            session.pop(PHONES, None)
            return False
        reason = checked_reason(form.text("reason"))
        since = instant_text(instance().clock())
        session[PHONES] = PhonesShown(town_code, reason, since, _session_id()).as_dict()
        return True

    return form.attempt(
        keep,
        again=lambda refused: _list_page(work_list, refused),
        then=lambda is_shown: (
            redirect(url_for("reach.people", **work_list.arguments))
            if is_shown
            else go_on(_("电话已收起。"), "reach.people", **work_list.arguments)
        ),
    )


@pages.get("/<town_code>/people/print")
@require("reach.contact")
def print_people(town_code: str) -> str:
    """The list on paper, for whoever goes to the village; with phones while they are shown."""
    work_list, secrets = WorkList.asked(town_code), instance().personal_data
    criteria, shown = work_list.criteria, work_list.phones()

    def query(tx: Transaction) -> list[Row]:
        return with_last_contact(tx, unreached_after(tx, criteria, count=PRINTED_MAX + 1))

    waiting, names = instance().engine.read(query), names_for_reader()
    rows = sorted(waiting[:PRINTED_MAX], key=lambda row: str(row["division_code"]))
    if shown is not None:
        rows = _with_phones(rows, secrets, shown, town_code)
    return render_template(
        "reach/print.html",
        work_list=work_list,
        rows=[{**row, "name": names(row["name"], row["division_code"])} for row in rows],
        many=len(waiting) > PRINTED_MAX,
        printed_max=PRINTED_MAX,
        reason=reason_words()[criteria.reason],
        results=OnPages(RESULTS),
        shown=shown,
        phone_words=phone_words,
    )


def _list_page(work_list: WorkList, phones_form: Form) -> str | Response:
    secrets, shown = instance().personal_data, work_list.phones()
    list_page = _people_list(work_list, with_phones=shown is not None and not as_workbook())
    seen: list[str] = []

    def read_rows(tx: Transaction, _form: Form, place: Place) -> Listed:
        page = page_of(unreached_after, tx, work_list.criteria, place)
        rows = with_last_contact(tx, page.rows)
        if shown is not None and not as_workbook():
            rows = [{**row, "phone": _phone_of(tx, row, work_list.town_code)} for row in rows]
            seen.extend(row["id"] for row in rows)
        return replace(page, rows=rows)

    def _phone_of(tx: Transaction, row: Row, town_code: str) -> str | None:
        return phone_text(secrets, person_of(tx, row["id"], within=town_code))

    def more(_form: Form) -> dict[str, Any]:
        if shown is not None and seen:
            _note(seen, shown)
        until = shown.until.astimezone(COUNTY_ZONE).strftime("%H:%M") if shown else ""
        return {
            "work_list": work_list,
            "phones_until": until,
            "phones_form": phones_form,
            "may_contact": allows(member().role, "reach.contact"),
        }

    return list_answer(
        list_page, read_rows, form=work_list.form, arguments=work_list.arguments, more=more
    )


def _people_list(work_list: WorkList, *, with_phones: bool) -> ListPage:
    names, villages, results = names_for_reader(), work_list.villages, OnPages(RESULTS)
    may_contact = allows(member().role, "reach.contact")
    reason = reason_words()[work_list.form.text("reason")]

    def name_cell(row: Row) -> Markup:
        return cells.link(names(row["name"], row["division_code"]), "holders.person", row["id"])

    def contact_text(row: Row) -> str:
        last = row["contact"]
        return f"{last['contacted_on']} {results[last['result']]}" if last else ""

    def contact_cell(row: Row) -> Markup:
        last, words = row["contact"], contact_text(row)
        more = _("下次 {day}", day=last["next_on"]) if last and last["next_on"] else ""
        address = url_for("reach.contact", holder_id=row["id"], **work_list.arguments)
        link = Markup('<a href="{}">{}</a>').format(address, _("记一次联系"))
        return cells.below(words or _("还没有联系过"), more, link if may_contact else "")

    columns = [
        Column(_("姓名"), lambda row: mask_name(row["name"]), name_cell),
        Column(_("乡镇（街道）"), lambda row: work_list.town_name, only="workbook"),
        Column(_("村（社区）"), lambda row: villages.get(row["division_code"], ""), sort="village"),
        *([Column(_("联系电话"), "phone", _phone_cell, "nowrap")] if with_phones else []),
        Column(_("原因"), lambda row: reason, only="workbook"),
        Column(
            _("最近一次用卡"),
            lambda row: _last_day(row["last_used_at"]),
            lambda row: _last_day(row["last_used_at"]) or _("没有用过"),
        ),
        Column(_("联系情况"), contact_text, contact_cell),
    ]
    filters = [
        Filter("reason", _("原因"), list(reason_words().items()), blank=None, default="no_card"),
        Filter("village", _("村（社区）"), list(villages.items()), typed=True),
        Filter("result", _("联系情况"), [(NOT_YET, _("还没有联系过")), *results.items()]),
        Filter("due", _("下次联系"), [(DUE, _("到日子了"))], _("不限")),
    ]
    nothing, back = _("没有这样的人。换一个原因或村社看看。"), _("回到本镇街的数字")
    return ListPage(
        "reach.people",
        _("应享而没有享到的人"),
        columns,
        filters,
        Empty(nothing, "reach.town", back, {"town_code": work_list.town_code}),
        file_name=_("待联系名单"),
    )


def _phone_cell(row: Row) -> str:
    return phone_words(row["phone"])


def phone_words(phone: str | None) -> str:
    """A phone number, or why there is none: what `phone_text` gives, on a page."""
    if phone is None:
        return str(_("现有的密钥读不出这个号码。"))
    return phone or str(_("没有登记"))


def _with_phones(rows: list[Row], secrets: Any, shown: PhonesShown, town_code: str) -> list[Row]:
    def query(tx: Transaction) -> list[Row]:
        return [
            {**row, "phone": phone_text(secrets, person_of(tx, row["id"], within=town_code))}
            for row in rows
        ]

    with_phones = instance().engine.read(query)
    _note([row["id"] for row in with_phones], shown)
    return with_phones


def _note(ids: list[str], shown: PhonesShown) -> None:
    by = acting()
    change(lambda tx: note_phones_shown(tx, ids, shown, **by))


def _session_id() -> str:
    """The session whose cookie says that phones are shown: in another one they are not."""
    return str(session.get("session_id", ""))


def reason_words() -> dict[str, str]:
    """Why people are not reached, in the reader's language."""
    return {
        "no_card": _("没有可用的卡"),
        "never_used": _("有卡，从没用过"),
        "not_lately": _("有卡，{days} 天没用过", days=LATELY_DAYS),
    }


def _last_day(instant: str | None) -> str:
    return county_day(parse_instant(instant)).isoformat() if instant else ""
