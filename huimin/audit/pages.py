"""The audit record in the browser: events with old and new values, and card look-ups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import require
from huimin.audit.audit_words import (
    field_words,
    outcome_words,
    subject_address,
    subject_words,
    value_words,
)
from huimin.audit.changes import changes_of
from huimin.audit.event_words import EVENTS, event_words
from huimin.audit.find_events import EventCriteria, events_before, lookups_before, subject_of
from huimin.audit.list_answer import list_answer
from huimin.core.card_number import typed_number
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.forms import Form
from huimin.web.list_page import Empty, Filter, ListPage, day_filters
from huimin.web.lists import Listed, Place, page_of, rows_of
from huimin.web.words import grouped, recorded_reason

pages = Blueprint("audit", __name__)
pages.add_app_template_filter(event_words, "event")


@pages.get("/audit/")
@require("audit.read")
def events() -> str | Response:
    """Who saw or changed what."""
    return list_answer(_events(), _read_rows)


@pages.get("/audit/lookups")
@require("audit.read")
def lookups() -> str | Response:
    """Who looked a card up."""
    return list_answer(_lookups(), rows_of(lookups_before, _criteria))


def _events() -> ListPage:
    columns = [
        column.minute(_("时间"), "at", sort="-at"),
        Column(_("工作人员"), "actor", lambda row: _all_of(row["actor"], actor=row["actor"])),
        Column(_("做了什么"), lambda row: event_words(row["action"])),
        Column(_("对象"), _subject, _subject_cell),
        Column(_("对象编号"), "subject_id", only="workbook"),
        Column(_("改动"), _changes_cell, css_class="values", only="page"),
        Column(_("原因"), lambda row: recorded_reason(row["reason"])),
        Column(_("原来"), lambda row: _values(row, "old"), only="workbook"),
        Column(_("改为"), lambda row: _values(row, "new"), only="workbook"),
        Column(_("来自"), "address", css_class="nowrap"),
    ]
    filters = [
        Filter("actor", _("工作人员（用户名）"), maxlength=64),
        Filter("action", _("做了什么"), list(EVENTS.items())),
        Filter("subject", _("对象（卡号、用户名、收银终端号或编号）"), maxlength=64),
        *day_filters(),
    ]
    nothing = _("没有符合条件的记录。")
    return ListPage(
        "audit.events",
        _("审计记录"),
        columns,
        filters,
        Empty(nothing),
        none_fit=nothing,
        order="-at",
    )


def _lookups() -> ListPage:
    columns = [
        column.minute(_("时间"), "at", sort="-at"),
        Column(_("示范点"), "outlet_name"),
        Column(_("收银终端"), "terminal_code"),
        Column(_("工作人员"), "username"),
        Column(_("卡号"), "number", lambda row: grouped(row["number"] or ""), "nowrap"),
        Column(_("结果"), lambda row: outcome_words(row["outcome"]), place="state"),
    ]
    return ListPage(
        "audit.lookups",
        _("谁查过卡"),
        columns,
        [Filter("number", _("卡号"), inputmode="numeric", maxlength=24), *day_filters()],
        Empty(_("还没有查卡的记录。")),
        order="-at",
    )


def _read_rows(tx: Transaction, form: Form, place: Place) -> Listed:
    criteria = _criteria(form)
    if criteria.subject_id is not None:
        criteria = replace(criteria, subject_id=subject_of(tx, criteria.subject_id))
    return page_of(events_before, tx, criteria, place)


def _criteria(form: Form) -> EventCriteria:
    return EventCriteria(
        actor=form.optional("actor"),
        action=form.optional("action"),
        subject_id=form.optional("subject"),
        number=typed_number(form.text("number")) or None,
        first=form.optional_day("first"),
        last=form.optional_day("last"),
    )


def _all_of(text: str, **filters: Any) -> Markup:
    """A link to all events of a person or thing."""
    return Markup('<a href="{}">{}</a>').format(url_for("audit.events", **filters), text)


def _named(row: Row) -> str:
    """The subject's name, or its id if it has none."""
    name = row["subject_name"] or row["subject_id"]
    return grouped(name) if row["subject_kind"] == "card" and row["subject_name"] else str(name)


def _subject(row: Row) -> str:
    return f"{subject_words(row['subject_kind'])} {_named(row)}"


def _subject_cell(row: Row) -> Markup:
    kind, subject_id, name = row["subject_kind"], row["subject_id"], _named(row)
    address = subject_address(kind, subject_id)
    link = Markup('<a href="{}">{}</a>').format(address, name) if address else cells.beside(name)
    return Markup("{} {}<br>{}").format(
        subject_words(kind), link, cells.beside(_all_of(_("它的全部记录"), subject=subject_id))
    )


def _changes_cell(row: Row) -> Markup:
    """What changed, each value with the one before it; empty for a view."""
    return Markup(" ").join(
        Markup("<span>{}: {}</span>").format(
            field_words(one.name),
            " → ".join(
                value_words(one.name, value)
                for value in ((one.new,) if one.old is None else (one.old, one.new))
            ),
        )
        for one in changes_of(row)
    )


def _values(row: Row, side: str) -> str:
    """The old or the new values of an event, in words."""
    pairs = [(one.name, getattr(one, side)) for one in changes_of(row)]
    return "；".join(
        f"{field_words(name)} {value_words(name, value)}"
        for name, value in pairs
        if value is not None
    )
