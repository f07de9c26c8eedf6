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
    outcome_words,
    subject_address,
    subject_name,
    subject_words,
)
from huimin.audit.event_words import EVENTS, event_words
from huimin.audit.find_events import EventCriteria, events_before, lookups_before, subject_of
from huimin.audit.list_answer import list_answer
from huimin.audit.names import with_names
from huimin.audit.tell import actor_words, fact_lines, facts_of
from huimin.core.card_number import typed_number
from huimin.storage.engine import Row, Transaction
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage, day_filters
from huimin.web.lists import Listed, Place, page_of, rows_of
from huimin.web.words import grouped, recorded_reason

pages = Blueprint("audit", __name__)
pages.add_app_template_filter(event_words, "event")
pages.add_app_template_filter(lambda event: actor_words(event, request_language()), "actor_words")
pages.add_app_template_filter(lambda event: fact_lines(event, request_language()), "fact_lines")


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
        Column(_("工作人员"), lambda row: actor_words(row, request_language()), _actor_cell),
        Column(_("做了什么"), lambda row: event_words(row["action"])),
        Column(_("对象"), _subject, _subject_cell),
        Column(_("改动"), _facts_cell, css_class="values", only="page"),
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
    listed = page_of(events_before, tx, criteria, place)
    return replace(listed, rows=with_names(tx, listed.rows))


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


def _subject(row: Row) -> str:
    return f"{subject_words(row['subject_kind'])} {subject_name(row)}".strip()


def _subject_cell(row: Row) -> Markup:
    kind, subject_id = row["subject_kind"], row["subject_id"]
    name, address = subject_name(row), subject_address(kind, subject_id)
    if address:
        link = Markup('<a href="{}">{}</a>').format(address, name or _("打开"))
    else:
        link = cells.beside(name)
    return Markup("{} {}<br>{}").format(
        subject_words(kind), link, cells.beside(_all_of(_("它的全部记录"), subject=subject_id))
    )


def _actor_cell(row: Row) -> Markup:
    return _all_of(actor_words(row, request_language()), actor=row["actor"])


def _facts_cell(row: Row) -> Markup:
    """What changed, each value with the one before it; empty for a mere look."""
    return Markup(" ").join(
        Markup("<span>{}：{}</span>").format(fact.label, fact.words)
        for fact in facts_of(row, request_language())
    )


def _values(row: Row, side: str) -> str:
    """The old or the new values of an event, in words."""
    pairs = [(one.label, getattr(one, side)) for one in facts_of(row, request_language())]
    return "；".join(f"{label}：{value}" for label, value in pairs if value)
